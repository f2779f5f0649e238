"""Lifts a block: writes the table, brings it into force, and says what is still denied."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.denials.denials import EVERYBODY
from vending.denials.revoked import SKEW
from vending.errors import InvalidRequest, NotFound, ServiceFault
from vending.revocations.enforce import RevokeEffects, enforce
from vending.revocations.revocation import SLACK, Revocation
from vending.sessions.durations import LONGEST
from vending.times import iso


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
    answer = enforce(revocation, record, effects)
    others = _others(revocation, record, effects)
    answer["detail"] = _detail(revocation, others, written=bool(answer["denialWritten"])) + (
        _MERGED if answer["merged"] else ""
    )
    return answer | ({"blockedBy": others} if others else {})


def _others(revocation: Revocation, record: Record, effects: RevokeEffects) -> list[str]:
    """The ids of other blocks for the same callers, which go on; empty if they cannot be read."""
    try:
        return [one.id for one in _blocks(effects) if _is_for(one, revocation)]
    except ServiceFault as error:  # the answer still says what is in force
        record.note(reason=error.reason)
        return []


def _blocks(effects: RevokeEffects) -> Iterable[Revocation]:
    return (
        one
        for one in effects.ledger.revocations()
        if isinstance(one, Revocation) and one.kind == "block" and not one.lifted
    )


def _is_for(block: Revocation, lifted: Revocation) -> bool:
    """Whether the block refuses everybody whom the lifted one refused."""
    if block.place == EVERYBODY or (block.whose == lifted.whose and block.id != lifted.id):
        return True
    if not block.holders:
        return False
    if lifted.holders:
        wider = set(block.holders.claims) <= set(lifted.holders.claims)
        return wider and block.holders.issuer == lifted.holders.issuer
    caller = lifted.whose.get("caller")
    issuer = caller.get("issuer") if isinstance(caller, Mapping) else None
    return block.holders.issuer == issuer and not block.holders.claims


def _detail(lifted: Revocation, others: list[str], *, written: bool) -> str:
    before = lifted.before or lifted.created
    ends = iso(lifted.until or before + timedelta(seconds=LONGEST + SLACK))
    if not written:
        return (
            "The lift is recorded; the role's policy is not updated yet, and still denies what was "
            "vended and what is vended now. The reconciler retries within minutes. To retry now, "
            "send the same request again."
        )
    if others:
        new = f"Other blocks still refuse new vends: {', '.join(others)}."
    else:
        new = f"New vends are allowed again; sessions from {iso(before + SKEW)} on work."
    return (
        f"{new} The role's policy goes on to deny what was vended before {iso(before)}, until "
        f"{ends}: then all of it has expired. IAM needs seconds, sometimes a minute, to apply the "
        "change everywhere."
    )


_MERGED = (
    " Not all revocations fit in the policy as they are, so it may still deny these callers for "
    "others. Lift blocks that are no longer needed."
)
