"""Sessions that sign URLs: cached, reused for identical parameters, never handed out."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vending.audit.record import Record
from vending.denials.revoked import Revoked
from vending.errors import Unavailable
from vending.sessions.session import (
    AssumeRole,
    Credentials,
    Session,
    issued_at,
    limit_expiration,
)

CAPACITY = 1000
GONE = 3  # renew when this many times the usable time that is left is gone
PAUSE = timedelta(seconds=30)  # after a renewal failed and before the next one


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """The credentials of one session, and whether the session was cached."""

    credentials: Credentials
    session_id: str
    issued: datetime  # by STS's clock
    cached: bool


@dataclass(frozen=True, slots=True)
class _Cached:
    """A cached session, what the record says of it, and when it was requested."""

    current: SessionCredentials
    recorded: Mapping[str, object]
    since: datetime

    def is_aging(self, now: datetime, until: datetime) -> bool:
        """Whether the time in which it can sign URLs valid until ``until`` is almost over."""
        left = self.current.credentials.expiration - until
        return left * GONE < now - self.since


@dataclass(slots=True)
class SigningSessions:
    """The sessions of one execution environment, the least recently used dropped first.

    A session is found by all parameters of its AssumeRole call (caller, grant, policy, role), so
    it never serves another caller, scope, permission or condition. It is renewed early: while STS
    fails, the old session goes on signing, and the role's next renewal waits for ``PAUSE``.
    """

    assume_role: AssumeRole
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    _cache: OrderedDict[Session, _Cached] = field(default_factory=OrderedDict)
    _pauses: dict[str, datetime] = field(default_factory=dict)  # by role, until when

    def lasting_until(
        self, session: Session, until: datetime, record: Record, revoked: Revoked
    ) -> SessionCredentials:
        """A session, cached or new, valid until ``until`` if STS allows; never a revoked one."""
        cached, now = self._cache.get(session), self.now()
        if cached and revoked.has(cached.current.session_id, cached.current.issued):
            del self._cache[session]
            cached = None
        if not cached or cached.current.credentials.expiration < until:
            return self._request(session, now, record)
        if cached.is_aging(now, until) and now >= self._pauses.get(session.role_arn, now):
            try:
                return self._request(session, now, record)
            except Unavailable:
                self._pauses[session.role_arn] = now + PAUSE
        self._cache.move_to_end(session)
        record.add(cached.recorded)
        return cached.current

    def _request(self, session: Session, now: datetime, record: Record) -> SessionCredentials:
        session_id = self.new_id()
        recorded = session.as_recorded(session_id)
        record.add(recorded)
        lent = self.assume_role(session, session_id)
        credentials, issued = limit_expiration(lent, session, now), issued_at(lent, session, now)
        record.note(packedPolicySize=credentials.packed_policy_size)
        new = SessionCredentials(credentials, session_id, issued, cached=False)
        self._cache[session] = _Cached(replace(new, cached=True), recorded, since=now)
        self._cache.move_to_end(session)
        if len(self._cache) > CAPACITY:
            self._cache.popitem(last=False)
        return new
