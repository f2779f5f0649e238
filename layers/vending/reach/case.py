"""A case: what is known of some callers and of one key. ``solve`` finds the least that fits it.

Texts are compared segment by segment. A *cell* is an unknown segment: of the key, or of a caller's
text that fills a variable. Equal cells are kept as one (union-find); they may have a literal.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, Self

from vending.grants.keys import KEY_BYTES
from vending.grants.scope import Variable, segments_of
from vending.reach.alphabets import SEGMENT, Alphabet, among
from vending.reach.pattern import Pattern
from vending.reach.population import Place, Population, Value, listed

MOST = KEY_BYTES + 1  # segments, if all of them were empty

type Cell = int | tuple[int, Place, int]  # a segment of the key; or caller, place and segment


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a caller's value at one place; values in it are JSON text."""

    has: frozenset[str] = frozenset()  # it is one of these, or a list with all of them
    lacks: frozenset[str] = frozenset()
    parts: int | None = None  # how many segments it fills; 0: none, None: not known
    given: tuple[Value | None] | None = None  # exactly this value, or None if it is absent
    scalar: bool = False  # it is there, and no list


_NOTHING = Fact()


class Case:
    """Callers of these populations, and a key of one bucket. Every method adds what is known.

    A method returns False if nobody and no key would be left; the case is of no use then.
    """

    def __init__(self, bucket: str, *populations: Population) -> None:
        self.bucket, self.populations = bucket, populations
        self.least, self.most = 1, MOST  # segments of the key
        self.facts: dict[tuple[int, Place], Fact] = {}
        self.parents: dict[Cell, Cell] = {}
        self.literals: dict[Cell, str] = {}
        self.alphabets: dict[Cell, tuple[Alphabet, ...]] = {}
        self.apart: tuple[tuple[Cell, Cell | str], ...] = ()

    def copy(self) -> Self:
        """Another case of which the same is known."""
        other = type(self)(self.bucket, *self.populations)
        other.least, other.most, other.apart = self.least, self.most, self.apart
        for name in ("facts", "parents", "literals", "alphabets"):
            setattr(other, name, getattr(self, name).copy())
        return other

    @property
    def cheapest(self) -> tuple[bool, int, int]:
        """A cost that no find of this case is below, as ``Found.cost``."""
        literals = (self.literals.get(self.root(at), "x") for at in range(self.least))
        return False, self.least - 1 + sum(map(len, literals)), 0

    def root(self, cell: Cell) -> Cell:
        """The cell that stands for all that are equal to this one."""
        while cell in self.parents:
            cell = self.parents[cell]
        return cell

    def fact(self, caller: int, place: Place) -> Fact:
        """What is known of a caller's value."""
        return self.facts.get((caller, place), _NOTHING)

    def know(self, caller: int, place: Place, **known: Any) -> None:
        """Replace members of the fact."""
        self.facts[caller, place] = replace(self.fact(caller, place), **known)

    def length(self, least: int, most: int = MOST) -> bool:
        """The key has so many segments."""
        self.least, self.most = max(self.least, least), min(self.most, most)
        return self.least <= self.most

    def equal(self, one: Cell, other: Cell | str) -> bool:
        """Two segments are equal."""
        one = self.root(one)
        if isinstance(other, str):
            fits = all(each.accepts(other) for each in self.alphabets_of(one))
            return fits and self.literals.setdefault(one, other) == other
        other = self.root(other)
        if one == other:
            return True
        self.alphabets[other] = self.alphabets_of(one) + self.alphabets_of(other)
        self.parents[one] = other
        literal = self.literals.get(one, self.literals.get(other))
        return literal is None or self.equal(other, literal)

    def alphabets_of(self, root: Cell) -> tuple[Alphabet, ...]:
        """The alphabets of all cells that are equal to this one."""
        return self.alphabets.get(root, (SEGMENT,))

    def give(self, caller: int, place: Place, value: Value | None) -> bool:
        """A caller's value is exactly this one; None: absent. To be called before what follows."""
        rule, items = self.populations[caller].rule(place), listed(value)
        self.know(caller, place, given=(value,))
        if value is None:
            return not rule.required
        is_list = isinstance(value, list)
        return not rule.absent and not (is_list and rule.scalar) and all(map(rule.admits, items))

    def has(self, caller: int, place: Place, value: str) -> bool:
        """A caller's value is this one (JSON text), or a list that contains it."""
        fact, plain = self.fact(caller, place), json.loads(value)
        if fact.given:
            return value in map(json.dumps, listed(fact.given[0]))
        self.know(caller, place, has=fact.has | {value})
        if not self.populations[caller].rule(place).admits(plain):
            return False
        return not fact.parts or self._spell(caller, place, plain, fact.parts)

    def fill(self, caller: int, place: Place, count: int) -> bool:
        """A caller's value is text that fills so many segments; 0: it fills none."""
        fact, rule = self.fact(caller, place), self.populations[caller].rule(place)
        if fact.parts is not None:
            return fact.parts == count
        self.know(caller, place, parts=count)
        if fact.given:
            text = fact.given[0]
            if count:
                return self._spell(caller, place, text, count)
            return not (isinstance(text, str) and segments_of(text))
        if not count:
            return True
        if rule.absent or not rule.texts:
            return False
        alphabets = [rule.alphabet]
        if rule.one_of and count == 1:
            alphabets.append(among(rule.one_of))
        for position in range(count):
            self.alphabets[caller, place, position] = tuple(alphabets)
        return all(self._spell(caller, place, json.loads(one), count) for one in fact.has)

    def _spell(self, caller: int, place: Place, text: object, count: int) -> bool:
        """The text that fills these segments is this one."""
        if not isinstance(text, str) or segments_of(text) != count:
            return False
        segments = enumerate(text.split("/"))
        return all(self.equal((caller, place, at), segment) for at, segment in segments)

    def within(self, caller: int, pattern: Pattern, count: int) -> bool:
        """The key is one of these; a variable for a path fills ``count`` segments."""
        names = self.populations[caller].names
        for term in pattern.terms:
            if isinstance(term, Variable):
                place = names.get(term.name)
                if not place or not self.fill(caller, place, count if term.is_path else 1):
                    return False
        parts = list(pattern.parts(count))
        length = len(parts)
        if not self.length(length + pattern.is_prefix, MOST if pattern.is_prefix else length):
            return False
        cells = (one if isinstance(one, str) else (caller, names[one[0]], one[1]) for one in parts)
        return all(self.equal(at, cell) for at, cell in enumerate(cells))

    def filled(self, caller: int, pattern: Pattern) -> dict[str, str]:
        """The variables of a pattern whose texts are known in all such cases, and these texts.

        A variable for a path moves what follows it: the texts are known if it is.
        """
        names = self.populations[caller].names
        path = pattern.path and self.fact(caller, names[pattern.path])
        if path and not (path.has or path.given):
            return {}
        found = {}
        for name in pattern.variables:
            cells = range(self.fact(caller, names[name]).parts or 0)
            texts = [self.literals.get(self.root((caller, names[name], at))) for at in cells]
            if known := [text for text in texts if text is not None]:
                found[name] = "/".join(known)
        return found
