"""Sessions that sign URLs: kept, reused for the very same request, never handed out."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.denials.revoked import Revoked
from vending.errors import Unavailable
from vending.sessions.session import AssumeRole, Credentials, Session, believed

CAPACITY = 1000
AHEAD = 0.25  # of the time in which a session can serve a request, at its end
PAUSE = timedelta(seconds=30)  # after STS failed, while what is kept is still good


@dataclass(frozen=True, slots=True)
class Lent:
    """Credentials of one session, and whether it was there already."""

    credentials: Credentials
    session_id: str
    cached: bool


@dataclass(frozen=True, slots=True)
class _Kept:
    """A session that signs, and when it was lent."""

    lent: Lent
    since: datetime

    def ages(self, now: datetime, until: datetime) -> bool:
        """Whether most of the time is over in which it could serve such a request."""
        expiration = self.lent.credentials.expiration
        spare = (expiration - self.since) - (until - now)
        return expiration - until < spare * AHEAD


@dataclass(slots=True)
class SigningSessions:
    """The sessions of one execution environment, the least recently used dropped first.

    A session is found by all that was asked of STS (caller, grant, policy, role), so that none
    serves another caller, scope, permission or condition. It is replaced ahead of need, so that
    while STS fails what is still good goes on signing; for a role for which it has just failed
    nothing newer is asked for.
    """

    assume_role: AssumeRole
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    _kept: OrderedDict[Session, _Kept] = field(default_factory=OrderedDict)
    _rests: dict[str, datetime] = field(default_factory=dict)  # by role, until when

    def lasting_until(
        self, session: Session, until: datetime, record: Record, revoked: Revoked
    ) -> Lent:
        """A session whose credentials last until then, if STS gives such; none of the revoked."""
        kept, now = self._kept.get(session), self.now()
        if kept and revoked.has(kept.lent.session_id, kept.since):
            del self._kept[session]
            kept = None
        if not kept or kept.lent.credentials.expiration < until:
            return self._lent(session, now, record)
        if kept.ages(now, until) and now >= self._rests.get(session.role_arn, now):
            try:
                return self._lent(session, now, record)
            except Unavailable:
                self._rests[session.role_arn] = now + PAUSE
        self._kept.move_to_end(session)
        record.note(**session.as_recorded(kept.lent.session_id))
        return Lent(kept.lent.credentials, kept.lent.session_id, cached=True)

    def _lent(self, session: Session, now: datetime, record: Record) -> Lent:
        session_id = self.new_id()
        record.note(**session.as_recorded(session_id))
        credentials = believed(self.assume_role(session, session_id), session, now)
        lent = Lent(credentials, session_id, cached=False)
        record.note(packedPolicySize=lent.credentials.packed_policy_size)
        self._kept[session] = _Kept(lent, since=now)
        self._kept.move_to_end(session)
        if len(self._kept) > CAPACITY:
            self._kept.popitem(last=False)
        return lent
