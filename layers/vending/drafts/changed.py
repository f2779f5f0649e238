"""A change of an entry as texts: a plan has too many of them to parse each."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from vending.catalogue.batches import decision_key, encode
from vending.catalogue.changes import Change, Kind
from vending.catalogue.history import Event, numbered
from vending.table import Key


@dataclass(frozen=True, slots=True)
class Changed:
    """An entry that is added (no ``before``), changed, or removed (no ``after``)."""

    kind: Kind
    id: str
    pointer: str  # to the entry in the document; for a removed entry, to its list
    before: str | None
    after: str | None

    @property
    def action(self) -> str:
        """As ``Change.action``."""
        if self.before is None:
            return "add"
        return "remove" if self.after is None else "change"

    @property
    def size(self) -> int:
        """The bytes of both texts."""
        return len(self.before or "") + len(self.after or "")

    def as_json(self) -> dict[str, object]:
        """As ``Change.as_json``."""
        return {
            "action": self.action,
            "kind": self.kind,
            "id": self.id,
            "pointer": self.pointer,
            "before": _read(self.before),
            "after": _read(self.after),
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A change, and what decides when it is written, and with which others."""

    change: Changed
    narrows: bool
    described: bool
    closes: bool
    keys: tuple[Key, ...]  # of the decision items that have it before and after

    @classmethod
    def of(cls, change: Change) -> "Draft":
        """The draft of a change whose entries are parsed."""
        before, after = (
            None if one is None else encode(one.as_json()) for one in (change.before, change.after)
        )
        keys = dict.fromkeys(decision_key(entry) for entry in change.entries)
        return cls(
            Changed(change.kind, change.id, change.pointer, before, after),
            change.narrows,
            change.is_described,
            change.closes,
            tuple(keys),
        )


def events_of(
    changes: Sequence[Changed], revision: int, time: datetime, kept: timedelta
) -> Iterator[Event]:
    """As ``catalogue.history.events``."""
    told = [(one.kind, one.id, _read(one.before), _read(one.after)) for one in changes]
    return numbered(told, revision, time, kept)


def _read(text: str | None) -> Mapping[str, object] | None:
    return None if text is None else json.loads(text)
