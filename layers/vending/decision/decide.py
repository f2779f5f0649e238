"""Gather and decide: the closest grant for all that a caller wants, or a refusal."""

from dataclasses import dataclass

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.closest import Match, closest_grant
from vending.decision.effects import Effects
from vending.decision.wanted import Wants, as_recorded
from vending.denials.revoked import Revoked, check_not_blocked, not_blocked
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.location import Location


@dataclass(frozen=True, slots=True)
class Decision:
    """The grant that answers a request, the location that it lies in, and what of its sessions
    was revoked.
    """

    match: Match
    location: Location
    revoked: Revoked


def decide(caller: Caller, wanted: Wants, record: Record, effects: Effects) -> Decision:
    """The closest grant for all that is wanted.

    Raises:
        SeveralGrants: no single grant covers it.
        AccessDenied: no grant does, its bucket is not registered, or the caller is blocked.
        TooManyClaims: the caller's grants would stand in too many places to read.
        Unavailable: the table failed, or sessions were revoked at this very moment.
    """
    record.note(**as_recorded(wanted))
    bucket = wanted[0].bucket
    if other := next((one for one in wanted if one.bucket != bucket), None):
        raise SeveralGrants(
            "A grant lies in one bucket; send one request for each bucket.",
            faults=[Fault(other.pointer, "lies in another bucket than the first target")],
        )
    known = effects.load_grants(caller.identity.grantee_keys, bucket)
    record.gathered()
    check_not_blocked(caller, known.denials)
    grants = not_blocked(known.grants, known.denials)
    match = closest_grant(grants, caller, wanted, effects.now)
    record.note(grant=match.grant.id)
    if known.location is None:
        raise AccessDenied(f"No location is registered for {bucket}.", reason="NoLocation")
    revoked = Revoked.of(caller, match.grant, known.denials, effects.now)
    return Decision(match, known.location, revoked)
