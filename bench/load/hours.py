"""Hours of requests in seconds: the sessions that sign, as they are, with a clock that is moved."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vending.denials.revoked import NONE_REVOKED
from vending.sessions.durations import LONGEST
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions

EXPIRES_IN = timedelta(seconds=900)
WARMING = 2025.0  # seconds, until sessions of the first minutes are replaced one by one
MEASURED = 3 * 2025.0
MOST_REQUESTS = 2_000_000


class Unrecorded:
    """A record that keeps nothing."""

    def note(self, **_: object) -> None:
        """Nothing."""

    def session(self, *_: object) -> None:
        """Nothing."""


@dataclass(slots=True)
class Clock:
    """A time that is moved by hand, and the sessions that were asked for in it."""

    now: datetime
    asked: int = 0

    def assume_role(self, _: Session, __: str) -> Credentials:
        """An hour from now on."""
        self.asked += 1
        return Credentials("ASIA", "secret", "token", self.now + timedelta(seconds=LONGEST))


def calls_in_a_thousand(
    environments: int, callers: int, rate: float, *, seed: int = 20261125
) -> float:
    """STS calls in 1,000 requests with ``expiresIn`` 900, warm-up not counted.

    ``rate`` is requests a second, of all callers together.
    """
    chance = random.Random(seed)  # noqa: S311 - which environment, no secret
    clock = Clock(datetime(2026, 11, 25, tzinfo=UTC))
    kept = [
        SigningSessions(clock.assume_role, lambda: "session", lambda: clock.now)
        for _ in range(environments)
    ]
    sessions = [
        Session("role", "{}", LONGEST, f"caller{number}", ("grant",), f"caller{number}")
        for number in range(callers)
    ]
    record: Any = Unrecorded()
    requests = min(MOST_REQUESTS, int((WARMING + MEASURED) * rate))
    uncounted, before = int(requests * WARMING / (WARMING + MEASURED)), 0
    step = timedelta(seconds=1 / rate)
    for number in range(requests):
        if number == uncounted:
            before = clock.asked
        clock.now += step
        session, until = chance.choice(sessions), clock.now + EXPIRES_IN
        chance.choice(kept).lasting_until(session, until, record, NONE_REVOKED)
    return 1000 * (clock.asked - before) / (requests - uncounted)
