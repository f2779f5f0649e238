"""Warns of keys that callers share who may be meant to be apart: grantees, and tenants."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from vending.catalogue.warnings import Warned
from vending.checking.words import Names
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.reach.compare import Overlap, apart, overlap
from vending.reach.document import Document, Opening
from vending.reach.pattern import Pattern

NAMED = 3  # overlaps of one grant that are named


@dataclass(frozen=True, slots=True)
class _Place:
    """A grant of the document, and where it stands among the entries."""

    position: int
    opening: Opening

    @property
    def grant(self) -> Grant:
        return self.opening.grant


def overlaps(document: Document, grants: tuple[Grant, ...], names: Names) -> Iterator[Warned]:
    """Yield a warning for each of these grants that opens keys of another grantee.

    Of two grants, it is the one whose keys include the other's, or else the later one: so one
    acknowledgement stands for a grant that is meant to span many.
    """
    places = _places(document, grants)
    for place in places.values():
        found = list(islice(_of_grant(document, place, places), NAMED + 1))
        if not found:
            continue
        others = "; ".join(_with(place.grant, one, names) for one in found[:NAMED])
        more = "; and with more grants" if len(found) > NAMED else ""
        detail = f"opens keys that others reach too: {others}{more}"
        yield Warned("GranteesOverlap", f"/grants/{place.position}/scope", detail)


def _places(document: Document, grants: tuple[Grant, ...]) -> dict[str, _Place]:
    """The grants that open anything, by their ids."""
    opened = ((at, document.opening(one)) for at, one in enumerate(grants))
    return {one.grant.id: _Place(at, one) for at, one in opened if one}


def _of_grant(document: Document, place: _Place, places: dict[str, _Place]) -> Iterator[Overlap]:
    near = sorted(document.near(place.opening.pattern), key=lambda one: one.grant.id)
    for other in near:
        if not _are_different(place.grant, other.grant):
            continue
        here = _is_reported_here(place, other, places)
        if here and (found := overlap(document, place.grant, other.grant)):
            yield found


def _is_reported_here(place: _Place, other: Opening, places: dict[str, _Place]) -> bool:
    """Whether the warning about these two is that of ``place``, not of the other."""
    if other.grant.id not in places:  # stored, and not named by the document
        return True
    wider = place.grant.scope.covers(other.grant.scope)
    narrower = other.grant.scope.covers(place.grant.scope)
    if wider != narrower:
        return wider
    return places[other.grant.id].position < place.position


def _are_different(one: Grant, other: Grant) -> bool:
    """Whether neither grantee is a part of the other: those share keys by what they are."""
    return not (one.grantee.includes(other.grantee) or other.grantee.includes(one.grantee))


def _with(grant: Grant, found: Overlap, names: Names) -> str:
    other = next(one for one in found.grants if one.id != grant.id)
    at_most = "" if found.is_exact else " at most"
    return (
        f"{names.grantee(other.grantee)} by {other.id!r} ({other.permission}){at_most}, for "
        f"example {found.key}"
    )


def nested_tenants(document: Document, grants: tuple[Grant, ...], names: Names) -> Iterator[Warned]:
    """Yield a warning for each of these grants by which one tenant reaches another's keys.

    A tenant is a value that fills a variable of a scope. Grants of different grantees are left to
    ``overlaps``, and a variable with ``:path`` alone to the catalogue's ``NestedScope``.
    """
    places = _places(document, grants)
    reported = set[str]()
    for variable, within in _divided(document):
        if _is_alone(document, variable, within):
            continue
        for found in apart(document, variable, within):
            grant = _which_joins(found, variable, places)
            if not grant or grant.id in reported:
                continue
            reported.add(grant.id)
            by = next((one.id for one in found.grants if one.id != grant.id), grant.id)
            first, second = map(names.caller, found.callers)
            at_most = "" if found.is_exact else "at most, "
            yield Warned(
                "NestedTenants",
                f"/grants/{places[grant.id].position}/scope",
                f"with {by!r}, callers whose {variable} differs reach the same key: "
                f"{at_most}{found.key} for {first} and for {second}",
            )


def _is_alone(document: Document, variable: str, within: Keys) -> bool:
    """Whether all grants there have the same keys, with the variable as one segment of them.

    Callers whose values differ reach other keys then.
    """
    near = document.near(Pattern.of_keys(within))
    patterns = {one.pattern for one in near}
    return len(patterns) == 1 and all(
        one.path is None and one.exact and variable in one.variables for one in patterns
    )


def _which_joins(found: Overlap, variable: str, places: dict[str, _Place]) -> Grant | None:
    """The grant of the document by which tenants are not apart: one without the variable first."""
    one, other = found.grants
    divided = [each for each in (one, other) if variable in each.scope.variables]
    if not divided or _are_different(one, other) or (one.id == other.id and one.scope.nested):
        return None
    named = [each for each in (one, other) if each.id in places]
    named.sort(key=lambda each: (variable in each.scope.variables, -places[each.id].position))
    return named[0] if named else None


def _divided(document: Document) -> Iterator[tuple[str, Keys]]:
    """The variables of scopes, each with the keys before which nothing is filled."""
    seen = set[tuple[str, str]]()
    for opening in document.openings:
        scope = opening.grant.scope
        before = scope.unfilled.key.partition("${")[0]
        for variable in sorted(scope.variables):
            if (variable, f"{scope.bucket}/{before}") not in seen:
                seen.add((variable, f"{scope.bucket}/{before}"))
                yield variable, Keys(scope.bucket, before, is_prefix=True)
