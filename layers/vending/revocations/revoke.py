"""Revokes access and lifts blocks: writes the table, then brings the change into force."""

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
    """The effects of revoking; ``lift`` writes only if nothing changed since ``read``."""

    read: Callable[[str], Revocation | None]
    add: Callable[[Revocation], None]
    lift: Callable[[Revocation, Revocation], None]  # before, after
    vends: Callable[[str], Sequence[Vend]]  # the vend with this id, and all of its session
    locations: Callable[[], Iterable[Location]]
    ledger: Ledger
    role_arn: str
    cache_seconds: int  # how long an environment caches denials
    new_id: Callable[[], str]


def revoke(
    caller: Caller, request: RevocationRequest, record: Record, effects: RevokeEffects
) -> dict[str, object]:
    """Revoke, and return the answer of ``POST /admin/revocations``.

    Raises:
        NotFound: there is no record of this vend.
        TooLarge: the logs are too long to find the vend; nothing is revoked.
        Unavailable: the table failed, or the logs; nothing is revoked.
    """
    now = effects.ledger.now
    vends = effects.vends(request.vend_id) if request.vend_id else ()
    if request.vend_id and not vends:
        raise NotFound(
            "No recent record of this vend. A record appears seconds after the vend: try again, or "
            "revoke the vend's caller, which needs no record."
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
    record.note(revocation=revocation.as_json(now()))  # before the write: its answer may get lost
    effects.add(revocation)
    answer = _enforce(revocation, record, effects)
    others = {"vends": [vend.vend_id for vend in vends]} if vends else {}
    return answer | others | _not_covered(vends, record, effects)


def lift(caller: Caller, id_: str, record: Record, effects: RevokeEffects) -> dict[str, object]:
    """Lift a block, and return the answer of ``DELETE /admin/revocations/{id}``.

    Idempotent: lifting again changes nothing.

    Raises:
        NotFound: the revocation does not exist.
        InvalidRequest: it revokes sessions, which cannot be restored.
        PreconditionFailed: another administrator changed it at the same time.
        Unavailable: the table failed; nothing is lifted.
    """
    revocation = effects.read(id_)
    if revocation is None:
        raise NotFound("No revocation with this id.")
    if revocation.kind == "sessions":
        raise InvalidRequest(
            "A revocation of kind 'sessions' cannot be lifted: the sessions stay revoked, and new "
            f"vends already work. It ends at {iso(revocation.until or revocation.created)}."
        )
    if not revocation.lifted:
        now = effects.ledger.now
        lifted = revocation.lift(now(), caller.identity.as_json())
        record.note(revocation=lifted.as_json(now()))
        effects.lift(revocation, lifted)
        revocation = lifted
    return _enforce(revocation, record, effects)


def _enforce(revocation: Revocation, record: Record, effects: RevokeEffects) -> dict[str, object]:
    """Bring the revocation into force; the members of the answer say what is still pending."""
    try:
        covered = bring_into_force(revocation.mark, effects.ledger)
    except ServiceFault as error:
        covered = None
        record.note(reason=error.reason)
    now = effects.ledger.now
    time = now()
    caches_expire = time + timedelta(seconds=effects.cache_seconds + 1)
    written, merged = covered is not None, covered is not None and covered.merged
    record.note(revocation=revocation.as_json(time), denialWritten=written)
    return {
        "revocation": revocation.as_json(time),
        "denialWritten": written,
        "merged": merged,
        "environmentsBy": iso(caches_expire),
        "detail": (_WRITTEN if written else _PENDING) + (_MERGED if merged else ""),
    }


_WRITTEN = (
    "The role's policy is updated. IAM needs seconds, sometimes a minute, to apply it everywhere; "
    "functions that cache the table apply the change by 'environmentsBy'."
)
_PENDING = (
    "The change is recorded; the role's policy is not updated yet. The reconciler retries within "
    "minutes. To retry now, send the same request again."
)
_MERGED = (
    " Not all revocations fit in the policy as they are, so it denies more than they require and "
    "never less. Lift blocks that are no longer needed."
)


def _not_covered(
    vends: Sequence[Vend], record: Record, effects: RevokeEffects
) -> dict[str, list[dict[str, str]]]:
    """The other roles whose sessions the denial does not end: only the service's own has it."""
    now = effects.ledger.now
    last = now() + timedelta(seconds=LONGEST + effects.cache_seconds)
    try:
        roles = {vend.role_arn for vend in vends} or {
            location.role_arn(effects.role_arn) for location in effects.locations()
        }
    except ServiceFault as error:  # the answer still says what is in force
        record.note(reason=error.reason)
        return {}
    others = sorted(roles - {effects.role_arn})
    return {"notCovered": [{"roleArn": role, "until": iso(last)} for role in others]}
