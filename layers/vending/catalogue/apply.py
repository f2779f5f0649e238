"""``/admin/changes``: plan against what is stored, then write, narrowing before widening."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from vending.answers import ANSWER_BYTES
from vending.audit.record import Record
from vending.catalogue.batches import Batch, batches, decision_key, encode
from vending.catalogue.changes import Change
from vending.catalogue.plan import plan
from vending.catalogue.proposal import Setting, Stored
from vending.documents.document import ChangesRequest
from vending.errors import PreconditionFailed, TooLarge, Unavailable
from vending.grants.grant import Grant
from vending.table import Key


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The table as administrators see it, as functions.

    ``stored`` takes the request and gives what it names; ``items`` gives the grants of decision
    items; ``commit`` writes a batch at a revision and gives the next one.
    """

    revision: Callable[[], int]
    stored: Callable[[ChangesRequest], Stored]
    items: Callable[[Iterable[Key]], Mapping[Key, list[Grant]]]
    commit: Callable[[Batch, int], int]


def apply(
    request: ChangesRequest,
    record: Record,
    catalogue: Catalogue,
    *,
    setting: Setting,
    on_change: Callable[[Change, int, str], None],
) -> dict[str, object]:
    """The answer of ``/admin/changes``.

    ``on_change`` is told of each change with its revision and outcome: ``granted`` once it is
    written, ``unknown`` where the table did not answer.

    Asked again, it changes nothing more. All changes are one transaction where they fit; else
    a failure leaves the first ones made, and asking again makes the rest.

    Raises:
        InvalidRequest: any fault in the document; nothing is written.
        PreconditionFailed: ``revision`` is old, or somebody else writes at the same time.
        TooLarge: the answer would be; nothing is written.
        Unavailable: the table failed.
    """
    revision = catalogue.revision()
    if request.revision not in (None, revision):
        raise PreconditionFailed(
            f"The grants are at revision {revision}, not {request.revision}. Plan again."
        )
    changes = plan(request, catalogue.stored(request), setting)
    touched = {
        decision_key(entry)
        for change in changes
        for entry in change.entries
        if isinstance(entry, Grant)
    }
    writes = list(batches(changes, catalogue.items(touched)))
    shown = [change.as_answered() for change in changes]
    _check_answer(shown)
    record.note(changes=len(changes), dryRun=request.dry_run, revision=revision)
    if not request.dry_run:
        for batch in writes:
            revision = _commit(batch, revision, catalogue, on_change)
            record.note(revision=revision)
    return {"applied": not request.dry_run, "revision": revision, "changes": shown}


def _commit(
    batch: Batch,
    revision: int,
    catalogue: Catalogue,
    on_change: Callable[[Change, int, str], None],
) -> int:
    try:
        reached = catalogue.commit(batch, revision)
    except Unavailable:
        for change in batch.changes:
            on_change(change, revision + 1, "unknown")
        raise
    for change in batch.changes:
        on_change(change, reached, "granted")
    return reached


def _check_answer(shown: Sequence[Mapping[str, object]]) -> None:
    text = encode(shown)
    size = len(text) + text.count('"') + text.count("\\")  # Lambda's answer is JSON in JSON
    if size > ANSWER_BYTES:
        fitting = len(shown) * ANSWER_BYTES // size
        raise TooLarge(
            f"The answer would exceed {ANSWER_BYTES} bytes; send about {fitting} changes at a time."
        )
