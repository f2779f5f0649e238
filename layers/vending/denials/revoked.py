"""Applies denials to a decision: refuses blocked callers and grants, and finds revoked sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Self

from vending.callers.caller import Caller
from vending.denials.denials import NOTHING_DENIED, Denials
from vending.denials.names import caller_part, grant_part
from vending.errors import AccessDenied, Unavailable
from vending.grants.grant import Grant

SKEW = timedelta(seconds=1)  # by which this clock may be ahead of STS's; IAM compares STS's time


@dataclass(frozen=True, slots=True)
class Revoked:
    """The revoked sessions of one caller and grant, even if their credentials are not expired."""

    before: datetime | None  # sessions lent before it are revoked
    denials: Denials  # all of them; `has` looks up single sessions

    @classmethod
    def of(cls, caller: Caller, grant: Grant, denials: Denials, now: datetime) -> Self:
        """Return the revoked sessions of a caller and a grant that are not blocked.

        Raises:
            Unavailable: a session lent now would be revoked too.
        """
        times = chain(
            denials.of_part("caller", caller_part(caller.identity)),
            denials.of_part("grant", grant_part(grant.id)),
        )
        last = max(filter(None, times), default=None)
        before = last and last + SKEW
        if before and now < before:
            raise Unavailable("JustRevoked")
        return cls(before, denials)

    def has(self, session_id: str, since: datetime) -> bool:
        """Whether the session, lent at ``since``, is revoked."""
        is_before = self.before is not None and since < self.before
        return is_before or any(True for _ in self.denials.of_part("session", session_id))


NONE_REVOKED = Revoked(None, NOTHING_DENIED)


def check_not_blocked(caller: Caller, denials: Denials) -> None:
    """Refuse a caller whom an administrator has blocked.

    Raises:
        AccessDenied: the caller is blocked.
    """
    if None in denials.of_part("caller", caller_part(caller.identity)):
        raise AccessDenied(
            "An administrator of this service has blocked you. Ask them to lift the block.",
            reason="Blocked",
        )


def not_blocked(grants: Iterable[Grant], denials: Denials) -> list[Grant]:
    """Return the grants that are not blocked; blocked ones are treated as if they did not exist."""
    return [grant for grant in grants if None not in denials.of_part("grant", grant_part(grant.id))]
