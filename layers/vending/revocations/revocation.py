"""One revocation: what an administrator takes back, from whom, and until when."""

import json
from base64 import b32hexencode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from vending.denials.denials import WIDTHS, Place
from vending.sessions.durations import LONGEST
from vending.table import refuse_damaged_item
from vending.times import iso

type Kind = Literal["sessions", "block"]
KINDS = ("sessions", "block")

AHEAD = 2  # seconds: STS counts whole ones, by a clock of its own
SLACK = 60  # seconds beyond the longest session
KEPT_DAYS = 90  # that a revocation can be read when it is over

REVOCATION_ID = "[0-9a-v]{16}"

type Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Revocation:
    """What the table keeps of one; it changes once at most, when a block is lifted."""

    id: str
    kind: Kind
    whose: Json  # as it was asked for: caller, sessionId, vendId with its session, grantId or all
    place: Place
    reason: str
    by: Json  # the administrator
    created: datetime
    lifted: datetime | None = None
    lifted_by: Json | None = None

    @property
    def mark(self) -> str:
        """Of its state: another one when it is lifted."""
        return f"{self.id} lifted" if self.lifted else self.id

    @property
    def before(self) -> datetime | None:
        """Sessions lent before this are dead; None: all are, and nothing new is vended."""
        if self.kind == "block" and not self.lifted:
            return None
        return (self.lifted or self.created).replace(microsecond=0) + timedelta(seconds=AHEAD)

    @property
    def until(self) -> datetime | None:
        """When no session can live any more that it denies; None: while it is not lifted."""
        return self.before and self.before + timedelta(seconds=LONGEST + SLACK)

    @property
    def kept_until(self) -> datetime | None:
        """When the table may drop it."""
        return self.until and self.until + timedelta(days=KEPT_DAYS)

    def denies(self, now: datetime) -> bool:
        """Whether there may be anything left to deny."""
        return self.until is None or now < self.until

    @property
    def denial(self) -> tuple[Place, datetime | None]:
        """As ``Denials.of`` takes it; without a time for one session, which never comes again."""
        return self.place, None if self.place.part == "session" else self.before

    def lift(self, now: datetime, by: Json) -> Self:
        """New vends work from now on; what was lent before stays dead."""
        return replace(self, lifted=now, lifted_by=by)

    def state(self, now: datetime) -> str:
        """In a word."""
        if not self.denies(now):
            return "ended"
        return "lifted" if self.lifted else "active"

    def as_json(self, now: datetime) -> dict[str, object]:
        """As administrators see it."""
        times = {
            "sessionsBefore": self.before,
            "until": self.until,
            "liftedAt": self.lifted,
        }
        return {
            "id": self.id,
            "kind": self.kind,
            **self.whose,
            "reason": self.reason,
            "state": self.state(now),
            "createdAt": iso(self.created),
            "by": self.by,
            **{name: iso(time) for name, time in times.items() if time},
            **({"liftedBy": self.lifted_by} if self.lifted_by else {}),
        }

    def encode(self) -> str:
        """As JSON for the table."""
        members = {
            "kind": self.kind,
            "whose": self.whose,
            "place": self.place,
            "reason": self.reason,
            "by": self.by,
            "created": self.created.isoformat(),
            "lifted": self.lifted and self.lifted.isoformat(),
            "liftedBy": self.lifted_by,
        }
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def decode(cls, id_: str, document: str) -> Self:
        """The revocation in a catalogue item.

        Raises:
            InternalError: ``encode`` did not make it.
        """
        with refuse_damaged_item():
            members = json.loads(document)
            lifted, (part, begins) = members["lifted"], members["place"]
            if members["kind"] not in KINDS or part not in WIDTHS or not isinstance(begins, str):
                raise ValueError("not a revocation of ours")
            return cls(
                id=id_,
                kind=members["kind"],
                whose=members["whose"],
                place=Place(part, begins),
                reason=members["reason"],
                by=members["by"],
                created=datetime.fromisoformat(members["created"]).astimezone(UTC),
                lifted=lifted and datetime.fromisoformat(lifted).astimezone(UTC),
                lifted_by=members["liftedBy"],
            )


def revocation_id(now: datetime, random: bytes) -> str:
    """An id that stands before those made earlier; ``random`` are 5 bytes."""
    left = 2**40 - 1 - int(now.timestamp() * 100)
    return b32hexencode(left.to_bytes(5) + random).decode().lower()
