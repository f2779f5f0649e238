"""The catalogue of a past day: the changes since then are undone, from the newest on."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from vending.catalogue.batches import encode
from vending.catalogue.history import Event
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import Fault, InternalError, InvalidRequest
from vending.questions.standing import Standing
from vending.times import iso

READERS: dict[str, Callable[[str], object]] = {
    "grant": GrantBody.stored_grant,
    "issuer": IssuerBody.stored_issuer,
    "location": LocationBody.stored_location,
}


def past(standing: Standing, history: Iterable[Event], at: datetime, now: datetime) -> Standing:
    """The catalogue as it was at a time; ``history`` begins with the newest change.

    The result has the revision of that time.

    Raises:
        InvalidRequest: the history does not reach back that far.
        InternalError: the history contradicts the catalogue.
    """
    texts = {kind: dict(entries) for kind, entries in standing.texts.items()}
    revision, begins = standing.revision, now
    for number, group in groupby(history, lambda one: one.revision):
        if number > standing.revision:
            continue  # written after the catalogue was read
        events = list(group)
        if number != revision or len(events) != events[0].count or events[0].until <= now:
            break
        begins = events[0].time
        if begins <= at:
            return Standing(revision, texts)
        for event in events:
            if event.kind in texts:  # questions are about nothing else
                _undo(event, texts[event.kind])
        revision -= 1
    if revision:
        detail = (
            f"The history begins at {iso(begins)}. What was granted before that is not known: "
            f"ask for that time or a later one."
        )
        raise InvalidRequest(detail, faults=[Fault("/at", f"is before {iso(begins)}")])
    return Standing(0, texts)


def _undo(event: Event, entries: dict[str, str]) -> None:
    written = entries.pop(event.id, None)
    if not _is(event, written):
        raise InternalError("Something went wrong here.", reason="HistoryContradicts")
    if event.before is not None:
        entries[event.id] = encode(event.before)


def _is(event: Event, written: str | None) -> bool:
    """Whether the event left this entry; a release in between may have written it otherwise."""
    if written is None or event.after is None:
        return written is None and event.after is None
    if json.loads(written) == event.after:
        return True
    read = READERS[event.kind]
    return read(written) == read(encode(event.after))
