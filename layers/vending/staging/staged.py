"""A staged change: what was announced of it, which parts have arrived, and how far it is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, Self, get_args

from vending.drafts.summary import Planned
from vending.table import refuse_damaged_item
from vending.times import iso

KEPT = timedelta(days=1)  # in which it has to be planned; then nobody can use it
RUNNING_KEPT = timedelta(days=7)  # what is being written is kept longer, to be resumed

type State = Literal["open", "checking", "planned", "writing", "applied", "cancelled"]
STATES: tuple[State, ...] = get_args(State.__value__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What ``POST /admin/staged`` says of a document."""

    digest: str  # the SHA-256 of those of its parts' bodies, by which its author finds it again
    entries: Mapping[str, int]  # by list
    parts: int
    revision: int | None
    owner: str | None
    prune: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has arrived."""

    body: str  # the SHA-256 of what was sent
    kept: str  # the same of the text that is kept
    entries: Mapping[str, int]  # by list


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged change, as the table has it."""

    id: str
    by: str  # ``Identity.unique`` of its author
    created: datetime
    announced: Announced
    parts: Mapping[int, Part] = field(default_factory=dict)
    state: State = "open"
    base: int = 0  # the revision for which it is checked
    checked: int = 0  # parts of grants
    judged: int = 0  # tests
    plan: Planned | None = None
    recorded: int = 0  # transactions whose changes certainly have their audit records

    @property
    def author(self) -> str:
        """The ARN of its author."""
        return self.by.partition(" ")[0]

    @property
    def expires(self) -> datetime:
        """When it cannot be committed any more, unless it is being written."""
        return self.created + KEPT

    @property
    def kept_until(self) -> datetime:
        """When DynamoDB may delete all of it."""
        return self.created + (RUNNING_KEPT if self.plan else KEPT)

    @property
    def is_over(self) -> bool:
        """Whether it was applied or cancelled."""
        return self.state in ("applied", "cancelled")

    def is_there(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.state == "writing" or now < self.expires

    @property
    def transactions(self) -> int:
        """How many transactions its plan has; 0 without a plan."""
        return self.plan.transactions if self.plan else 0

    @property
    def missing(self) -> list[int]:
        """The numbers of the parts that have not arrived."""
        return [number for number in range(self.announced.parts) if number not in self.parts]

    @property
    def digest(self) -> str:
        """The digest of the parts that have arrived."""
        bodies = "".join(self.parts[number].body for number in sorted(self.parts))
        return sha256(bodies.encode()).hexdigest()

    def offset(self, part: int, name: str) -> int:
        """How many entries of a list come before those of a part."""
        return sum(one.entries.get(name, 0) for at, one in self.parts.items() if at < part)

    def counted(self, name: str) -> int:
        """How many entries of a list have arrived."""
        return self.offset(self.announced.parts, name)

    def restarted(self, revision: int) -> "Staged":
        """The change as it is checked from the beginning, for this revision."""
        return replace(
            self,
            state="checking",
            base=revision,
            checked=0,
            judged=0,
            plan=None,
            recorded=0,
        )

    @classmethod
    def read(cls, id_: str, document: str) -> Self:
        """Read an item; raises ``InternalError`` if this service did not write it."""
        with refuse_damaged_item():
            members: dict[str, Any] = json.loads(document)
            plan = members.pop("plan")
            if members["state"] not in STATES:
                raise ValueError(members["state"])
            return cls(
                id=id_,
                created=datetime.fromisoformat(members.pop("created")).astimezone(UTC),
                announced=Announced(**members.pop("announced")),
                parts={int(at): Part(**one) for at, one in members.pop("parts").items()},
                plan=plan and Planned.read(plan),
                **members,
            )

    def encode(self) -> str:
        """The change as JSON for the table, without its id."""
        members = asdict(self) | {"created": iso(self.created)}
        return json.dumps(
            {name: value for name, value in members.items() if name != "id"}, separators=(",", ":")
        )

    def as_answered(self, done: int = 0) -> dict[str, object]:
        """As the routes show it; ``done`` transactions are written, if it is being written."""
        announced = self.announced
        members: dict[str, object] = {
            "id": self.id,
            "state": self.state,
            "author": self.author,
            "createdAt": iso(self.created),
            "expiresAt": iso(self.expires),
            "digest": announced.digest,
            "entries": dict(announced.entries),
            "owner": announced.owner,
            "prune": announced.prune,
            "parts": announced.parts,
            "missing": self.missing,
            "revision": self.base + (self.transactions if self.state == "applied" else done),
            "progress": self._progress(done),
        }
        if plan := self.plan:
            members |= {
                "counts": dict(plan.counts),
                "planDigest": plan.digest,
                "warnings": list(plan.warnings),
                "revocations": list(plan.revocations) or None,
                "notCovered": list(plan.not_covered) or None,
            }
        return {name: value for name, value in members.items() if value is not None}

    def _progress(self, done: int) -> dict[str, object]:
        if self.plan and self.state != "planned":
            total = self.plan.transactions
            return {
                "step": "writing",
                "done": total if self.state == "applied" else done,
                "of": total,
            }
        if self.state == "open":
            count = self.announced.parts
            return {"step": "staging", "done": len(self.parts), "of": count}
        total = sum("grants" in one.entries for one in self.parts.values())
        return {"step": "checking", "done": self.checked, "of": total}
