"""Revoke and lift: write it down, then bring it into force; the answer says how far it got."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.errors import InvalidRequest, NotFound, ServiceFault
from vending.grants.location import Location
from vending.revocations.reconcile import Ledger, bring_into_force
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import Revocation
from vending.sessions.durations import LONGEST
from vending.times import iso
from vending.trail.vends import Vend


@dataclass(frozen=True, slots=True)
class RevokeEffects:
    """What revoking needs of the world; ``lift`` writes only over what was read."""

    read: Callable[[str], Revocation | None]
    add: Callable[[Revocation], None]
    lift: Callable[[Revocation, Revocation], None]  # before, after
    vends: Callable[[str], Sequence[Vend]]  # this one, and all that share its session
    locations: Callable[[], Iterable[Location]]
    ledger: Ledger
    role_arn: str
    cache_seconds: int  # that an environment may go on with what it has read
    new_id: Callable[[], str]


def revoke(
    caller: Caller, request: RevocationRequest, record: Record, effects: RevokeEffects
) -> dict[str, object]:
    """The answer of ``POST /admin/revocations``.

    Raises:
        NotFound: no record of such a vend.
        TooLarge: there is too much log to find the vend; nothing is revoked.
        Unavailable: the table failed, or the logs; nothing is revoked.
    """
    now = effects.ledger.now
    vends = effects.vends(request.vend_id) if request.vend_id else ()
    if request.vend_id and not vends:
        raise NotFound(
            "There is no record of this vend yet, or any more. Records come seconds late: try "
            "again, or revoke its caller, which needs none."
        )
    session = vends[0].session_id if vends else None
    revocation = Revocation(
        id=effects.new_id(),
        kind=request.kind,
        whose=request.whose | ({"sessionId": session} if session else {}),
        place=request.place(session),
        reason=request.reason,
        by=caller.identity.as_json(),
        created=now(),
    )
    record.note(revocation=revocation.as_json(now()))  # the table may have it and not be heard
    effects.add(revocation)
    others = {"vends": [one.vend_id for one in vends]} if vends else {}
    return _told(revocation, record, effects) | others | _not_covered(vends, record, effects)


def lift(caller: Caller, id_: str, record: Record, effects: RevokeEffects) -> dict[str, object]:
    """The answer of ``DELETE /admin/revocations/{id}``; lifting again changes nothing.

    Raises:
        NotFound: no such revocation.
        InvalidRequest: it revokes sessions, which stay dead.
        PreconditionFailed: another administrator lifts it at the same time.
        Unavailable: the table failed; nothing is lifted.
    """
    revocation = effects.read(id_)
    if revocation is None:
        raise NotFound("There is no such revocation.")
    if revocation.kind == "sessions":
        raise InvalidRequest(
            "What is revoked with kind 'sessions' stays dead, and new vends work already; it ends "
            f"by itself at {iso(revocation.until or revocation.created)}."
        )
    if not revocation.lifted:
        now = effects.ledger.now
        lifted = revocation.lift(now(), caller.identity.as_json())
        record.note(revocation=lifted.as_json(now()))
        effects.lift(revocation, lifted)
        revocation = lifted
    return _told(revocation, record, effects)


def _told(revocation: Revocation, record: Record, effects: RevokeEffects) -> dict[str, object]:
    """What has happened, and what is still spreading."""
    try:
        covered = bring_into_force(revocation.mark, effects.ledger)
    except ServiceFault as error:
        covered = None
        record.note(reason=error.reason)
    now = effects.ledger.now
    time = now()
    heard = time + timedelta(seconds=effects.cache_seconds)
    written, merged = covered is not None, covered is not None and covered.merged
    record.note(revocation=revocation.as_json(time), denialWritten=written)
    return {
        "revocation": revocation.as_json(time),
        "denialWritten": written,
        "merged": merged,
        "environmentsBy": iso(heard + timedelta(seconds=1)),
        "detail": (_WRITTEN if written else _PENDING) + (_MERGED if merged else ""),
    }


_WRITTEN = (
    "The role's policy denies it. IAM takes seconds, at times a minute, to apply that everywhere; "
    "functions that have read the table a moment ago hear of it by 'environmentsBy'."
)
_PENDING = (
    "It is written down, but the role's policy is not changed yet. The reconciler does that within "
    "minutes; to try at once, send any revocation, or read docs/revocations.md."
)
_MERGED = (
    " All revocations together do not fit into the policy as they are, so more is denied than they "
    "ask for, and no less: lift blocks that are no longer needed."
)


def _not_covered(
    vends: Sequence[Vend], record: Record, effects: RevokeEffects
) -> dict[str, list[dict[str, str]]]:
    """The roles whose sessions the denial does not reach: it is a policy of the one role."""
    now = effects.ledger.now
    last = now() + timedelta(seconds=LONGEST + effects.cache_seconds)
    try:
        lent = {one.role_arn for one in vends} or {
            one.role_arn(effects.role_arn) for one in effects.locations()
        }
    except ServiceFault as error:  # what is in force is told all the same
        record.note(reason=error.reason)
        return {}
    others = sorted(lent - {effects.role_arn})
    return {"notCovered": [{"roleArn": role, "until": iso(last)} for role in others]}
