"""A target of a request, with the permission wanted and its place in the request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from vending.grants.grant import Permission
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of a request, and where in the request it stands (a JSON pointer)."""

    target: Keys
    permission: Permission
    pointer: str

    @property
    def bucket(self) -> str:
        return self.target.bucket

    @property
    def count(self) -> int:
        """Of targets."""
        return 1

    def within(self, scope: Keys) -> bool:
        """Whether the scope covers it."""
        return scope.covers(self.target)

    def listed(self, _: int) -> list[object]:
        """As JSON, for the record."""
        return [self.target.as_json()]

    def each(self) -> Iterator["Wanted"]:
        """Itself, alone."""
        yield self


@dataclass(frozen=True, slots=True)
class WantedKeys:
    """Many keys below one prefix, looked at together; ``pointer`` is that of their list."""

    prefix: Keys
    keys: tuple[str, ...]  # what follows the prefix
    permission: Permission
    pointer: str

    @property
    def bucket(self) -> str:
        return self.prefix.bucket

    @property
    def count(self) -> int:
        """Of keys."""
        return len(self.keys)

    def within(self, scope: Keys) -> bool:
        """Whether the scope covers them all."""
        return scope.covers(self.prefix) or all(one.within(scope) for one in self.each())

    def listed(self, most: int) -> list[object]:
        """The first as JSON, for the record, as ``Keys`` writes each."""
        below, bucket, prefix = str(self.prefix)[:-1], self.prefix.bucket, self.prefix.key
        return [
            {"bucket": bucket, "key": prefix + key} if key.endswith("*") else below + key
            for key in self.keys[:most]
        ]

    def each(self) -> Iterator[Wanted]:
        """Key by key."""
        for position, key in enumerate(self.keys):
            target = Keys(self.prefix.bucket, self.prefix.key + key)
            yield Wanted(target, self.permission, f"{self.pointer}/{position}")


type Wants = Sequence[Wanted | WantedKeys]

LISTED_TARGETS = 20  # in an audit record


def as_recorded(wanted: Wants) -> dict[str, object]:
    """As members of the audit record."""
    listed = (one.listed(LISTED_TARGETS) for one in wanted)
    return {
        "targets": list(islice(chain.from_iterable(listed), LISTED_TARGETS)),
        "targetCount": sum(one.count for one in wanted),
        "permission": " ".join(sorted({one.permission.value for one in wanted})),
    }


def each(wanted: Wants) -> Iterator[Wanted]:
    """Target by target."""
    return (single for one in wanted for single in one.each())
