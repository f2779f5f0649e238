"""Denials by parts of the role session name; the decision and IAM match the same sessions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-userid
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, NamedTuple, Self

from vending.callers.identity import Identity
from vending.denials.holders import HoldersDenied, broadest
from vending.denials.holders import decode as decode_holders
from vending.table import refuse_damaged_item
from vending.times import iso

type Part = Literal["caller", "grant", "session"]

# In ``{readable}-{caller}-{grants}-{session}``, as ``Session.name`` writes it: up to three grants,
# joined by ``.``. No part has a ``-`` of its own.
WIDTHS: Mapping[Part, int] = {"caller": 13, "grant": 8, "session": 16}
# Patterns of a whole value, and of one that is cut. Of a grant both are the same, for it may be any
# of the session's grants: cut, it is denied wherever its characters are in one of them.
_GRANT = "*:*-*-*{}*-*"  # no other place has as many dashes around it
_WHOLE: Mapping[Part, str] = {"caller": "*:*-{}-*-*", "grant": _GRANT, "session": "*:*-*-*-{}"}
_CUT: Mapping[Part, str] = {"caller": "*:*-{}*-*-*", "grant": _GRANT, "session": "*:*-*-*-{}*"}


class Place(NamedTuple):
    """A part of the role session name, and the start of its value; of a grant, any piece of it.

    ``("caller", "")`` matches every session.
    """

    part: Part
    begins: str

    @property
    def pattern(self) -> str:
        """The pattern for the IAM key ``aws:userid`` (``AROA…:`` and the role session name)."""
        if not self.begins:
            return "*"  # also sessions that this service did not create
        patterns = _WHOLE if len(self.begins) == WIDTHS[self.part] else _CUT
        return patterns[self.part].format(self.begins)

    def shorter(self, length: int) -> "Place":
        """The place cut to ``length`` characters: it matches the same names, and more."""
        return Place(self.part, self.begins[:length])


EVERYBODY = Place("caller", "")


@dataclass(frozen=True, slots=True)
class Denials:
    """For each place, the time before which its sessions are denied; None denies all."""

    before: Mapping[Place, datetime | None]
    holders: HoldersDenied = field(default_factory=dict)  # which IAM does not know

    @classmethod
    def of(cls, denied: Iterable[tuple[Place, datetime | None]]) -> Self:
        """Denials of these places; if a place occurs twice, the broader denial wins."""
        return cls(broadest(denied))

    @classmethod
    def read(cls, places: str | None, holders: str | None) -> Self:
        """All denials, from both items that a decision reads; an item may be missing.

        Raises:
            InternalError: ``encode`` did not make one of them.
        """
        return replace(cls.decode(places), holders=decode_holders(holders))

    @classmethod
    def decode(cls, document: str | None) -> Self:
        """The denials of places in a decision's item, or none where there is no item.

        Raises:
            InternalError: ``encode`` did not make it.
        """
        if document is None:
            return cls({})
        with refuse_damaged_item():
            listed = json.loads(document)
            if not isinstance(listed, list) or any(part not in WIDTHS for part, _, _ in listed):
                raise ValueError("not a list of parts of the role session name")
            return cls.of(
                (Place(part, str(begins)), None if time is None else _time(time))
                for part, begins, time in listed
            )

    def encode(self) -> str:
        """The denials of places as JSON for the table; equal denials are equal text."""
        listed = [
            [place.part, place.begins, time and iso(time)]
            for place, time in sorted(self.before.items(), key=lambda one: one[0])
        ]
        return json.dumps(listed, separators=(",", ":"))

    def of_part(self, part: Part, value: str) -> Sequence[datetime | None]:
        """The times of all denials that match ``value`` as this part of the name."""
        if not self.before:
            return ()
        return [self.before[place] for place in _places(part, value) if place in self.before]

    def of_holder(self, identity: Identity) -> Sequence[datetime | None]:
        """The times of all denials of holders that include this caller."""
        return [time for holders, time in self.holders.items() if holders.include(identity)]

    def coarser(self, window: int, length: int) -> "Denials":
        """Denials of at least the same sessions, with fewer times and places.

        Times within the same ``window`` seconds become the last of them (0: they stay as they
        are), and parts are cut to ``length`` characters.
        """
        times = {time for time in self.before.values() if time}
        last: dict[int, datetime] = {}
        for time in sorted(times):
            last[_slot(time, window)] = time
        return Denials.of(
            (place.shorter(length), time and last[_slot(time, window)])
            for place, time in self.before.items()
        )


NOTHING_DENIED = Denials({})


@lru_cache(maxsize=1000)
def _places(part: Part, value: str) -> frozenset[Place]:
    """All places whose pattern matches ``value`` as this part of the name."""
    starts = range(len(value) if part == "grant" else 1)
    ends = range(len(value) + 1)
    return frozenset(Place(part, value[start:end]) for start in starts for end in ends)


def _slot(time: datetime, window: int) -> int:
    return int(time.timestamp()) // (window or 1)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
