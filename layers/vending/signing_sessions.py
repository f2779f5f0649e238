"""Sessions that sign URLs: kept, reused for the very same request, never handed out."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from vending.audit import Record
from vending.session import Credentials, Session

type AssumeRole = Callable[[Session, str], Credentials]  # the string is the session id

CAPACITY = 1000


@dataclass(frozen=True, slots=True)
class Lent:
    """Credentials of one session, and whether it was there already."""

    credentials: Credentials
    session_id: str
    cached: bool


@dataclass(slots=True)
class SigningSessions:
    """The sessions of one execution environment, the least recently used dropped first.

    A session is found by all that was asked of STS (caller, grant, policy, role), so that none
    serves another caller, scope, permission or condition.
    """

    assume_role: AssumeRole
    new_id: Callable[[], str]
    _kept: OrderedDict[Session, Lent] = field(default_factory=OrderedDict)

    def lasting_until(self, session: Session, time: datetime, record: Record) -> Lent:
        """A session whose credentials last until ``time``, if STS gives such."""
        kept = self._kept.get(session)
        if kept and kept.credentials.expiration >= time:
            self._kept.move_to_end(session)
            record.session(session, kept.session_id)
            return Lent(kept.credentials, kept.session_id, cached=True)
        session_id = self.new_id()
        record.session(session, session_id)
        lent = Lent(self.assume_role(session, session_id), session_id, cached=False)
        self._kept[session] = lent
        self._kept.move_to_end(session)
        if len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)
        return lent
