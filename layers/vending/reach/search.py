"""Searches for the least callers and key that lie in some grants and outside of others.

The search is lazy: it finds the least that fits what it must, asks the decision's own functions
whether that lies where it must not, and if so, tries every way to leave there. The cheapest case
comes first, so the first answer is the least one.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple, Protocol

from vending.grants.scope import segments_of
from vending.reach.case import Case, Cell
from vending.reach.document import Opening
from vending.reach.pattern import Pattern
from vending.reach.population import Place, listed
from vending.reach.solve import Found, solve

STEPS = 5_000  # finds of one search that lie outside; the next is returned as not sure


class Outside(Protocol):
    """What must not be true of a find."""

    def is_true(self, found: Found) -> bool:
        """Whether it is true of this one."""

    def ways_out(self, case: Case, found: Found) -> Iterator[Case]:
        """Yield cases in which it is false, or more is decided; together all of them."""


class Least(NamedTuple):
    """The least find of a search, and the case that it is from."""

    found: Found
    case: Case
    is_sure: bool  # False: the search took too long, and there may be none


def least(cases: Iterable[Case], outside: Sequence[Outside] = ()) -> Least | None:
    """Return the least find of which nothing in ``outside`` is true; None if there is none."""
    heap: list[tuple[tuple[bool, int, int], int, Case, Found | None]] = []
    number = count()
    for case in cases:
        heappush(heap, (case.cheapest, next(number), case, None))
    left = STEPS
    while heap:
        _, _, case, found = heappop(heap)
        if found is None:
            if solved := solve(case):
                heappush(heap, (solved.cost, next(number), case, solved))
            continue
        true = next((one for one in outside if one.is_true(found)), None)
        if true is None or not left:
            return Least(found, case, is_sure=true is None)
        left -= 1
        for way in true.ways_out(case, found):
            heappush(heap, (max(way.cheapest, found.cost), next(number), way, None))
    return None


def opened(
    case: Case, chosen: Sequence[tuple[int, Opening]], *others: Pattern, by_anybody: bool = False
) -> Iterator[Case]:
    """Yield the cases in which each of these openings has its caller, and all of them the key.

    ``others`` are the patterns in which the key is already, or that it may have to leave;
    ``by_anybody``: the callers need not be the grantees.
    """
    most = most_parts((*(one.pattern for _, one in chosen), *others))
    cases: Iterable[Case] = [case]
    for caller, opening in chosen:
        required = [] if by_anybody else opening.population.required_of(opening.grant.grantee)
        if required is None:
            return
        cases = [
            filled
            for one in cases
            if all(one.has(caller, *each) for each in required)
            for filled in _within(one, caller, opening.pattern, most)
        ]
    yield from cases


def most_parts(patterns: Collection[Pattern]) -> int:
    """How many segments a variable for a path has to be tried with, at most.

    Of a longer text, segments far from both ends could be left out, and nothing would change.
    """
    paths = sum(1 for one in patterns if one.path)
    return 2 * max(len(one.terms) for one in patterns) + 2 * paths + 2


def _within(case: Case, caller: int, pattern: Pattern, most: int) -> Iterator[Case]:
    """Yield the cases in which the key is one of the pattern's, as the caller fills it."""
    place = case.populations[caller].names.get(pattern.path or "")
    for filled in fillings(case, caller, place, most) if place else [case.copy()]:
        parts = filled.fact(caller, place).parts if place else None
        if filled.within(caller, pattern, parts or 1):
            yield filled


def fillings(case: Case, caller: int, place: Place, most: int) -> Iterator[Case]:
    """Yield the cases in which the value fills one segment, two, and so on."""
    fact, rule = case.fact(caller, place), case.populations[caller].rule(place)
    texts = [json.dumps(one) for one in listed(fact.given[0])] if fact.given else [*fact.has]
    for text in texts or [json.dumps(one) for one in rule.one_of]:
        copied, plain = case.copy(), json.loads(text)
        number = segments_of(plain) if isinstance(plain, str) else 0
        if number and copied.has(caller, place, text) and copied.fill(caller, place, number):
            yield copied
    if not (texts or rule.one_of):
        for number in [fact.parts] if fact.parts else range(1, most + 1):
            copied = case.copy()
            if copied.fill(caller, place, number):
                yield from _spelled(copied, caller, place)


def _spelled(case: Case, caller: int, place: Place) -> Iterator[Case]:
    """Yield the cases in which the text is none of those that it must not be."""
    cases = [case]
    for value in sorted(case.fact(caller, place).lacks):
        cases = [one for each in cases for one in lacking(each, caller, place, value)]
    yield from cases


def lacking(case: Case, caller: int, place: Place, value: str) -> Iterator[Case]:
    """Yield the cases in which the caller's value is not this one, nor a list that contains it."""
    fact, plain = case.fact(caller, place), json.loads(value)
    if value in fact.has:
        return
    parts = plain.split("/") if isinstance(plain, str) else []
    copied = case.copy()
    copied.know(caller, place, lacks=fact.lacks.union([value]))
    if not parts or fact.parts != len(parts):
        yield copied
        return
    for at, part in enumerate(parts):
        yield differing(copied, (caller, place, at), part)


def differing(case: Case, one: Cell, other: Cell | str) -> Case:
    """The case in which two segments differ."""
    copied = case.copy()
    copied.apart += ((one, other),)
    return copied
