"""The callers of the load, for Locust: each asks once a second for what it may have.

Locust starts it; what was seen goes as JSON to the file that LOAD_SEEN names.
"""

import json
import os
import random
from itertools import count
from pathlib import Path
from time import time
from typing import Any

from locust import FastHttpUser, events, task

RATE = float(os.environ.get("LOAD_RATE", "1"))  # requests a second of each caller
numbers = count()
seen: list[tuple[float, str, float, int, bool]] = []


class CallerOfTheLoad(FastHttpUser):  # type: ignore[misc] # Locust is in an environment of its own
    """One caller."""

    def on_start(self) -> None:
        """Everybody has a name."""
        self.name = f"{os.environ['LOAD_NAMES']}{next(numbers)}"

    def wait_time(self) -> float:
        """Seconds, by chance: Locust starts callers in one batch a second, who would stay one."""
        return random.expovariate(RATE)

    def ask(self, function: str, body: str) -> None:
        """One request."""
        with self.client.get(
            f"/{function}/{self.name}/{body}", name=f"{function} {body}", catch_response=True
        ) as answer:
            status = answer.status_code
            comes_back = status in (429, 503) and "Retry-After" in answer.headers
            if status == 200 or comes_back:
                answer.success()
            answer.request_meta["context"] = {"status": status, "later": comes_back}

    @task(55)
    def one(self) -> None:
        """A URL."""
        self.ask("presigned-urls", "one")

    @task(25)
    def ten(self) -> None:
        """Ten of them."""
        self.ask("presigned-urls", "ten")

    @task(4)
    def hundred(self) -> None:
        """A hundred."""
        self.ask("presigned-urls", "hundred")

    @task(1)
    def compact(self) -> None:
        """A thousand in compact form."""
        self.ask("presigned-urls", "compact")

    @task(15)
    def credentials(self) -> None:
        """Credentials, which are a session each."""
        self.ask("credentials", "one")


@events.request.add_listener
def keep(name: str, response_time: float, context: dict[str, Any], **_: object) -> None:
    """One answer."""
    status, later = context.get("status", 0), context.get("later", False)
    seen.append((time(), name, response_time, status, later))


@events.quitting.add_listener
def write(**_: object) -> None:
    """All answers."""
    Path(os.environ["LOAD_SEEN"]).write_text(json.dumps(seen))


random.seed(20261125)
