"""What a search must leave: the keys of a grant, a grantee, or a value that two callers share."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vending.grants.grant import Grant
from vending.grants.grantee import Grantee
from vending.reach.case import Case
from vending.reach.document import Opening
from vending.reach.pattern import Pattern
from vending.reach.population import Place, Population
from vending.reach.search import differing, fillings, lacking
from vending.reach.solve import Found


@dataclass(frozen=True, slots=True)
class Is:
    """A caller is the grantee, as the entries of one document read its token."""

    caller: int
    grantee: Grantee
    population: Population  # of that document

    def is_true(self, found: Found) -> bool:
        """Whether it is, by the grantee's own judgement."""
        values = found.callers[self.caller]
        return self.population.accepts(values) and self.grantee.is_caller(
            self.population.identity(values)
        )

    def ways_out(self, case: Case, _: Found) -> Iterator[Case]:
        """Yield the cases in which its token is not accepted, or lacks what the grantee has."""
        for place, rule in self.population.rules.items():
            if rule.one_of and rule != case.populations[self.caller].rule(place):
                cases = [case]
                for text in map(json.dumps, rule.one_of):
                    cases = [to for one in cases for to in lacking(one, self.caller, place, text)]
                yield from cases
        for place, value in self.population.required_of(self.grantee) or ():
            yield from lacking(case, self.caller, place, value)


@dataclass(frozen=True, slots=True)
class Opens:
    """A grant opens the key for a caller."""

    who: Is
    grant: Grant
    pattern: Pattern

    def is_true(self, found: Found) -> bool:
        """Whether it does, by the scope's own judgement."""
        if not self.who.is_true(found):
            return False
        identity = self.who.population.identity(found.callers[self.who.caller])
        return self.grant.scope.opens(found.keys, identity.variables)

    def ways_out(self, case: Case, found: Found) -> Iterator[Case]:
        """Yield the cases in which the caller or the key is another, or a variable is decided."""
        yield from self.who.ways_out(case, found)
        caller, names = self.who.caller, self.who.population.names
        for variable in sorted(self.pattern.variables):
            place = names[variable]
            if case.fact(caller, place).parts is None:
                copied = case.copy()
                if copied.fill(caller, place, 0):
                    yield copied
                # Where a text of more segments leaves the grant, one of one segment does too.
                yield from fillings(case, caller, place, most=1)
                return
        yield from self._other_keys(case, caller, names)

    def _other_keys(self, case: Case, caller: int, names: Mapping[str, Place]) -> Iterator[Case]:
        """The key is longer, or a segment differs: no key of the case is shorter than the find."""
        path = names.get(self.pattern.path or "")
        parts = list(self.pattern.parts((path and case.fact(caller, path).parts) or 1))
        longer = case.copy()
        if not self.pattern.is_prefix and longer.length(len(parts) + 1):
            yield longer
        for at, part in enumerate(parts):
            cell = part if isinstance(part, str) else (caller, names[part[0]], part[1])
            yield differing(case, at, cell)


@dataclass(frozen=True, slots=True)
class Alike:
    """The first two callers have the same value at these places, each at its own."""

    places: tuple[Place, Place]

    def is_sure(self, openings: Sequence[Opening], *, by_anybody: bool) -> bool:
        """Whether all callers of two openings have, who have one key and one value each.

        So it is for most grants of tenants, and no search is needed. ``by_anybody``: the callers
        need not be the grantees.
        """
        named = [one.named(at) for one, at in zip(openings, self.places, strict=True)]
        filled = [one.filled(at) for one, at in zip(openings, self.places, strict=True)]
        return bool(filled[0] & filled[1] or (not by_anybody and named[0] & named[1]))

    def is_true(self, found: Found) -> bool:
        """Whether they have; 1 and "1" are two values."""
        values = [found.callers[at].get(place) for at, place in enumerate(self.places)]
        return json.dumps(values[0]) == json.dumps(values[1])

    def ways_out(self, case: Case, found: Found) -> Iterator[Case]:
        """Yield the cases in which a segment of their texts differs, or one has another value."""
        first, second = enumerate(self.places)
        count, other = case.fact(*first).parts, case.fact(*second).parts
        if count and other:
            for at in range(count):
                yield differing(case, (*first, at), (*second, at))
            return
        for caller, place in enumerate(self.places):
            value = json.dumps(found.callers[caller][place])
            yield from lacking(case, caller, place, value)
