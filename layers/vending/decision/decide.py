"""Gathers grants, location and denials, and decides: the closest grant, or a refusal."""

from dataclasses import dataclass
from datetime import datetime

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.closest import Match, closest_grant
from vending.decision.effects import Effects
from vending.decision.wanted import Wants, as_recorded
from vending.denials.revoked import Revoked, check_issued, check_not_blocked, not_blocked
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.location import Location
from vending.grants.never_lent import why_never_lent


@dataclass(frozen=True, slots=True)
class Decision:
    """The grant that answers a request, its location, and which of its sessions are revoked."""

    match: Match
    location: Location
    revoked: Revoked


def decide(caller: Caller, wanted: Wants, record: Record, effects: Effects) -> Decision:
    """Find the closest grant that covers all wanted targets, and its location.

    Raises:
        SeveralGrants: the targets lie in several buckets, or no single grant covers all.
        AccessDenied: no grant covers a target, or the bucket is not registered as a location or is
            never lent.
        Blocked: an administrator has blocked the caller.
        TooManyClaims: the token's claims make more grantee keys than a decision reads.
        JustRevoked: sessions were revoked in the last seconds.
        Unavailable: the table failed.
    """
    record.note(**as_recorded(wanted))
    bucket = wanted[0].bucket
    if other := next((target for target in wanted if target.bucket != bucket), None):
        raise SeveralGrants(
            "All targets of a request must be in one bucket. Send one request for each bucket.",
            faults=[Fault(other.pointer, "is in a different bucket than the first target")],
        )
    known = effects.load_grants(caller.identity.grantee_keys, bucket)
    record.gathered()
    check_not_blocked(caller, known.denials)
    grants = not_blocked(known.grants, known.denials)
    match = closest_grant(grants, caller, wanted, effects.now)
    record.note(grant=match.grant.id)
    if known.location is None:
        raise AccessDenied(f"No location is registered for {bucket}.", reason="NoLocation")
    _check_lent(known.location, effects)
    revoked = Revoked.of(caller, match.grant, known.denials, effects.now)
    return Decision(match, known.location, revoked)


def check_still_allowed(
    caller: Caller, decision: Decision, session_id: str, issued: datetime, effects: Effects
) -> None:
    """Refuse a session that was revoked while the request ran; call it last, before the answer.

    ``issued`` is when STS issued the session.

    Raises:
        AccessDenied: the caller or the grant is blocked by now.
        JustRevoked: the session is revoked.
        Unavailable: the table failed.
    """
    denials = effects.load_denials()
    check_issued(caller, decision.match.grant, session_id, issued, denials, effects.now)


def _check_lent(location: Location, effects: Effects) -> None:
    """Raise ``AccessDenied`` for a bucket that is never lent, although the table has it.

    The boundary of the service's own role denies what the stack adds to the list; the roles of
    others have no such boundary.
    """
    own = location.role_arn(effects.role_arn) == effects.role_arn
    if reason := why_never_lent(location.id, () if own else effects.never_lent()):
        raise AccessDenied(f"{location.id} is never lent: {reason}.", reason="NeverLent")
