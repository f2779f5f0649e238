"""One revocation: who loses access, why, and until when."""

import json
from base64 import b32hexencode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

from vending.denials.denials import WIDTHS, Place
from vending.denials.holders import Holders
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
    whose: Json  # as requested: caller, sessionId, vendId and its sessions, grantId or all
    place: Place | None  # None for holders of claims, whom no part of a name shows
    reason: str
    by: Json  # the administrator's identity
    created: datetime
    lifted: datetime | None = None
    lifted_by: Json | None = None
    holders: Holders | None = None
    # Grants and sessions of holders, or more sessions of one vend; from before it was created.
    found: tuple[Place, ...] = ()
    refused: datetime | None = None  # by when every function refused the holders of a block

    @property
    def mark(self) -> str:
        """Identifies this state of the revocation; lifting and finding sessions change it."""
        found = f" {len(self.found)}" if self.holders else ""
        refused = " refused" if self.refused else ""
        return f"{self.id}{' lifted' if self.lifted else ''}{found}{refused}"

    @property
    def before(self) -> datetime | None:
        """Sessions lent before this time are denied; None: all are, and nothing is vended."""
        if self.kind == "block" and not self.lifted:
            return None
        return _ahead(self.lifted or self.created)

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

    def denied(self, now: datetime) -> Iterator[tuple[Place, datetime | None]]:
        """The denied places, and the time before which the sessions of each are denied.

        A single session is denied without a time: no other one has its name. What was found for
        holders is from before the revocation, or from before functions had heard of a block, and
        denied for as long as it can live: later on, its grant may be for somebody else. Its single
        sessions have that time too, so that however many are merged, no new session is denied.
        """
        if self.place:
            yield self.place, None if self.place.part == "session" else self.before
        before = _ahead(self.refused or self.created)
        if now < before + timedelta(seconds=LONGEST + SLACK):
            for place in self.found:
                yield place, before

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

    def as_listed(self, now: datetime, covered: Collection[str]) -> dict[str, object]:
        """The same, with whether the role's policy has it; ``covered`` are marks that it has."""
        written = {"denialWritten": self.mark in covered} if self.denies(now) else {}
        return self.as_json(now) | written

    def encode(self) -> str:
        """As JSON for the table."""
        members: dict[str, object] = {
            "kind": self.kind,
            "whose": self.whose,
            "place": self.place,
            "reason": self.reason,
            "by": self.by,
            "created": self.created.isoformat(),
            "lifted": self.lifted and self.lifted.isoformat(),
            "liftedBy": self.lifted_by,
        }
        if self.holders:
            members["holders"] = [self.holders.issuer, self.holders.claims]
        if self.holders or self.found:
            members["found"] = self.found
        if self.refused:
            members["refused"] = self.refused.isoformat()
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def decode(cls, id_: str, document: str) -> Self:
        """The revocation in a catalogue item.

        Raises:
            InternalError: ``encode`` did not make it.
        """
        with refuse_damaged_item():
            members = json.loads(document)
            lifted, place, holders = members["lifted"], members["place"], members.get("holders")
            refused = members.get("refused")
            if members["kind"] not in KINDS or (place is None) != (holders is not None):
                raise ValueError("not a revocation of this service")
            return cls(
                id=id_,
                kind=members["kind"],
                whose=members["whose"],
                place=place and _place(place),
                reason=members["reason"],
                by=members["by"],
                created=datetime.fromisoformat(members["created"]).astimezone(UTC),
                lifted=lifted and datetime.fromisoformat(lifted).astimezone(UTC),
                lifted_by=members["liftedBy"],
                holders=holders and _holders(*holders),
                found=tuple(map(_place, members.get("found", ()))),
                refused=refused and datetime.fromisoformat(refused).astimezone(UTC),
            )


def _ahead(time: datetime) -> datetime:
    return time.replace(microsecond=0) + timedelta(seconds=AHEAD)


def _place(members: object) -> Place:
    match members:
        case [str(part), str(begins)] if part in WIDTHS:
            return Place(part, begins)  # type: ignore[arg-type]
    raise ValueError("not a part of a role session name")


def _holders(issuer: str, claims: Iterable[tuple[str, str]]) -> Holders:
    return Holders(str(issuer), tuple((str(name), str(value)) for name, value in claims))


def revocation_id(now: datetime, random: bytes) -> str:
    """An id that sorts before all earlier ones; ``random`` are 5 bytes."""
    left = 2**40 - 1 - int(now.timestamp() * 100)
    return b32hexencode(left.to_bytes(5) + random).decode().lower()
