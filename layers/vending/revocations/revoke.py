"""Revokes access: writes the table, then brings the revocation into force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.denials.denials import Place
from vending.denials.holders import Holders
from vending.errors import NotFound, PreconditionFailed, ServiceFault
from vending.revocations.enforce import RevokeEffects, enforce
from vending.revocations.holders import (
    SETTLING,
    Granted,
    NotCovered,
    check_room,
    find_sessions,
)
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import SLACK, Revocation
from vending.sessions.durations import LONGEST
from vending.times import iso
from vending.trail.vends import Vend

NOTHING_GRANTED = Granted(None, ())


def revoke(
    caller: Caller, request: RevocationRequest, record: Record, effects: RevokeEffects
) -> dict[str, object]:
    """Revoke, and return the answer of ``POST /admin/revocations``.

    Raises:
        NotFound: there is no record of this vend.
        InvalidRequest: the issuer's tokens are not read for one of the claims; nothing is revoked.
        TooLarge: the logs are too long to find the vend, or holders of too many claims are
            revoked; nothing is revoked.
        Unavailable: the table failed, or the logs; nothing is revoked.
    """
    now = effects.ledger.now
    vends = effects.vends(request.vend_id) if request.vend_id else ()
    if request.vend_id and not vends:
        raise NotFound(
            "No recent record of this vend. A record appears seconds after the vend: try again, or "
            "revoke the vend's caller, which needs no record."
        )
    ids = (vend.session_id for vend in vends if vend.vend_id == request.vend_id)
    sessions = list(dict.fromkeys(ids))  # several for URLs under several grants
    holders = request.holders
    if holders:
        check_room(effects.ledger.denials()[1])
    granted = _granted(holders, record, effects) if holders else None
    if holders and granted:
        granted.check(holders)
    revocation = Revocation(
        id=effects.new_id(),
        kind=request.kind,
        whose=request.whose | _session_members(sessions),
        place=request.place(next(iter(sessions), None)),
        reason=request.reason,
        by=caller.identity.as_json(),
        created=now(),
        holders=holders,
        found=granted.places(holders)
        if holders and granted
        else tuple(Place("session", one) for one in sessions[1:]),
    )
    record.note(revocation=revocation.as_json(now()))  # before the write: its answer may get lost
    effects.add(revocation)
    answer = enforce(revocation, record, effects)
    remaining: list[NotCovered] = []
    if holders:  # only now, so that the search delays no denial
        in_force = bool(answer["denialWritten"])
        complete, remaining = _with_sessions(
            revocation, holders, granted, record, effects, in_force=in_force
        )
        if complete != revocation:
            answer = enforce(complete, record, effects)
    others = {"vends": list(dict.fromkeys(vend.vend_id for vend in vends))} if vends else {}
    by_claims = _grants_by_claims(request, record, effects)
    if holders and granted:
        answer["detail"] = f"{answer['detail']}{granted.doubts(holders)}"
    return answer | others | by_claims | _not_covered(vends, remaining, record, effects)


def _session_members(sessions: Sequence[str]) -> dict[str, object]:
    """The sessions of a vend, as the revocation names them."""
    match sessions:
        case []:
            return {}
        case [session]:
            return {"sessionId": session}
    return {"sessionIds": list(sessions)}


def _granted(holders: Holders, record: Record, effects: RevokeEffects) -> Granted | None:
    """The holders' issuer and its grants; None if they cannot be read, which delays no block."""
    try:
        return effects.granted(holders.issuer)
    except ServiceFault as error:
        record.note(reason=error.reason)
        return None


def _with_sessions(
    revocation: Revocation,
    holders: Holders,
    granted: Granted | None,
    record: Record,
    effects: RevokeEffects,
    *,
    in_force: bool,
) -> tuple[Revocation, list[NotCovered]]:
    """The revocation with the holders' sessions that are known, and what remains.

    Those are the sessions that the audit trail shows, and what holders got under their own grants
    until every function refused them, if the block is ``in_force``. Whatever fails here, the
    answer names what the revocation does not reach.
    """
    now = effects.ledger.now
    time = now()
    until = iso(time + timedelta(seconds=LONGEST + SLACK))
    found = find_sessions(holders, granted or NOTHING_GRANTED, effects.vends_of, time)
    record.note(reason=found.failure)
    unknown: NotCovered = {"issuer": holders.issuer, "until": until}
    remaining, blocks = found.not_covered, revocation.kind == "block"
    if granted is None or found.failure:
        remaining.append(unknown)
    elif blocks and not in_force:
        remaining.append({"vendedAfter": iso(revocation.created), "until": until})
    elif any(not holders.include_all_of(grant.grantee) for grant in granted.grants):
        remaining.append({"vendedAfter": iso(time - SETTLING), "until": until})
    places = revocation.found + found.sessions
    refused = time + timedelta(seconds=effects.cache_seconds)
    complete = replace(
        revocation, found=places, refused=refused if blocks and in_force and places else None
    )
    if complete != revocation:
        try:
            effects.lift(revocation, complete)
        except (ServiceFault, PreconditionFailed) as error:
            record.note(reason=error.reason)
            return revocation, [*remaining, unknown]
    return complete, remaining


def _grants_by_claims(
    request: RevocationRequest, record: Record, effects: RevokeEffects
) -> dict[str, object]:
    """The grants that other subjects of the same caller can use, each as a revocation to send."""
    caller = request.caller
    if not (caller and caller.issuer and caller.subject is not None):
        return {}
    try:
        granted = effects.granted(caller.issuer)
    except ServiceFault as error:  # the answer still says what is in force
        record.note(reason=error.reason)
        return {}
    listed = granted.by_claims(request.kind, request.reason)
    return {"grantsByClaims": listed} if listed else {}


def _not_covered(
    vends: Sequence[Vend], remaining: list[NotCovered], record: Record, effects: RevokeEffects
) -> dict[str, list[NotCovered]]:
    """What remains, and the other roles, which the denial does not reach: ours alone has it."""
    now = effects.ledger.now
    last = now() + timedelta(seconds=LONGEST + effects.cache_seconds)
    try:
        roles = {vend.role_arn for vend in vends} or {
            location.role_arn(effects.role_arn) for location in effects.locations()
        }
    except ServiceFault as error:  # the answer still says what is in force
        record.note(reason=error.reason)
        return {"notCovered": remaining} if remaining else {}
    others = sorted(roles - {effects.role_arn})
    listed: list[NotCovered] = [{"roleArn": role, "until": iso(last)} for role in others]
    return {"notCovered": listed + remaining}
