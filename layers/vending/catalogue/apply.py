"""``POST /admin/changes``: plans a document's changes, then writes them in batches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

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
    """The table, as functions; each raises ``Unavailable`` where the table fails."""

    revision: Callable[[], int]
    stored: Callable[[ChangesRequest], Stored]
    items: Callable[[Iterable[Key]], Mapping[Key, list[Grant]]]  # grants of decision items
    commit: Callable[[Batch, int], int]  # at this revision; returns the next one


def apply(
    request: ChangesRequest,
    record: Record,
    catalogue: Catalogue,
    *,
    setting: Setting,
    on_change: Callable[[Change, int, str], None],
) -> dict[str, object]:
    """Apply a document and return the answer of ``POST /admin/changes``.

    ``on_change`` is called with each change, its revision and its outcome: ``granted`` for a
    written change, ``unknown`` where the table did not answer.

    Idempotent: repeating the request changes nothing. Changes that do not fit into one transaction
    are written in several; after a failure, repeating the request writes the rest.

    Raises:
        InvalidRequest: the document has faults; nothing is written.
        PreconditionFailed: the request names another revision, or the table changes meanwhile.
        TooLarge: the answer would be too large; nothing is written.
        Unavailable: the table failed.
    """
    record.note(dryRun=request.dry_run, owner=request.owner)  # also where it is refused
    revision = catalogue.revision()
    if request.revision not in (None, revision):
        raise PreconditionFailed(
            f"The grants are at revision {revision}, not {request.revision}. Plan again."
        )
    changes, warnings, failing = plan(request, catalogue.stored(request), setting)
    touched = {
        decision_key(entry)
        for change in changes
        for entry in change.entries
        if isinstance(entry, Grant)
    }
    writes = list(batches(changes, catalogue.items(touched)))
    shown = [change.as_answered() for change in changes]
    warned = [asdict(warning) for warning in warnings]
    _check_answer(shown, warned)
    record.note(changes=len(changes), revision=revision, failedTests=failing or None)
    if not request.dry_run:
        for batch in writes:
            revision = _commit(batch, revision, catalogue, on_change)
            record.note(revision=revision)
    return {
        "applied": not request.dry_run,
        "revision": revision,
        "changes": shown,
        "warnings": warned,
    }


def _commit(
    batch: Batch,
    revision: int,
    catalogue: Catalogue,
    on_change: Callable[[Change, int, str], None],
) -> int:
    """The next revision, after this batch is written."""
    try:
        next_revision = catalogue.commit(batch, revision)
    except Unavailable:
        for change in batch.changes:
            on_change(change, revision + 1, "unknown")
        raise
    for change in batch.changes:
        on_change(change, next_revision, "granted")
    return next_revision


def _check_answer(
    shown: Sequence[Mapping[str, object]], warned: Sequence[Mapping[str, object]]
) -> None:
    text = encode([*shown, *warned])
    size = len(text) + text.count('"') + text.count("\\")  # Lambda's answer is JSON in JSON
    if size > ANSWER_BYTES:
        fitting = len(shown) * ANSWER_BYTES // size
        raise TooLarge(
            f"The answer would exceed {ANSWER_BYTES} bytes; stage these changes with POST "
            f"/admin/staged, or send about {fitting} at a time."
        )
