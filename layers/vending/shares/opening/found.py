"""Finds the share of a link, and whether its opener has entered the password."""

from copy import replace
from dataclasses import dataclass

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.decide import Decision
from vending.errors import AccessDenied, NotFound
from vending.grants.keys import Keys
from vending.shares.judge import check_unused, end_of, judge
from vending.shares.opening.effects import OpenEffects
from vending.shares.opening.told import PASSWORD
from vending.shares.opening.views import About
from vending.shares.share import Share
from vending.shares.standing import Standing
from vending.shares.token import hash_of


@dataclass(frozen=True, slots=True)
class Found:
    """A share, and somebody at an address who has its link."""

    standing: Standing
    source_ip: str
    ticket: str | None  # that admits; None without a password, and before it
    admitted: bool

    @property
    def share(self) -> Share:
        """The share itself."""
        return self.standing.share

    @property
    def about(self) -> About:
        """What its pages say."""
        share = self.share
        return About(share.sender, share.label, end_of(self.standing), share.left)

    def with_ticket(self, ticket: str) -> "Found":
        """The same for somebody who has just entered the password."""
        return replace(self, ticket=ticket, admitted=True)

    def judged(
        self, target: Keys, record: Record, effects: OpenEffects, *, new: bool = True
    ) -> tuple[Caller, Decision]:
        """As ``judge``, for somebody who is admitted; without ``new``, for what was counted."""
        self.check_admitted()
        caller, decision = judge(self.standing, target, self.source_ip, record, effects)
        if new:
            check_unused(self.share)
        return caller, decision

    def check_admitted(self) -> None:
        """Raise ``AccessDenied`` for somebody who has to enter the password."""
        if not self.admitted:
            raise AccessDenied("Enter the password.", reason=PASSWORD)


def find(
    token: str, ticket: str | None, source_ip: str, record: Record, effects: OpenEffects
) -> Found:
    """The share of this link; raises ``NotFound``."""
    hashed = hash_of(token)
    link = effects.find(hashed) if hashed else None
    if link is None:
        raise NotFound("There is no such link.")
    standing, known = effects.read(link, ticket and hash_of(ticket))
    if standing is None:
        raise NotFound("There is no such link.")
    share = standing.share
    record.note(share=share.id, **_owner_members(share))
    admits = known is not None and known.admits_to(share, effects.now)
    admitted = share.password is None or admits
    return Found(standing, source_ip, ticket if admits else None, admitted)


def _owner_members(share: Share) -> dict[str, object]:
    """The owner as members of the record; there is no token of theirs in this request."""
    members = share.owner.as_recorded()
    return {name: value for name, value in members.items() if name != "tokenHash"}
