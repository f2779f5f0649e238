"""Applies denials to a decision: refuses blocked callers and grants, and finds revoked sessions.

Sessions are compared by the time that STS says it issued them, as IAM does. So the clocks of the
functions need not agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Self

from vending.callers.caller import Caller
from vending.denials.denials import NOTHING_DENIED, Denials
from vending.denials.names import caller_part, grant_part
from vending.errors import AccessDenied, Blocked, JustRevoked
from vending.grants.grant import Grant

KEPT_SECONDS = 1  # for which a function may use denials that it has read
AHEAD = 2  # seconds after a revocation in which new sessions are denied too: STS counts in whole
# seconds, by its own clock
SKEW = timedelta(seconds=1)  # by which an issue time may be rounded up; IAM compares the exact one
NEW_SESSIONS_AFTER = AHEAD + SKEW.seconds  # seconds after a revocation, at most


@dataclass(frozen=True, slots=True)
class Revoked:
    """The revoked sessions of one caller and grant, even if their credentials are not expired."""

    before: datetime | None  # sessions lent before it are revoked
    denials: Denials  # all of them; `has` looks up single sessions

    @classmethod
    def of(cls, caller: Caller, grant: Grant, denials: Denials, now: datetime) -> Self:
        """Return the revoked sessions of a caller and a grant that are not blocked.

        Raises:
            JustRevoked: a session lent now would be revoked too.
        """
        times = [
            *denials.of_part("caller", caller_part(caller.identity)),
            *denials.of_part("grant", grant_part(grant.id)),
            *denials.of_holder(caller.identity),
        ]
        last = max(filter(None, times), default=None)
        before = last and last + SKEW
        if before and now < before:
            raise JustRevoked(_seconds_until(before, now))
        return cls(before, denials)

    def has(self, session_id: str, issued: datetime) -> bool:
        """Whether the session, which STS issued at ``issued``, is revoked."""
        times = self.denials.of_part("session", session_id)
        is_before = self.before is not None and issued < self.before
        return is_before or any(time is None or issued < time + SKEW for time in times)


NONE_REVOKED = Revoked(None, NOTHING_DENIED)


def check_not_blocked(caller: Caller, denials: Denials) -> None:
    """Refuse a caller whom an administrator has blocked.

    Raises:
        Blocked: an administrator has blocked the caller.
    """
    part = denials.of_part("caller", caller_part(caller.identity))
    if None in part or None in denials.of_holder(caller.identity):
        raise Blocked(
            "An administrator of this service has blocked you. Ask them to lift the block."
        )


def not_blocked(grants: Iterable[Grant], denials: Denials) -> list[Grant]:
    """Return the grants that are not blocked; blocked ones are treated as if they did not exist."""
    return [grant for grant in grants if not _is_blocked(grant, denials)]


def revoked_since(
    caller: Caller, grants: Sequence[Grant], denials: Denials, now: datetime
) -> list[Revoked]:
    """Return the revoked sessions of each grant by denials that are newer than the decision.

    Raises:
        Blocked: the caller is blocked.
        AccessDenied: one of its grants is blocked.
        JustRevoked: a session lent now would be revoked too.
    """
    check_not_blocked(caller, denials)
    if any(_is_blocked(grant, denials) for grant in grants):
        raise AccessDenied("None of your grants allows this.", reason="Blocked")
    return [Revoked.of(caller, grant, denials, now) for grant in grants]


def check_issued(revoked: Iterable[Revoked], session_id: str, issued: datetime) -> None:
    """Refuse to use a session that is revoked, or that STS issued too soon.

    Raises:
        JustRevoked: the session is revoked.
    """
    if any(one.has(session_id, issued) for one in revoked):
        raise JustRevoked(1)


def _is_blocked(grant: Grant, denials: Denials) -> bool:
    return None in denials.of_part("grant", grant_part(grant.id))


def _seconds_until(time: datetime, now: datetime) -> int:
    return min(NEW_SESSIONS_AFTER, ceil((time - now).total_seconds()))
