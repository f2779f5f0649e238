"""What denials mean for a decision: who gets nothing, and which sessions are not used again."""

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

SKEW = timedelta(seconds=1)  # that this clock may be ahead of STS's, whose time the denial goes by


@dataclass(frozen=True, slots=True)
class Revoked:
    """The sessions of one caller and grant that are dead, whatever credentials they have left."""

    before: datetime | None
    denials: Denials

    @classmethod
    def of(cls, caller: Caller, grant: Grant, denials: Denials, now: datetime) -> Self:
        """Of a caller and a grant that are not blocked.

        Raises:
            Unavailable: a session lent now would still be among the revoked ones.
        """
        denied = chain(
            denials.of_part("caller", caller_part(caller.identity)),
            denials.of_part("grant", grant_part(grant.id)),
        )
        last = max(filter(None, denied), default=None)
        before = last and last + SKEW
        if before and now < before:
            raise Unavailable("JustRevoked")
        return cls(before, denials)

    def has(self, session_id: str, since: datetime) -> bool:
        """Whether this session, lent at ``since``, is one of them."""
        lent_before = self.before is not None and since < self.before
        return lent_before or any(True for _ in self.denials.of_part("session", session_id))


NONE_REVOKED = Revoked(None, NOTHING_DENIED)


def check_not_blocked(caller: Caller, denials: Denials) -> None:
    """Refuse who gets nothing until an administrator lifts it.

    Raises:
        AccessDenied: the caller is blocked.
    """
    if None in denials.of_part("caller", caller_part(caller.identity)):
        raise AccessDenied(
            "An administrator of this service has blocked you; ask them.", reason="Blocked"
        )


def not_blocked(grants: Iterable[Grant], denials: Denials) -> list[Grant]:
    """The grants that are not blocked: the others are as if they were not there."""
    return [one for one in grants if None not in denials.of_part("grant", grant_part(one.id))]
