"""Finds for each target the closest grant that covers it; ``decide`` calls it for URLs.

One grant signs a URL, so there is no reason to use the fewest grants, as one session does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vending.decision.closest import Covered, Match, no_grant
from vending.decision.wanted import Wants, each
from vending.errors import Fault, TooLarge
from vending.grants.grant import Permission
from vending.grants.keys import Keys


@dataclass(frozen=True, slots=True)
class _Scopes:
    """The grants that allow one permission in one bucket, by scope: of equal ones the closest."""

    keys: dict[str, Match] = field(default_factory=dict)
    prefixes: dict[str, Match] = field(default_factory=dict)
    lengths: dict[int, None] = field(default_factory=dict)  # of the prefixes, the longest first

    def add(self, match: Match) -> None:
        """Add a grant; the closest come first, and so the longest."""
        scope = match.scope
        if scope.is_prefix:
            self.prefixes.setdefault(scope.key, match)
            self.lengths[len(scope.key)] = None
        else:
            self.keys.setdefault(scope.key, match)

    def closest(self, target: Keys) -> Match | None:
        """The closest grant that covers the target."""
        if not target.is_prefix and (match := self.keys.get(target.key)):
            return match
        found = (self.prefixes.get(target.key[:length]) for length in self.lengths)
        return next(filter(None, found), None)


def nearest_grants(candidates: Sequence[Match], wanted: Wants, most: int) -> tuple[Covered, ...]:
    """The closest grant that covers all targets, else for each target its closest one.

    ``candidates`` come with the closest first. The answer has the order of the targets.

    Raises:
        AccessDenied: no grant covers one of the targets.
        TooLarge: more than ``most`` grants are needed.
    """
    for alone in candidates:
        if all(map(alone.covers, wanted)):
            return (Covered(alone, wanted, range(sum([one.count for one in wanted]))),)
    scopes, targets = _by_bucket(candidates), list(each(wanted))
    found: dict[str, tuple[Match, list[int]]] = {}  # by the id of the grant
    for place, target in enumerate(targets):
        here = scopes.get((target.permission, target.bucket))
        match = here.closest(target.target) if here else None
        if match is None:
            raise no_grant(target)
        found.setdefault(match.grant.id, (match, []))[1].append(place)
    covered = tuple(
        Covered(match, tuple(targets[place] for place in places), places)
        for match, places in found.values()
    )
    if len(covered) > most:
        raise _too_many(covered, most)
    return covered


def _by_bucket(candidates: Iterable[Match]) -> dict[tuple[Permission, str], _Scopes]:
    found: dict[tuple[Permission, str], _Scopes] = {}
    for match in candidates:
        for permission in match.grant.permission.parts:
            found.setdefault((permission, match.scope.bucket), _Scopes()).add(match)
    return found


def _too_many(covered: Sequence[Covered], most: int) -> TooLarge:
    ids, first = [one.match.grant.id for one in covered], covered[most].wanted[0]
    reason = f"needs the grant {ids[most]!r}, number {most + 1} of the request; the limit is {most}"
    return TooLarge(
        f"These URLs need {len(ids)} grants; a request can use {most}. Send several requests. In "
        f"the order of the URLs, the grants are: {', '.join(ids)}",
        faults=[Fault(first.pointer, reason)],
    )
