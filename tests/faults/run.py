"""Every row: the function of each route meets the fault, and what comes of it is kept."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from local.cloud.issuer import AUDIENCE, Issuer
from local.cloud.ministack import Cloud
from tests.faults.environments import FUNCTIONS, GRANT, Environment, Outcome, door, event, running
from tests.faults.proxy import Asked, Given, Proxy, between, to
from tests.faults.rows import ROWS, Row

OF_ISSUERS = ("openid-configuration", "keys")
ORDINARY = "ORDINARY"

type Apply = Callable[[Mapping[str, Any]], None]
type Numbered = tuple[int, Row]
type Outcomes = dict[tuple[int, str], Outcome]  # by the number of the row, and the route


@dataclass(frozen=True, slots=True)
class Issuers:
    """Issuers of one key at one address, each with its own path: none is known from before."""

    url: str
    directory: Path

    def named(self, name: str) -> Issuer:
        """One of them."""
        return Issuer(f"{self.url}/{name}", self.directory)

    def answer(self, asked: Asked) -> Given:
        """As an issuer does."""
        url = self.url + asked.path.removesuffix(f"/{asked.operation}").removesuffix("/.well-known")
        if asked.operation == "keys":
            return Given(200, (self.directory / "jwks.json").read_bytes())
        return Given(200, json.dumps({"issuer": url, "jwks_uri": f"{url}/keys"}).encode())


@dataclass(frozen=True, slots=True)
class Lane:
    """Rows that one environment meets, one after the other."""

    route: str
    rows: Sequence[Numbered]
    environment: Environment
    issuers: Issuers
    issuer_proxy: Proxy

    def ask(self, name: str) -> Outcome:
        """What comes of a request of somebody of this name; for a new one nothing is kept yet."""
        if self.route == "authorizer":
            return self.environment.ask(door(self.issuers.named(name).token({})))
        return self.environment.ask(event(self.route, name))

    def control(self) -> None:
        """An ordinary request; raises ``RuntimeError`` where it fails without any fault."""
        before = self.ask(ORDINARY)
        if before.status != 200:
            raise RuntimeError(f"{self.route} without a fault: {before}")

    def outcomes(self) -> Outcomes:
        """What each row comes to."""
        return {(number, self.route): self.meet(number, row) for number, row in self.rows}

    def meet(self, number: int, row: Row) -> Outcome:
        """One row."""
        proxy = self.issuer_proxy if row.operation in OF_ISSUERS else self.environment.proxy
        self.issuer_proxy.taken()
        proxy.faults = {row.operation: row.fault}
        try:
            met = self.ask(f"ROW{number}")
        finally:
            proxy.faults = {}
        return replace(met, seen=met.seen + self.issuer_proxy.taken())


@contextmanager
def lane(
    cloud: Cloud, apply: Apply, route: str, rows: Sequence[Numbered], more: Sequence[str] = ()
) -> Iterator[Lane]:
    """An environment for a route, with issuers that it does not know yet: for each row, and more."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "issuer"
        made: list[Issuers] = []
        issuer_proxy = stack.enter_context(
            between(lambda asked: made[0].answer(asked))  # noqa: PLW0108 - not there yet
        )
        made.append(Issuers(issuer_proxy.url, directory))
        made[0].named(ORDINARY).open()
        if route == "authorizer":
            names = [*(f"ROW{number}" for number, _ in rows), ORDINARY, *more]
            urls = (made[0].named(name).url for name in names)
            apply(
                {"version": 1, "issuers": [{"issuer": url, "audience": AUDIENCE} for url in urls]}
            )
        proxy = stack.enter_context(between(to(cloud.endpoint)))
        environment = stack.enter_context(running(cloud, route, proxy))
        yield Lane(route, rows, environment, made[0], issuer_proxy)


def outcomes(cloud: Cloud, apply: Apply, *, slow: bool) -> Outcomes:
    """What all rows come to; each slow one has an environment of its own, and all go at once."""
    apply({"version": 1, "grants": [GRANT]})
    with ExitStack() as stack:
        lanes = []
        for route in FUNCTIONS:
            rows = [
                one for one in enumerate(ROWS) if one[1].slow == slow and route in one[1].routes
            ]
            parts = [[one] for one in rows] if slow else [rows]
            lanes += [stack.enter_context(lane(cloud, apply, route, part)) for part in parts]
        return meet(lanes)


def meet(lanes: Sequence[Lane]) -> Outcomes:
    """What all rows come to, once every lane has passed its control."""
    found: Outcomes = {}
    with ThreadPoolExecutor(len(lanes)) as pool:
        for _ in pool.map(Lane.control, lanes):
            pass
        for some in pool.map(Lane.outcomes, lanes):
            found |= some
    return found
