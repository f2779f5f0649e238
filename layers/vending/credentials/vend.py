"""Credentials handed out: gather, decide, narrow, act; effects come in as functions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.credentials.narrow import Narrowed, narrow
from vending.credentials.request import CredentialsRequest
from vending.decision.count import Asked, count
from vending.decision.decide import decide
from vending.decision.effects import LoadGrants, Rates
from vending.errors import Unavailable
from vending.sessions.durations import LONGEST, SHORTEST, check_duration
from vending.sessions.session import AssumeRole, Credentials, believed
from vending.times import iso


@dataclass(frozen=True, slots=True)
class VendedCredentials:
    """Credentials handed out; ``expiration`` is what will really hold."""

    narrowed: Narrowed
    credentials: Credentials
    expiration: datetime
    session_id: str


def vend_credentials(
    caller: Caller,
    request: CredentialsRequest,
    record: Record,
    *,
    load_grants: LoadGrants,
    assume_role: AssumeRole,
    rates: Rates,
    role_arn: str,
    now: datetime,
    new_id: Callable[[], str],
) -> VendedCredentials:
    """Credentials of a session of their own, for the targets alone.

    Raises:
        DurationNotAllowed, AccessDenied, SeveralGrants, PresignOnly, PolicyTooLarge: refused,
            before STS is called.
        TooManyRequests: beyond the rate limit of the stack or the grant; neither is it.
        Unavailable: the table or STS failed.
    """
    check_duration("durationSeconds", request.duration_seconds, SHORTEST, LONGEST)
    decision = decide(caller, request.wanted, record, load_grants=load_grants, now=now)
    narrowed = narrow(caller, request, decision, role_arn=role_arn, now=now)
    count(caller, decision.match.grant, Asked(), record, rates, now)
    session_id = new_id()
    record.session(narrowed.session, session_id)
    credentials = believed(assume_role(narrowed.session, session_id), narrowed.session, now)
    ends = decision.match.grant.expires or credentials.expiration
    expiration = min(ends, credentials.expiration)
    if expiration <= now:
        raise Unavailable("SessionEnded")
    packed = credentials.packed_policy_size
    record.note(expiresAt=iso(expiration), cached=False, packedPolicySize=packed)
    return VendedCredentials(narrowed, credentials, expiration, session_id)
