"""What was granted to whom, and the decision: the closest grant that covers a request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal

from vending.caller import Caller
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grantee import Grantee
from vending.location import Location
from vending.scope import Scope


class Permission(StrEnum):
    """What may be done with the keys."""

    READ = "READ"
    WRITE = "WRITE"
    READWRITE = "READWRITE"

    def includes(self, other: "Permission") -> bool:
        return self in (Permission.READWRITE, other)


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of ``vending.yaml``."""

    id: str
    grantee: Grantee
    scope: Scope
    permission: Permission
    max_duration: int | None = None  # seconds; None: what STS and the routes allow
    expires: datetime | None = None
    source_ip: Literal["caller"] | tuple[str, ...] | None = None  # CIDR blocks
    vpc_endpoint: str | None = None

    def as_json(self) -> dict[str, object]:
        """As in ``vending.yaml``; durations in seconds."""
        ip = self.source_ip
        members = {
            "maxDuration": self.max_duration,
            "expires": iso(self.expires) if self.expires else None,
            "sourceIp": list(ip) if isinstance(ip, tuple) else ip,
            "vpcEndpoint": self.vpc_endpoint,
        }
        return {
            "id": self.id,
            "grantee": self.grantee.as_json(),
            "scope": str(self.scope),
            "permission": self.permission.value,
        } | {name: value for name, value in members.items() if value is not None}

    def as_seen(self, scope: Location) -> dict[str, object]:
        """As its caller sees it, variables filled: nothing of the grantee, nothing of others."""
        seen = ("id", "scope", "permission", "maxDuration", "expires")
        members = self.as_json() | {"scope": scope.as_json()}
        return {name: members[name] for name in seen if name in members}

    def scope_for(self, caller: Caller, now: datetime) -> Location | None:
        """The keys that this grant opens for ``caller`` now; None where it opens none."""
        if not self.grantee.is_caller(caller.identity) or (self.expires and self.expires <= now):
            return None
        try:
            return self.scope.fill(caller.identity.variables)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One target of a request, and where in the request it stands (a JSON pointer)."""

    target: Location
    permission: Permission
    pointer: str


@dataclass(frozen=True, slots=True)
class Match:
    """A grant, with its scope filled for the caller."""

    grant: Grant
    scope: Location

    def covers(self, wanted: Wanted) -> bool:
        return self.grant.permission.includes(wanted.permission) and self.scope.covers(
            wanted.target
        )

    @property
    def closeness(self) -> tuple[object, ...]:
        """Longest scope first, one caller's own before what many share; the id settles the rest."""
        shared = not self.grant.grantee.is_one
        return (-len(self.scope.key), self.scope.is_prefix, shared, self.grant.id)


def matches(grants: Iterable[Grant], caller: Caller, now: datetime) -> list[Match]:
    """The grants that open something for ``caller`` now, the closest first."""
    found = [Match(grant, scope) for grant in grants if (scope := grant.scope_for(caller, now))]
    return sorted(found, key=lambda match: match.closeness)


def closest_grant(
    grants: Iterable[Grant], caller: Caller, wanted: Sequence[Wanted], now: datetime
) -> Match:
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
    for one in wanted:
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


def iso(time: datetime) -> str:
    """ISO 8601 in UTC, whole seconds, as AWS writes it."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
