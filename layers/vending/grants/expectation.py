"""An expectation: an entry of ``tests`` in ``vending.yaml``, which no change may break.

Its demand is one of three kinds. The room ``expectations`` judges it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from vending.callers.principal import Principal
from vending.described import Described
from vending.grants.grant import Permission
from vending.grants.grantee import Grantee
from vending.grants.keys import Keys

type Access = tuple[tuple[Permission, Keys], ...]  # READ or WRITE, never READWRITE


@dataclass(frozen=True, slots=True)
class ExpectedCallers:
    """All callers with these values: each is exactly as given, any other may be anything."""

    iam: Principal | str | None = None  # a role, a user or an account; None: callers of an issuer
    unique_id: str | None = None
    issuer: str | None = None
    subject: str | None = None
    claims: tuple[tuple[str, str], ...] = ()  # names and values as JSON text, lists too

    def includes(self, other: "ExpectedCallers") -> bool:
        """Whether all of the others are among these."""
        return (
            self.iam in (other.iam, getattr(other.iam, "account", None))
            and self.unique_id in (None, other.unique_id)
            and self.issuer == other.issuer
            and self.subject in (None, other.subject)
            and set(self.claims) <= set(other.claims)
        )

    def as_json(self) -> dict[str, object]:
        """Return them as in ``vending.yaml``."""
        members = {
            "iam": self.iam.arn if isinstance(self.iam, Principal) else self.iam,
            "uniqueId": self.unique_id,
            "issuer": self.issuer,
            "subject": self.subject,
            "claims": {name: json.loads(value) for name, value in self.claims} or None,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Reaching:
    """Each of the callers reaches all of some keys, and none of them any of others."""

    callers: ExpectedCallers
    reaches: Access = ()
    refused: Access = ()

    @property
    def keys(self) -> tuple[tuple[str, Keys], ...]:
        """The keys that it is about, each with its member."""
        named = (("reaches", self.reaches), ("refused", self.refused))
        return tuple((member, keys) for member, access in named for _, keys in access)

    def implies(self, other: "Demand") -> bool:
        """Whether it demands whatever the other does."""
        return (
            isinstance(other, Reaching)
            and self.callers.includes(other.callers)
            and _includes(self.reaches, other.reaches)
            and _includes(self.refused, other.refused)
        )

    def as_json(self) -> dict[str, object]:
        """Return its members as in ``vending.yaml``."""
        members: dict[str, object] = {
            "as": self.callers.as_json(),
            "reaches": _written(self.reaches),
            "refused": _written(self.refused),
        }
        return {name: value for name, value in members.items() if value}


@dataclass(frozen=True, slots=True)
class Disjoint:
    """No key is reached by two callers who differ in a variable."""

    variable: str  # ``claim.NAME``, or as in a scope of callers in IAM
    within: Keys

    @property
    def keys(self) -> tuple[tuple[str, Keys], ...]:
        """The keys that it is about, each with its member."""
        return (("within", self.within),)

    def implies(self, other: "Demand") -> bool:
        """Whether it demands whatever the other does."""
        return (
            isinstance(other, Disjoint)
            and self.variable == other.variable
            and self.within.covers(other.within)
        )

    def as_json(self) -> dict[str, object]:
        """Return its members as in ``vending.yaml``."""
        return {"disjoint": self.variable, "within": str(self.within)}


@dataclass(frozen=True, slots=True)
class Reserved:
    """Nobody but the grantees reaches any of these keys."""

    scope: Keys
    grantees: tuple[Grantee, ...]  # none: nobody at all

    @property
    def keys(self) -> tuple[tuple[str, Keys], ...]:
        """The keys that it is about, each with its member."""
        return (("scope", self.scope),)

    def implies(self, other: "Demand") -> bool:
        """Whether it demands whatever the other does."""
        return (
            isinstance(other, Reserved)
            and self.scope.covers(other.scope)
            and all(any(their.includes(own) for their in other.grantees) for own in self.grantees)
        )

    def as_json(self) -> dict[str, object]:
        """Return its members as in ``vending.yaml``."""
        return {
            "scope": str(self.scope),
            "onlyReachedBy": [grantee.as_json() for grantee in self.grantees],
        }


type Demand = Reaching | Disjoint | Reserved


@dataclass(frozen=True, slots=True)
class Expectation(Described):
    """What has to stay true of who reaches what."""

    id: str
    demand: Demand

    @property
    def buckets(self) -> frozenset[str]:
        """The buckets that it is about."""
        return frozenset(keys.bucket for _, keys in self.demand.keys)

    def as_json(self) -> dict[str, object]:
        """Return it as in ``vending.yaml``."""
        return {"id": self.id, **self.described, **self.demand.as_json()}


def _includes(access: Access, other: Access) -> bool:
    return all(
        any(permission is one and keys.covers(each) for permission, keys in access)
        for one, each in other
    )


def _written(access: Access) -> dict[str, object]:
    written: dict[str, object] = {}
    for permission in (Permission.READ, Permission.WRITE):
        targets = [str(keys) for each, keys in access if each is permission]
        if targets:
            written[permission.value] = targets[0] if len(targets) == 1 else targets
    return written


def buckets_of(expectations: Iterable[Expectation]) -> frozenset[str]:
    """Return the buckets that any of them is about."""
    return frozenset(bucket for one in expectations for bucket in one.buckets)
