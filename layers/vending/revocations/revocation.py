"""One revocation: who loses access, why, and until when."""

import json
from base64 import b32hexencode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from vending.denials.denials import WIDTHS, Place
from vending.denials.revoked import AHEAD
from vending.sessions.durations import LONGEST
from vending.table import refuse_damaged_item
from vending.times import iso

type Kind = Literal["sessions", "block"]
KINDS = ("sessions", "block")

SLACK = 60  # seconds after the longest session
KEPT_DAYS = 90  # for which a revocation that is over can be read

REVOCATION_ID = "[0-9a-v]{16}"

type Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Revocation:
    """A revocation in the table. It changes at most once, when a block is lifted."""

    id: str
    kind: Kind
    whose: Json  # as requested: caller, sessionId, vendId and its session, grantId or all
    place: Place
    reason: str
    by: Json  # the administrator's identity
    created: datetime
    lifted: datetime | None = None
    lifted_by: Json | None = None

    @property
    def mark(self) -> str:
        """Identifies this state of the revocation; lifting changes it."""
        return f"{self.id} lifted" if self.lifted else self.id

    @property
    def before(self) -> datetime | None:
        """Sessions lent before this time are denied; None: all are, and nothing is vended."""
        if self.kind == "block" and not self.lifted:
            return None
        return (self.lifted or self.created).replace(microsecond=0) + timedelta(seconds=AHEAD)

    @property
    def until(self) -> datetime | None:
        """When every session that it denies has expired; None for a block that is not lifted."""
        return self.before and self.before + timedelta(seconds=LONGEST + SLACK)

    @property
    def kept_until(self) -> datetime | None:
        """When DynamoDB may delete it."""
        return self.until and self.until + timedelta(days=KEPT_DAYS)

    def denies(self, now: datetime) -> bool:
        """Whether a session that it denies may still be alive."""
        return self.until is None or now < self.until

    @property
    def denial(self) -> tuple[Place, datetime | None]:
        """The denied place, and the time before which sessions are denied.

        A single session is denied without a time: no other one has its name.
        """
        return self.place, None if self.place.part == "session" else self.before

    def lift(self, now: datetime, by: Json) -> Self:
        """The revocation after ``by`` has lifted it: new vends work, older sessions stay denied."""
        return replace(self, lifted=now, lifted_by=by)

    def state(self, now: datetime) -> str:
        """``active``, ``lifted`` or ``ended``."""
        if not self.denies(now):
            return "ended"
        return "lifted" if self.lifted else "active"

    def as_json(self, now: datetime) -> dict[str, object]:
        """As the API shows it to administrators."""
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
                raise ValueError("not a revocation of this service")
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
    """An id that sorts before all earlier ones; ``random`` are 5 bytes."""
    left = 2**40 - 1 - int(now.timestamp() * 100)
    return b32hexencode(left.to_bytes(5) + random).decode().lower()
