"""Vends credentials: gathers, decides, narrows, then calls STS."""

from datetime import datetime
from typing import NamedTuple

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.narrow import Narrowed, Request, narrow
from vending.decision.count import Counted, count
from vending.decision.decide import check_still_allowed, decide_several
from vending.errors import Unavailable
from vending.sessions.durations import SHORTEST, check_shortest
from vending.sessions.session import Credentials, Lending, issued_at, limit_expiration
from vending.times import iso


class VendedCredentials(NamedTuple):
    """Credentials for the caller; ``expiration`` is when the first of them actually expire."""

    narrowed: Narrowed
    credentials: Credentials
    expiration: datetime
    session_id: str


def vend_credentials(
    caller: Caller, request: Request, record: Record, lending: Lending
) -> VendedCredentials:
    """Vend the credentials of a new session, narrowed to the request.

    Raises:
        DurationNotAllowed, AccessDenied, SeveralGrants, PresignOnly, PolicyTooLarge: refused
            before STS is called.
        TooManyRequests: over a rate limit of the stack or the grant; STS is not called either.
        JustRevoked: the caller's or the grant's sessions were revoked a moment ago.
        Unavailable: the table or STS failed.
    """
    check_shortest("durationSeconds", request.duration_seconds, SHORTEST)
    decisions = decide_several(caller, request.wanted, record, lending)
    narrowed = narrow(caller, request, decisions, lending)
    count(caller, narrowed.grants, Counted(), record, lending)
    session, session_id = narrowed.session, lending.new_id()
    record.add(session.as_recorded(session_id))
    lent = lending.assume_role(session, session_id)
    issued = issued_at(lent, session, lending.now)
    credentials = limit_expiration(lent, session, lending.now)
    ends = [grant.expires for grant in narrowed.grants if grant.expires]
    expiration = min([credentials.expiration, *ends])
    if expiration <= lending.now:
        raise Unavailable("SessionEnded")
    packed = credentials.packed_policy_size
    check_still_allowed(caller, decisions, session_id, issued, lending)
    record.note(expiresAt=iso(expiration), cached=False, packedPolicySize=packed)
    return VendedCredentials(narrowed, credentials, expiration, session_id)
