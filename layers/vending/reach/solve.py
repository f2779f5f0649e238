"""Finds the callers and the shortest key that fit a case, or that there are none."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, count, islice, product

from vending.callers.grantee_keys import Scalar
from vending.grants.keys import KEY_BYTES, Keys
from vending.grants.scope import segments_of
from vending.reach.alphabets import PLAIN, SEGMENT, each_of_all
from vending.reach.case import Case, Cell, Fact
from vending.reach.population import (
    IAM,
    KIND,
    UNIQUE,
    UNIQUE_ID,
    Place,
    Rule,
    Value,
    Values,
    listed,
)


@dataclass(frozen=True, slots=True)
class Found:
    """Callers by their values, and a key that fits them."""

    callers: tuple[Values, ...]
    bucket: str
    key: str
    is_bare: bool  # it has empty segments that only its length forces on it

    @property
    def keys(self) -> Keys:
        """The key, with its bucket."""
        return Keys(self.bucket, self.key)

    @property
    def cost(self) -> tuple[bool, int, int]:
        """The sort key: the key's bytes, then what the callers have."""
        return (self.is_bare, len(self.key.encode()), len(str(self.callers)))


def solve(case: Case) -> Found | None:
    """Return what fits, the shortest key first; None if nothing does."""
    for is_bare in (False, True):
        texts = _texts(case, is_bare=is_bare)
        if texts is None:
            return None
        key = "/".join(texts[case.root(at)] for at in range(case.least))
        if len(key.encode()) <= KEY_BYTES:
            callers = _callers(case, texts)
            return Found(callers, case.bucket, key, is_bare) if callers is not None else None
    return None


def _texts(case: Case, *, is_bare: bool) -> Mapping[Cell, str] | None:
    """A text for each cell: literals, and else the shortest that differ where they must."""
    cells = {case.root(at) for at in range(case.least)} | {case.root(at) for at in case.alphabets}
    unlike = _unlike(case)
    if any(cell in others for cell, others in unlike.items()):
        return None
    fixed = {cell: text for cell, text in case.literals.items() if cell in cells}
    free = sorted(cells - fixed.keys(), key=lambda one: (_rank(case, one), str(one)))
    few = [cell for cell in free if not _rank(case, cell)]
    for choice in product(*(list(each_of_all(case.alphabets_of(cell))) for cell in few)):
        chosen = fixed | dict(zip(few, choice, strict=True))
        if all(_fits(cell, text, unlike, chosen) for cell, text in chosen.items()):
            for cell in free[len(few) :]:
                alphabets = case.alphabets_of(cell)
                short = [""] if is_bare and set(alphabets) == {SEGMENT} else []
                options = chain(short, each_of_all(alphabets))
                chosen[cell] = next(one for one in options if _fits(cell, one, unlike, chosen))
            return chosen
    return None


def _rank(case: Case, cell: Cell) -> int:
    return min(one.rank for one in case.alphabets_of(cell))


def _fits(
    cell: Cell, text: str, unlike: Mapping[Cell, set[Cell | str]], chosen: Mapping[Cell, str]
) -> bool:
    others = unlike.get(cell, ())
    return text not in others and all(
        isinstance(one, str) or chosen.get(one) != text for one in others
    )


def _unlike(case: Case) -> dict[Cell, set[Cell | str]]:
    """The cells and literals from which each cell must differ."""
    found: defaultdict[Cell, set[Cell | str]] = defaultdict(set)
    for one, other in case.apart:
        if isinstance(other, str):
            found[case.root(one)].add(other)
        else:
            found[case.root(one)].add(case.root(other))
            found[case.root(other)].add(case.root(one))
    return found


def _callers(case: Case, texts: Mapping[Cell, str]) -> tuple[Values, ...] | None:
    """The values of each caller; None if one of them has none that its rules allow."""
    callers, known = [], {place for _, place in case.facts}
    for caller, population in enumerate(case.populations):
        values: dict[Place, Value] = {}
        for place in sorted(population.rules.keys() | known):
            fact, rule = case.fact(caller, place), population.rule(place)
            if population is IAM and place == UNIQUE_ID and not (fact.has or fact.given):
                value: Value | None = _unique_id(UNIQUE[str(values[KIND])], fact)
            elif fact.parts and not fact.given:
                cells = ((caller, place, at) for at in range(fact.parts))
                value = "/".join(texts[case.root(cell)] for cell in cells)
            else:
                value = fact.given[0] if fact.given else _value(fact, rule)
            if not _may_be(value, fact, rule):
                return None
            if value is not None:
                values[place] = value
        callers.append(values)
    return tuple(callers)


def _unique_id(begin: str, fact: Fact) -> str:
    ids = (f"{begin}2EXAMPLE{number:08}" for number in count(1))
    return next(one for one in ids if json.dumps(one) not in fact.lacks)


def _value(fact: Fact, rule: Rule) -> Value | None:
    """The least value with all that it must have; ``_may_be`` tells whether it is allowed."""
    values: list[Scalar] = [json.loads(one) for one in sorted(fact.has)]
    if rule.one_of and not any(one in rule.one_of for one in values):
        lists = not (rule.scalar or fact.scalar)
        left = (one for one in rule.one_of if json.dumps(one) not in fact.lacks)
        values += [one for one in left if lists or _stands_alone(one, fact)][:1]
    if not values and (rule.required or fact.scalar):
        values += islice(_fresh(fact, rule), 1)
    if len(values) == 1 and _stands_alone(values[0], fact):
        return values[0]
    return values or None


def _stands_alone(value: Scalar, fact: Fact) -> bool:
    """Whether it can be the whole value: text that fills segments cannot, where none is filled."""
    return fact.parts is None or not isinstance(value, str) or not segments_of(value)


def _fresh(fact: Fact, rule: Rule) -> Iterator[Scalar]:
    """Values that may stand alone, the simplest first."""
    texts = each_of_all((rule.alphabet,)) if rule.texts and fact.parts is None else ()
    options: Iterator[Scalar] = chain(texts, count(1) if rule.others else ())
    return (one for one in options if json.dumps(one) not in fact.lacks)


def _may_be(value: Value | None, fact: Fact, rule: Rule) -> bool:
    """Whether the rule allows the value, and nothing that is known contradicts it."""
    if value is None:
        return not (rule.required or fact.scalar)
    items = listed(value)
    if rule.absent or (isinstance(value, list) and (rule.scalar or fact.scalar)):
        return False
    if rule.one_of and not any(one in rule.one_of for one in items):
        return False
    if rule.alphabet == PLAIN and len(str(value).encode()) > PLAIN.longest:
        return False
    return all(rule.admits(one) and json.dumps(one) not in fact.lacks for one in items)
