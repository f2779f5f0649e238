"""The decision: the closest grant that covers everything that is wanted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vending.caller import Caller
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants import Grant, Permission
from vending.location import Location


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of a request, and where in the request it stands (a JSON pointer)."""

    target: Location
    permission: Permission
    pointer: str

    @property
    def bucket(self) -> str:
        return self.target.bucket

    @property
    def count(self) -> int:
        """Of targets."""
        return 1

    def within(self, scope: Location) -> bool:
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

    prefix: Location
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

    def within(self, scope: Location) -> bool:
        """Whether the scope covers them all."""
        return scope.covers(self.prefix) or all(one.within(scope) for one in self.each())

    def listed(self, most: int) -> list[object]:
        """The first as JSON, for the record, as ``Location`` writes each."""
        below, bucket, prefix = str(self.prefix)[:-1], self.prefix.bucket, self.prefix.key
        return [
            {"bucket": bucket, "key": prefix + key} if key.endswith("*") else below + key
            for key in self.keys[:most]
        ]

    def each(self) -> Iterator[Wanted]:
        """Key by key."""
        for position, key in enumerate(self.keys):
            target = Location(self.prefix.bucket, self.prefix.key + key)
            yield Wanted(target, self.permission, f"{self.pointer}/{position}")


type Wants = Sequence[Wanted | WantedKeys]


@dataclass(frozen=True, slots=True)
class Match:
    """A grant, with its scope filled for the caller."""

    grant: Grant
    scope: Location

    def covers(self, wanted: Wanted | WantedKeys) -> bool:
        return self.grant.permission.includes(wanted.permission) and wanted.within(self.scope)

    @property
    def closeness(self) -> tuple[object, ...]:
        """Longest scope first, one caller's own before what many share; the id settles the rest."""
        shared = not self.grant.grantee.is_one
        return (-len(self.scope.key), self.scope.is_prefix, shared, self.grant.id)


def matches(grants: Iterable[Grant], caller: Caller, now: datetime) -> list[Match]:
    """The grants that open something for ``caller`` now, the closest first."""
    found = [Match(grant, scope) for grant in grants if (scope := grant.scope_for(caller, now))]
    return sorted(found, key=lambda match: match.closeness)


def closest_grant(grants: Iterable[Grant], caller: Caller, wanted: Wants, now: datetime) -> Match:
    """The closest grant that covers everything wanted.

    Raises:
        AccessDenied: some target is covered by no grant.
        SeveralGrants: each target is covered, but not all by one grant.
    """
    candidates = matches(grants, caller, now)
    for match in candidates:
        if all(match.covers(one) for one in wanted):
            return match
    closest: dict[str, Fault] = {}
    for one in each(wanted):
        covering = next((match.grant.id for match in candidates if match.covers(one)), None)
        if covering is None:
            raise AccessDenied(
                f"No grant of yours covers {one.target} with {one.permission}.",
                faults=[Fault(one.pointer, "not covered")],
                reason="NoGrant",
            )
        closest.setdefault(covering, Fault(one.pointer, f"falls under the grant {covering!r}"))
    raise SeveralGrants(
        "One request is answered by one grant; send one request for each of "
        + ", ".join(sorted(closest)),
        faults=list(closest.values()),
    )


def each(wanted: Wants) -> Iterator[Wanted]:
    """Target by target."""
    return (single for one in wanted for single in one.each())
