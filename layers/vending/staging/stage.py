"""Announces a large document, takes its parts, and cancels it."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

from vending.audit.record import Record
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.drafts.part import hash_of, text_of
from vending.drafts.request import PartRequest
from vending.errors import InternalError, InvalidRequest, NotFound, PreconditionFailed
from vending.staging.commit import check_is_next, found, own
from vending.staging.effects import Effects, Write
from vending.staging.planning import part_name
from vending.staging.request import PART_BYTES, StagedRequest
from vending.staging.revision import Revision
from vending.staging.staged import Announced, Part, Staged
from vending.staging.writing import record_late, write

STAGED = 40  # changes that are not over, of all administrators
OWN = 10  # of one of them
TRIES = 40  # to save, or to cancel between two transactions of whoever writes


def stage(
    request: StagedRequest, caller: Caller, record: Record, effects: Effects
) -> dict[str, object]:
    """Announce a document, or find what its author has announced of it already.

    Raises:
        InvalidRequest: too many changes are staged.
        Unavailable: the table failed.
    """
    record.note(owner=request.owner)
    announced = Announced(
        digest=request.digest,
        entries=request.entries.by_list(),
        parts=request.parts,
        revision=request.revision,
        owner=request.owner,
        prune=request.prune,
    )
    current = [one for one in effects.every() if one.is_there(effects.now) and not one.is_over]
    own_ = [one for one in current if one.by == caller.identity.unique]
    staged = next((one for one in own_ if one.announced == announced), None)
    if not staged:
        record.note(cancelled=_give_way(own_, len(current), effects) or None)
        staged = Staged(effects.new_id(), caller.identity.unique, effects.now, announced)
        effects.save(staged, None)
    record.note(staged=staged.id)
    return looked_at(staged, effects)


def _give_way(own_: Sequence[Staged], total: int, effects: Effects) -> list[str]:
    """Cancel an administrator's oldest changes until there is room for one more; their ids.

    Every plan of a large document stages one, and most are never written.
    """
    idle = sorted((one for one in own_ if one.state != "writing"), key=lambda one: one.created)
    excess = max(len(own_) - OWN + 1, total - STAGED + 1, 0)
    if excess > len(idle):
        raise InvalidRequest(
            f"{total} changes are staged, and there may be {STAGED}; cancel those that nobody will "
            "write, or wait for them to expire."
        )
    for one in idle[:excess]:
        with suppress(PreconditionFailed):  # somebody goes on with it just now
            effects.save(replace(one, state="cancelled"), one)
    return [one.id for one in idle[:excess]]


def put_part(
    id_: str, number: int, body: str, caller: Caller, record: Record, effects: Effects
) -> dict[str, object]:
    """Keep a part of the document. Idempotent: a part may be sent again.

    Raises:
        NotFound: there is no such change, or it has no part of this number.
        AccessDenied: somebody else staged it.
        TooLarge: the part has more than ``PART_BYTES`` bytes.
        InvalidRequest: it has faults; their pointers are those of the part.
        PreconditionFailed: the document is being checked or written already.
        Unavailable: the table failed.
    """
    record.note(staged=id_)
    part = parse(PartRequest, body, PART_BYTES)
    text = text_of(part, json.loads(body))
    staged = own(id_, caller, effects)
    if number >= staged.announced.parts:
        raise NotFound(f"The document was announced in {staged.announced.parts} parts.")
    arrived = Part(sha256(body.encode()).hexdigest(), hash_of(text), part.by_list())
    if staged.parts.get(number) != arrived:
        _check_open(staged)
        effects.keep(staged, part_name(number, arrived.kept), text)
        staged = _with_part(staged, number, arrived, effects)
    return looked_at(staged, effects)


def _with_part(staged: Staged, number: int, part: Part, effects: Effects) -> Staged:
    """The change with the part; others of its parts may arrive at the same time."""
    for tries_left in reversed(range(TRIES)):
        changed = replace(staged, parts={**staged.parts, number: part})
        try:
            effects.save(changed, staged)
        except PreconditionFailed:
            if not tries_left:
                raise
            staged = found(staged.id, effects)
            _check_open(staged)
        else:
            return changed
    raise AssertionError


def _check_open(staged: Staged) -> None:
    if staged.state != "open":
        raise PreconditionFailed(
            f"The document is {staged.state}, and its parts cannot change any more; cancel it, and "
            "stage another one."
        )


def looked_at(staged: Staged, effects: Effects) -> dict[str, object]:
    """A staged change as it is now."""
    is_writing = staged.state == "writing"
    return staged.as_answered(effects.revision().number - staged.base if is_writing else 0)


def cancel(id_: str, record: Record, effects: Effects) -> dict[str, object]:
    """Cancel a change. What is written of it stays; a group of changes is completed first.

    The state is still ``writing`` if that takes longer than one request may: ask again then.

    Raises:
        NotFound: there is no such change.
        PreconditionFailed: it is applied already.
        Unavailable: the table failed.
    """
    record.note(staged=id_)
    for tries_left in reversed(range(TRIES)):
        staged, revision = found(id_, effects), effects.revision()
        if staged.state == "cancelled":
            return staged.as_answered()
        if staged.state == "applied":
            raise PreconditionFailed("The change is applied already; it cannot be cancelled.")
        try:
            return _cancelled(staged, revision, record, effects)
        except PreconditionFailed:
            if not tries_left:
                raise
    raise AssertionError


def _cancelled(
    staged: Staged, revision: Revision, record: Record, effects: Effects
) -> dict[str, object]:
    if staged.state != "writing":
        cancelled = replace(staged, state="cancelled")
        effects.save(cancelled, staged)
        return cancelled.as_answered()
    check_is_next(staged, revision)
    if revision.half:
        staged, revision = write(staged, revision, effects, until=lambda one: not one.joined)
    done = revision.number - staged.base
    if revision.half or staged.state == "applied":
        return staged.as_answered(done)
    with suppress(InternalError):  # the plan has expired; the history has what was written
        staged = record_late(staged, done, effects)
    cancelled = replace(staged, state="cancelled")
    effects.write(Write(revision, Revision(revision.number), {}, (), (staged, cancelled)))
    record.note(revision=revision.number)
    return cancelled.as_answered(done)
