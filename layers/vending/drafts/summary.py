"""What a plan comes to: counts, warnings, and what to revoke afterwards."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, chain
from typing import Any, Self

from vending.catalogue.batches import encode
from vending.catalogue.changes import MOST_REVOCATIONS
from vending.catalogue.warnings import Warned
from vending.drafts.changed import Draft
from vending.drafts.guarded import Guard, Verdict
from vending.drafts.part import GrantsPart
from vending.drafts.whole import Checked
from vending.errors import FAULTS

WARNED_BYTES = 150_000  # all of it is in the item of the staged change, of at most 400 KB
ROLES_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan comes to."""

    counts: Mapping[str, int]  # of changes, by action
    transactions: int
    digest: str  # of all transactions: equal plans have the same
    warnings: tuple[Mapping[str, str], ...]
    failing: tuple[str, ...]  # ids of tests that do not hold after the changes
    revocations: tuple[Mapping[str, object], ...]
    not_covered: tuple[Mapping[str, object], ...]

    @property
    def changes(self) -> int:
        """The number of all changes."""
        return sum(self.counts.values())

    @classmethod
    def read(cls, members: Mapping[str, Any]) -> Self:
        """Read it as it is in JSON, where tuples are lists."""
        plain: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in members.items()
        }
        return cls(**plain)


def planned_of(
    guard: Guard,
    verdicts: Sequence[Verdict],
    parts: Iterable[GrantsPart],
    made: tuple[int, str],
) -> Planned:
    """The summary of a document; ``made`` are the number of its transactions and their digest."""
    checked, drafts = guard.checked, guard.drafts
    known, more = checked.warnings(_acknowledged(parts))
    stray = guard.stray(guard.tests())
    failing = [(fault.pointer, fault.detail) for _, fault in stray]
    failing += [(one.pointer, one.detail) for one in verdicts]
    listed = [*(Warned("TestFails", *one) for one in failing), *known]
    roles = (role for change in checked.ending for role in change.not_covered)
    return Planned(
        counts=dict(Counter(one.change.action for one in drafts)),
        transactions=made[0],
        digest=made[1],
        warnings=tuple(map(asdict, first_of(listed, more))),
        failing=tuple(sorted({*(id_ for id_, _ in stray), *(one.test for one in verdicts)})),
        revocations=tuple(_revocations(drafts, checked)),
        not_covered=tuple(first_roles(roles)),
    )


def first_of(warnings: Sequence[Warned], more: int) -> Iterator[Warned]:
    """The first ``FAULTS`` warnings that have room; one more says how many are left out."""
    sizes = accumulate(len(encode(asdict(one))) for one in warnings[:FAULTS])
    first = [one for one, size in zip(warnings, sizes, strict=False) if size <= WARNED_BYTES]
    yield from first
    if left := more + len(warnings) - len(first):
        yield Warned("MoreWarnings", "", f"{left} more warnings are left out")


def first_roles(roles: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    """The first roles that have room, each once."""
    listed = {str(one["roleArn"]): one for one in roles}.values()
    sizes = accumulate(len(encode(one)) + 1 for one in listed)
    return (one for one, size in zip(listed, sizes, strict=False) if size <= ROLES_BYTES)


def _acknowledged(parts: Iterable[GrantsPart]) -> Mapping[int, Sequence[str]]:
    """The codes that each grant of the document acknowledges."""
    found, offset = dict[int, Sequence[str]](), 0
    for part in parts:
        for at, given in part.acknowledged.items():
            found[offset + at] = [code for code, _ in given]
        offset += len(part.texts)
    return found


def _revocations(drafts: Iterable[Draft], checked: Checked) -> Sequence[Mapping[str, object]]:
    """The bodies that end what was vended before; one of everything, if there are too many."""
    closed = [one.change for one in drafts if one.closes and one.change.kind == "grant"]
    own: list[dict[str, object]] = [
        {
            "grantId": one.id,
            "kind": "sessions",
            "reason": f"the grant was {'removed' if one.after is None else 'changed'}",
        }
        for one in closed
    ]
    named = {one.id for one in closed}
    of_others = chain.from_iterable(change.revocations for change in checked.ending)
    found = [*own, *(one for one in of_others if one.get("grantId") not in named)]
    if len(found) > MOST_REVOCATIONS or any(one.get("all") for one in found):
        reason = "grants were changed or removed"
        return [{"all": True, "kind": "sessions", "reason": reason}]
    return found
