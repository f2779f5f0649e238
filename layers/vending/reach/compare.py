"""Compares grants: keys that two open, callers who are not kept apart, and what a change does."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product
from typing import Literal

from vending.callers.identity import Identity
from vending.documents.closing import allows_all
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.reach.case import Case
from vending.reach.document import Document, Opening
from vending.reach.outside import Alike, Is, Opens
from vending.reach.pattern import Pattern
from vending.reach.population import Population
from vending.reach.search import least, opened

type _Shape = tuple[str | None, Pattern]  # the issuer's URL, or None for IAM


@dataclass(frozen=True, slots=True)
class Overlap:
    """A key that two callers reach, each by its own grant."""

    grants: tuple[Grant, Grant]
    callers: tuple[Identity, Identity]
    key: Keys  # the shortest
    is_exact: bool  # False: there may be none


@dataclass(frozen=True, slots=True)
class Difference:
    """What a grant opens after a change and nothing opened before it, or the other way round."""

    kind: Literal["gained", "widened", "lost", "narrowed"]  # widened: only the terms were stricter
    grant: Grant
    permission: Permission  # READ or WRITE
    keys: str  # those of the grant, with its variables
    caller: Identity  # a witness, who reaches
    key: Keys  # this key, the shortest, on one side alone
    others: tuple[Grant, ...]  # which open it on the other side too, under stricter terms
    is_exact: bool  # False: there may be less, but never more


def overlap(document: Document, one: Grant, other: Grant) -> Overlap | None:
    """Return the shortest key that both grants open, each for some caller; None: there is none."""
    first, second = document.opening(one), document.opening(other)
    return _overlap(first, second) if first and second else None


def apart(document: Document, variable: str, within: Keys) -> Iterator[Overlap]:
    """Yield keys that two callers reach whose values of a variable differ, one for each two grants.

    The variable is ``claim.NAME`` or one of ``caller.name``, ``caller.kind``, ``caller.account``;
    only callers are compared that have one value of it, not a list.
    """
    wanted, shapes = Pattern.of_keys(within), defaultdict[_Shape, list[Opening]](list)
    for one in sorted(document.near(wanted), key=lambda each: each.grant.id):
        shapes[one.url, one.pattern].append(one)
    order = {shape: place for place, shape in enumerate(shapes)}
    for shape, ones in shapes.items():
        near = {(each.url, each.pattern) for each in document.near(shape[1], wanted)}
        for other in sorted(near & shapes.keys(), key=lambda each: order[each]):
            if order[other] >= order[shape]:
                yield from _apart(ones, shapes[other], variable, wanted)


def _apart(
    ones: Sequence[Opening], others: Sequence[Opening], variable: str, wanted: Pattern
) -> Iterator[Overlap]:
    """The overlaps of two shapes; if they are many, after a look whether there could be any."""
    are_two = len(ones) == len(others) == 1
    if are_two or _overlap(ones[0], others[0], variable, wanted, by_anybody=True):
        pairs = combinations_with_replacement(ones, 2) if ones is others else product(ones, others)
        found = (_overlap(one, other, variable, wanted) for one, other in pairs)
        yield from (each for each in found if each)


def _overlap(
    one: Opening,
    other: Opening,
    variable: str | None = None,
    wanted: Pattern | None = None,
    *,
    by_anybody: bool = False,
) -> Overlap | None:
    populations = one.population, other.population
    if one.pattern.bucket != other.pattern.bucket:
        return None
    case, outside = Case(one.pattern.bucket, *populations), []
    if wanted and not case.within(0, wanted, 1):
        return None
    if variable:
        if not all(variable in each.names for each in populations):
            return None
        places = [each.names[variable] for each in populations]
        outside.append(alike := Alike((places[0], places[1])))
        if alike.is_sure((one, other), by_anybody=by_anybody):
            return None
        for caller, place in enumerate(places):
            case.know(caller, place, scalar=True)
    chosen, more = [(0, one), (1, other)], [wanted] if wanted else []
    found = least(opened(case, chosen, *more, by_anybody=by_anybody), outside)
    if not found:
        return None
    callers = [each.identity(found.found.callers[at]) for at, each in enumerate(populations)]
    is_exact = found.is_sure and one.pattern.exact and other.pattern.exact
    return Overlap((one.grant, other.grant), (callers[0], callers[1]), found.found.keys, is_exact)


def differences(before: Document, after: Document) -> Iterator[Difference]:
    """Yield what the change between two documents opens, and then what it closes."""
    yield from _more(before, after, "gained", "widened")
    yield from _more(after, before, "lost", "narrowed")


def _more(
    less: Document,
    more: Document,
    new: Literal["gained", "lost"],
    wider: Literal["widened", "narrowed"],
) -> Iterator[Difference]:
    """What the grants of ``more`` open and those of ``less`` do not, or under stricter terms."""
    stands = {one.grant.unnamed(): one for one in less.openings}
    for opening in more.openings:
        same = stands.get(opening.grant.unnamed())
        if same and same.population == opening.population and _terms(opening, same, more, less):
            continue
        near = sorted(less.near(opening.pattern), key=lambda one: len(one.pattern.terms))
        near = [one for one in near if one.url == opening.url]
        for part in opening.grant.permission.parts:
            allowing = [one for one in near if one.grant.permission.includes(part)]
            as_wide = [one for one in allowing if _terms(opening, one, more, less)]
            for kind, others in ((new, allowing), (wider, as_wide)):
                if found := _beyond(opening, others, allowing):
                    yield replace(found, kind=kind, permission=part)
                    break


def _beyond(
    opening: Opening, others: Sequence[Opening], allowing: Sequence[Opening]
) -> Difference | None:
    """The least that an opening opens and none of the others does; its kind is not known yet."""
    population, patterns = opening.population, [one.pattern for one in (opening, *others)]
    known = _known(others, population)
    case = Case(opening.pattern.bucket, population)
    found = least(opened(case, [(0, opening)], *patterns), [_opens(one) for one in known])
    if not found:
        return None
    return Difference(
        "gained",
        opening.grant,
        opening.grant.permission,
        str(opening.grant.scope),
        population.identity(found.found.callers[0]),
        found.found.keys,
        tuple(
            one.grant for one in _known(allowing, population) if _opens(one).is_true(found.found)
        ),
        found.is_sure and opening.pattern.exact and known == others,
    )


def _known(openings: Sequence[Opening], population: Population) -> list[Opening]:
    """Those whose keys and callers are known exactly, also for this population."""
    return [one for one in openings if one.pattern.exact and one.population.includes(population)]


def _opens(opening: Opening) -> Opens:
    who = Is(0, opening.grant.grantee, opening.population)
    return Opens(who, opening.grant, opening.pattern)


def _terms(opening: Opening, other: Opening, more: Document, less: Document) -> bool:
    """Whether the other grant's terms are no stricter, whatever its callers and keys are."""
    own, others = _bound(opening.grant, more), _bound(other.grant, less)
    alike = replace(
        own,
        id=others.id,
        grantee=others.grantee,
        scope=others.scope,
        permission=others.permission,
    )
    return allows_all(alike, others)


def _bound(grant: Grant, document: Document) -> Grant:
    """The grant with the endpoint that its location demands."""
    location = document.registered[grant.scope.bucket]
    return replace(grant, vpc_endpoint=grant.vpc_endpoint or location.vpc_endpoint)
