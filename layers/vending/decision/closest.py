"""Finds the grants that cover all wanted targets: one if it can, else few; ``decide`` calls it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from vending.callers.caller import Caller
from vending.decision.fewest import fewest
from vending.decision.wanted import Wanted, WantedKeys, Wants, each
from vending.errors import AccessDenied, Fault, SeveralGrants
from vending.grants.grant import Grant
from vending.grants.keys import Keys


class Match(NamedTuple):
    """A grant, and its scope with the variables filled in for the caller."""

    grant: Grant
    scope: Keys

    def covers(self, wanted: Wanted | WantedKeys) -> bool:
        """Whether the grant allows the permission on the targets."""
        return self.grant.permission.includes(wanted.permission) and wanted.within(self.scope)

    def __str__(self) -> str:
        return f"the grant {self.grant.id!r} allows {self.grant.permission} on {self.scope}"

    @property
    def closeness(self) -> tuple[object, ...]:
        """The sort key: longest scope, then one caller's own grants before shared ones, then id."""
        shared = not self.grant.grantee.is_one
        return (-len(self.scope.key), self.scope.is_prefix, shared, self.grant.id)


class Covered(NamedTuple):
    """A grant that answers a request, and the wanted targets that it covers."""

    match: Match
    wanted: Wants
    places: Sequence[int] = ()  # of these targets in the request, where that matters


def matches(grants: Iterable[Grant], caller: Caller, now: datetime) -> list[Match]:
    """The grants that apply to ``caller`` now, the closest first."""
    filled = [Match(grant, scope) for grant in grants if (scope := grant.scope_for(caller, now))]
    return sorted(filled, key=lambda match: match.closeness)


def closest_grants(candidates: Sequence[Match], wanted: Wants, most: int) -> tuple[Covered, ...]:
    """The closest grant that covers all wanted targets, else the fewest grants that do together.

    ``candidates`` come with the closest first. With several, each target goes to the closest of
    them that covers it; READWRITE goes to one grant if it can, else READ and WRITE apart.

    Raises:
        AccessDenied: no grant covers one of the targets.
        SeveralGrants: more than ``most`` grants are needed.
    """
    for match in candidates:
        if all(map(match.covers, wanted)):
            return (Covered(match, wanted),)
    targets = list(each(wanted))
    closest: dict[str, Fault] = {}
    for target in targets:
        for match, part in _apart(target, candidates):
            id_ = match.grant.id
            closest.setdefault(id_, Fault(part.pointer, f"is covered by the grant {id_!r}"))
    covering = [[match.covers(part) for part in _parts(targets)] for match in candidates]
    if chosen := fewest(covering, most):
        return _shared([candidates[position] for position in chosen], targets)
    raise SeveralGrants(
        "These targets need more grants than one session can serve. Send several requests, for "
        f"example one for each of these grants: {', '.join(sorted(closest))}",
        faults=list(closest.values()),
    )


def no_grant(target: Wanted) -> AccessDenied:
    """The refusal of a target that no grant covers."""
    return AccessDenied(
        f"None of your grants allows {target.permission} on {target.target}.",
        faults=[Fault(target.pointer, "is not covered by any of your grants")],
        reason="NoGrant",
    )


def _shared(chosen: Sequence[Match], targets: Iterable[Wanted]) -> tuple[Covered, ...]:
    """The chosen grants in the order of the targets, each with its own."""
    wanted: dict[Match, list[Wanted]] = {}
    for target in targets:
        for match, part in _apart(target, chosen):
            wanted.setdefault(match, []).append(part)
    return tuple(Covered(match, tuple(parts)) for match, parts in wanted.items())


def _apart(target: Wanted, candidates: Sequence[Match]) -> list[tuple[Match, Wanted]]:
    """The closest grant for the target, or for READ and WRITE one each.

    Raises:
        AccessDenied: no grant covers it.
    """
    for parts in ([target], _parts([target])):
        found = [
            (match, part)
            for part in parts
            if (match := next((one for one in candidates if one.covers(part)), None))
        ]
        if len(found) == len(parts):
            return found
    raise no_grant(target)


def _parts(targets: Iterable[Wanted]) -> list[Wanted]:
    """The targets with READ and WRITE apart."""
    return [
        replace(target, permission=permission)
        for target in targets
        for permission in target.permission.parts
    ]
