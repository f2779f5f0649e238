"""Trying again: what is worth it, and how long to wait."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from s3vend.errors import Unreachable
from s3vend.http.wire import Answer

RETRIED_STATUSES = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try, and the longest waits between two tries in seconds."""

    tries: int = 5
    longest: float = 10.0
    told: float = 60.0  # as the other side asks for
    first: float = 0.25
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random  # jitter guards nothing

    def ask(self, once: Callable[[], Answer]) -> Answer:
        """The first answer that is not worth another try, or the last one.

        Raises:
            Unreachable: none of the tries got an answer.
        """
        for number in range(1, self.tries + 1):
            try:
                answer = once()
            except Unreachable as error:
                if number == self.tries:
                    raise Unreachable(f"{error} (tried {number} times)") from None
                self.sleep(self.pause(number))
                continue
            wanted = retry_after(answer)
            if answer.status not in RETRIED_STATUSES or number == self.tries:
                return answer
            if wanted is not None and wanted > self.told:
                return answer
            self.sleep(self.pause(number) + (wanted or 0.0))
        raise AssertionError("tries is at least 1")

    def pause(self, number: int) -> float:
        """Seconds before the next try: by chance, up to twice as long each time."""
        return self.chance() * float(min(self.longest, self.first * 2**number))


def retry_after(answer: Answer) -> float | None:
    """The seconds in `Retry-After`."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 7 else None
