"""Finds the closest grant that covers all wanted targets; ``decide`` calls it."""

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
    """A grant, and its scope with the variables filled in for the caller."""

    grant: Grant
    scope: Keys

    def covers(self, wanted: Wanted | WantedKeys) -> bool:
        """Whether the grant allows the permission on the targets."""
        return self.grant.permission.includes(wanted.permission) and wanted.within(self.scope)

    @property
    def closeness(self) -> tuple[object, ...]:
        """The sort key: longest scope, then one caller's own grants before shared ones, then id."""
        shared = not self.grant.grantee.is_one
        return (-len(self.scope.key), self.scope.is_prefix, shared, self.grant.id)


def matches(grants: Iterable[Grant], caller: Caller, now: datetime) -> list[Match]:
    """The grants that apply to ``caller`` now, the closest first."""
    filled = [Match(grant, scope) for grant in grants if (scope := grant.scope_for(caller, now))]
    return sorted(filled, key=lambda match: match.closeness)


def closest_grant(grants: Iterable[Grant], caller: Caller, wanted: Wants, now: datetime) -> Match:
    """The closest grant that covers all wanted targets.

    Raises:
        AccessDenied: no grant covers one of the targets.
        SeveralGrants: grants cover every target, but no single grant covers all.
    """
    candidates = matches(grants, caller, now)
    for match in candidates:
        if all(match.covers(target) for target in wanted):
            return match
    closest: dict[str, Fault] = {}
    for target in each(wanted):
        covering = next((match.grant.id for match in candidates if match.covers(target)), None)
        if covering is None:
            raise AccessDenied(
                f"None of your grants allows {target.permission} on {target.target}.",
                faults=[Fault(target.pointer, "is not covered by any of your grants")],
                reason="NoGrant",
            )
        closest.setdefault(covering, Fault(target.pointer, f"is covered by the grant {covering!r}"))
    raise SeveralGrants(
        "These targets need several grants, and a request can use only one. Send one request for "
        f"each of these grants: {', '.join(sorted(closest))}",
        faults=list(closest.values()),
    )
