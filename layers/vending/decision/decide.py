"""Gathers grants, locations and denials, and decides: the closest grants, or a refusal."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from vending.audit.record import Record, grant_members
from vending.callers.caller import Caller
from vending.decision.closest import Covered, Match, closest_grants, matches
from vending.decision.effects import Effects, Known
from vending.decision.nearest import nearest_grants
from vending.decision.wanted import Wanted, Wants, as_recorded
from vending.denials.revoked import (
    Revoked,
    check_issued,
    check_not_blocked,
    not_blocked,
    revoked_since,
)
from vending.errors import AccessDenied, Fault, SeveralGrants, TooLarge
from vending.grants.location import Location
from vending.grants.never_lent import why_never_lent

MOST_GRANTS = 3  # in one session: a role session name has room for three
MOST_BUCKETS = 3
MOST_SESSIONS = 10  # that sign one batch of URLs, and so its grants: each may be a call to STS
ITEMS, DENIALS = 100, 2  # in one call to the table; beside them one location for each bucket


class Decision(NamedTuple):
    """A grant that answers a request, its location, and which of its sessions are revoked."""

    match: Match
    location: Location
    revoked: Revoked
    wanted: Wants = ()  # what the grant answers
    places: Sequence[int] = ()  # of these targets in the request, from ``decide_each``


def decide(caller: Caller, wanted: Wanted, record: Record, effects: Effects) -> Decision:
    """Find the closest grant that covers this target, and its location; raises as ``decide_each``.

    ``TooLarge`` is not among it.
    """
    (decision,) = decide_each(caller, [wanted], record, effects)
    return decision


def decide_each(
    caller: Caller, wanted: Wants, record: Record, effects: Effects
) -> tuple[Decision, ...]:
    """Find the closest grant that covers all wanted targets, else the closest one for each.

    Each grant has a session of its own, so the buckets may be lent by different roles.

    Raises:
        TooLarge: the targets lie in too many buckets, or need too many grants.
        And everything else that ``decide_several`` raises.
    """
    record.add(as_recorded(wanted))
    keys, buckets = caller.identity.grantee_keys, _buckets(wanted)
    if len(buckets) > (most := _most_buckets(keys, MOST_SESSIONS)):
        detail, fault = _too_many(buckets, wanted, most, MOST_SESSIONS)
        raise TooLarge(detail, faults=[fault])

    def find(candidates: Sequence[Match]) -> tuple[Covered, ...]:
        return nearest_grants(candidates, wanted, MOST_SESSIONS)

    return _decide(caller, keys, buckets, find, record, effects)


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
    record.add(as_recorded(wanted))
    keys, buckets = caller.identity.grantee_keys, _buckets(wanted)
    if len(buckets) > (most := _most_buckets(keys, MOST_BUCKETS)):
        detail, fault = _too_many(buckets, wanted, most, MOST_BUCKETS)
        raise SeveralGrants(detail, faults=[fault])

    def find(candidates: Sequence[Match]) -> tuple[Covered, ...]:
        return closest_grants(candidates, wanted, MOST_GRANTS)

    return _decide(caller, keys, buckets, find, record, effects)


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
    revoked, denials = [one.revoked for one in decisions], effects.load_denials()
    if any(one.denials is not denials for one in revoked):
        grants = [one.match.grant for one in decisions]
        revoked = revoked_since(caller, grants, denials, effects.now)
    check_issued(revoked, session_id, issued)


def _decide(
    caller: Caller,
    keys: Sequence[str],
    buckets: Sequence[str],
    find: Callable[[Sequence[Match]], tuple[Covered, ...]],
    record: Record,
    effects: Effects,
) -> tuple[Decision, ...]:
    known = effects.load_grants(keys, buckets)
    record.gathered()
    check_not_blocked(caller, known.denials)
    grants = not_blocked(known.grants, known.denials)
    covered = find(matches(grants, caller, effects.now))
    record.add(grant_members([one.match.grant.id for one in covered]))
    return tuple([_decision(caller, one, known, effects) for one in covered])


def _decision(caller: Caller, covered: Covered, known: Known, effects: Effects) -> Decision:
    grant, bucket = covered.match.grant, covered.match.scope.bucket
    location = known.location_of(bucket)
    if location is None:
        raise AccessDenied(f"No location is registered for {bucket}.", reason="NoLocation")
    _check_lent(location, effects)
    revoked = Revoked.of(caller, grant, known.denials, effects.now)
    return Decision(covered.match, location, revoked, covered.wanted, covered.places)


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
    return tuple(dict.fromkeys([target.bucket for target in wanted]))


def _most_buckets(keys: Sequence[str], most: int) -> int:
    """How many buckets a request may name: at most ``most``, all of them read in one call."""
    return min(most, (ITEMS - DENIALS) // (len(keys) + 1))


def _too_many(buckets: Sequence[str], wanted: Wants, most: int, usual: int) -> tuple[str, Fault]:
    """The detail and fault of a request that names more than ``most`` buckets."""
    pointer = next(one.pointer for one in wanted if one.bucket == buckets[most])
    reason = f"is in bucket number {most + 1} of the request; the limit is {most}"
    claims = "" if most == usual else "with as many claims as your token has, "
    detail = f"The targets lie in {len(buckets)} buckets; {claims}a request may use {most}."
    return f"{detail} Send several requests.", Fault(pointer, reason)
