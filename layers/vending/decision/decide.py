"""Gathers grants, locations and denials, and decides: the closest grants, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vending.audit.record import Record, grant_members
from vending.callers.caller import Caller
from vending.decision.closest import Covered, Match, closest_grants
from vending.decision.effects import Effects, Known
from vending.decision.wanted import Wants, as_recorded
from vending.denials.revoked import Revoked, check_issued, check_not_blocked, not_blocked
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.location import Location
from vending.grants.never_lent import why_never_lent

MOST_GRANTS = 3  # in one session: a role session name has room for three
MOST_BUCKETS = 3
ITEMS, DENIALS = 100, 2  # in one call to the table; beside them one location for each bucket


@dataclass(frozen=True, slots=True)
class Decision:
    """A grant that answers a request, its location, and which of its sessions are revoked."""

    match: Match
    location: Location
    revoked: Revoked
    wanted: Wants = ()  # what the grant answers


def decide(caller: Caller, wanted: Wants, record: Record, effects: Effects) -> Decision:
    """Find the closest grant that covers all wanted targets, and its location.

    Raises:
        SeveralGrants: the targets lie in several buckets, or no single grant covers all.
        And everything else that ``decide_several`` raises.
    """
    record.note(**as_recorded(wanted))
    first, *others = _buckets(wanted)
    if others:
        raise SeveralGrants(
            "All targets of a request must be in one bucket. Send one request for each bucket.",
            faults=[_in(others[0], wanted, "is in a different bucket than the first target")],
        )
    (decision,) = _decide(caller, wanted, (first,), 1, record, effects)
    return decision


def decide_several(
    caller: Caller, wanted: Wants, record: Record, effects: Effects
) -> tuple[Decision, ...]:
    """Find the closest grant that covers all wanted targets, else the fewest that do together.

    Raises:
        SeveralGrants: the targets lie in too many buckets, or need too many grants.
        AccessDenied: no grant covers a target, or a bucket is not registered as a location or is
            never lent.
        Blocked: an administrator has blocked the caller.
        TooManyClaims: the token's claims make more grantee keys than a decision reads.
        JustRevoked: sessions were revoked in the last seconds.
        Unavailable: the table failed.
    """
    record.note(**as_recorded(wanted))
    buckets, keys = _buckets(wanted), len(caller.identity.grantee_keys)
    most = min(MOST_BUCKETS, (ITEMS - DENIALS) // (keys + 1))
    if len(buckets) > most:
        reason = f"is in bucket number {most + 1} of the request; the limit is {most}"
        raise SeveralGrants(
            f"The targets lie in {len(buckets)} buckets; {_limit(most)}. Send several requests.",
            faults=[_in(buckets[most], wanted, reason)],
        )
    return _decide(caller, wanted, buckets, MOST_GRANTS, record, effects)


def check_still_allowed(
    caller: Caller,
    decisions: Sequence[Decision],
    session_id: str,
    issued: datetime,
    effects: Effects,
) -> None:
    """Refuse a session that was revoked while the request ran; call it last, before the answer.

    ``issued`` is when STS issued the session.

    Raises:
        AccessDenied: the caller or a grant is blocked by now.
        JustRevoked: the session is revoked.
        Unavailable: the table failed.
    """
    grants, denials = [one.match.grant for one in decisions], effects.load_denials()
    check_issued(caller, grants, session_id, issued, denials, effects.now)


def _decide(
    caller: Caller,
    wanted: Wants,
    buckets: Sequence[str],
    most: int,
    record: Record,
    effects: Effects,
) -> tuple[Decision, ...]:
    known = effects.load_grants(caller.identity.grantee_keys, buckets)
    record.gathered()
    check_not_blocked(caller, known.denials)
    grants = not_blocked(known.grants, known.denials)
    covered = closest_grants(grants, caller, wanted, effects.now, most)
    record.note(**grant_members([one.match.grant.id for one in covered]))
    return tuple(_decision(caller, one, known, effects) for one in covered)


def _decision(caller: Caller, covered: Covered, known: Known, effects: Effects) -> Decision:
    grant, bucket = covered.match.grant, covered.match.scope.bucket
    location = known.location_of(bucket)
    if location is None:
        raise AccessDenied(f"No location is registered for {bucket}.", reason="NoLocation")
    _check_lent(location, effects)
    revoked = Revoked.of(caller, grant, known.denials, effects.now)
    return Decision(covered.match, location, revoked, covered.wanted)


def _check_lent(location: Location, effects: Effects) -> None:
    """Raise ``AccessDenied`` for a bucket that is never lent, although the table has it.

    The boundary of the service's own role denies what the stack adds to the list; the roles of
    others have no such boundary.
    """
    own = location.role_arn(effects.role_arn) == effects.role_arn
    if reason := why_never_lent(location.id, () if own else effects.never_lent()):
        raise AccessDenied(f"{location.id} is never lent: {reason}.", reason="NeverLent")


def _buckets(wanted: Wants) -> tuple[str, ...]:
    """The buckets of the targets, in their order."""
    return tuple(dict.fromkeys(target.bucket for target in wanted))


def _in(bucket: str, wanted: Wants, detail: str) -> Fault:
    """The fault of the first target in this bucket."""
    return Fault(next(target.pointer for target in wanted if target.bucket == bucket), detail)


def _limit(most: int) -> str:
    if most == MOST_BUCKETS:
        return f"a request may use {most}"
    return f"with as many claims as your token has, a request may use {most}"
