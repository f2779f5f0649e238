"""The targets of a request, each with the wanted permission and its JSON pointer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vending.grants.grant import Permission
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of a request, the wanted permission, and its JSON pointer in the request."""

    target: Keys
    permission: Permission
    pointer: str

    @property
    def bucket(self) -> str:
        return self.target.bucket

    @property
    def count(self) -> int:
        """The number of targets."""
        return 1

    def within(self, scope: Keys) -> bool:
        """Whether ``scope`` covers the target."""
        return scope.covers(self.target)

    def as_json(self, _: int) -> list[object]:
        """A list with the target as JSON, for the audit record."""
        return [self.target.as_json()]

    def each(self) -> Iterator["Wanted"]:
        """Yield itself."""
        yield self


@dataclass(frozen=True, slots=True)
class WantedKeys:
    """Many keys below one prefix, checked together; ``pointer`` points to their list."""

    prefix: Keys
    keys: tuple[str, ...]  # without the prefix
    permission: Permission
    pointer: str
    member: str = ""  # of an entry of the list, as a pointer; empty: the entry is the key

    @property
    def bucket(self) -> str:
        return self.prefix.bucket

    @property
    def count(self) -> int:
        """The number of keys."""
        return len(self.keys)

    def within(self, scope: Keys) -> bool:
        """Whether ``scope`` covers all keys.

        Keys that begin with the same prefix are neighbours in the order of text, and so are equal
        keys: so the first and the last tell for all, whichever of thousands of keys is outside.
        """
        if scope.covers(self.prefix):
            return True
        bucket, below = self.prefix.bucket, self.prefix.key
        ends = (Keys(bucket, below + key) for key in (min(self.keys), max(self.keys)))
        return all(map(scope.covers, ends))

    def as_json(self, most: int) -> list[object]:
        """The first ``most`` keys as JSON for the audit record, each as ``Keys.as_json``."""
        below, bucket, prefix = str(self.prefix)[:-1], self.prefix.bucket, self.prefix.key
        return [
            {"bucket": bucket, "key": prefix + key} if key.endswith("*") else below + key
            for key in self.keys[:most]
        ]

    def each(self) -> Iterator[Wanted]:
        """Yield each key as a target of its own."""
        for position, key in enumerate(self.keys):
            target = Keys(self.prefix.bucket, self.prefix.key + key)
            yield Wanted(target, self.permission, f"{self.pointer}/{position}{self.member}")


type Wants = Sequence[Wanted | WantedKeys]

LISTED_TARGETS = 20  # in an audit record


def as_recorded(wanted: Wants, most: int = LISTED_TARGETS) -> dict[str, object]:
    """The targets, the first ``most`` of them listed, as members of the audit record."""
    return {
        "targets": [target for one in wanted[:most] for target in one.as_json(most)][:most],
        "targetCount": sum([one.count for one in wanted]),
        "permission": " ".join(sorted({one.permission for one in wanted})),
    }


def each(wanted: Wants) -> Iterator[Wanted]:
    """Every target on its own."""
    return (single for one in wanted for single in one.each())
