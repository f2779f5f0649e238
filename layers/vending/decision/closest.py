"""The decision: the closest grant that covers everything that is wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vending.callers.caller import Caller
from vending.decision.wanted import Wanted, WantedKeys, Wants, each
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.grant import Grant
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class Match:
    """A grant, with its scope filled for the caller."""

    grant: Grant
    scope: Keys

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
