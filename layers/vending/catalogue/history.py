"""The history of the catalogue: one item for each change, written in the change's transaction.

Items are ordered by revision. Undoing them, the newest first, gives the catalogue of a past day, as
long as none is missing: each says how many there are of its revision.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from vending.catalogue.changes import Change
from vending.table import HISTORY, Key, refuse_damaged_item
from vending.times import iso, read_time

type Entry = Mapping[str, Any]  # of the catalogue, as JSON

EXTRA_BYTES = 300  # of an item, beside the entry before and after: its key, times and numbers


@dataclass(frozen=True, slots=True)
class Event:
    """A change that was written: ``number`` of ``count`` in its revision, from 0."""

    revision: int
    number: int
    count: int
    time: datetime
    until: datetime  # when it is forgotten, though DynamoDB may delete it days later
    kind: str
    id: str
    before: Entry | None
    after: Entry | None

    @property
    def key(self) -> Key:
        """Its place in the table; the keys sort by revision."""
        return Key(HISTORY, f"{first_key(self.revision)}#{self.number:03}")

    @classmethod
    def read(cls, key: Key, document: str) -> Self:
        """Read an item; raises ``InternalError`` if this service did not write it."""
        with refuse_damaged_item():
            members = json.loads(document)
            revision, _, number = key.sk.partition("#")
            return cls(
                revision=int(revision),
                number=int(number),
                count=int(members["count"]),
                time=read_time(members["time"]),
                until=read_time(members["until"]),
                kind=str(members["kind"]),
                id=str(members["id"]),
                before=members["before"],
                after=members["after"],
            )

    def as_json(self) -> dict[str, object]:
        """Return the item's document."""
        return {
            "time": iso(self.time),
            "until": iso(self.until),
            "count": self.count,
            "kind": self.kind,
            "id": self.id,
            "before": self.before,
            "after": self.after,
        }


def first_key(revision: int) -> str:
    """The sort key from which on the events of a revision and of later ones are."""
    return f"{revision:012}"


def events(
    changes: Sequence[Change], revision: int, time: datetime, kept: timedelta
) -> Iterator[Event]:
    """Yield the events of the changes that one transaction makes, which leads to ``revision``."""
    told = [(one.kind, one.id, _told(one.before), _told(one.after)) for one in changes]
    return numbered(told, revision, time, kept)


def numbered(
    changes: Sequence[tuple[str, str, Entry | None, Entry | None]],
    revision: int,
    time: datetime,
    kept: timedelta,
) -> Iterator[Event]:
    """As ``events``, of changes by kind, id, and the entry before and after."""
    for number, (kind, id_, before, after) in enumerate(changes):
        yield Event(
            revision=revision,
            number=number,
            count=len(changes),
            time=time,
            until=time + kept,
            kind=kind,
            id=id_,
            before=before,
            after=after,
        )


def _told(one: Any) -> Entry | None:
    return one.as_json() if one else None
