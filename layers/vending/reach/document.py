"""A document as reach reads it: the grants that open anything at a time, found by their keys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import takewhile, zip_longest
from typing import Any, NamedTuple, Self

from vending.callers.issuer import Issuer
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.location import Location
from vending.grants.never_lent import why_never_lent
from vending.reach.pattern import Pattern
from vending.reach.population import IAM, Place, Population, population_of


class Opening(NamedTuple):
    """A grant that opens something, whose callers are some of a population."""

    grant: Grant
    population: Population
    pattern: Pattern

    @property
    def url(self) -> str | None:
        """The URL of the callers' issuer; None for those of IAM."""
        return self.population.issuer.url if self.population.issuer else None

    def named(self, place: Place) -> frozenset[str]:
        """The values that its grantee must have at this place, as JSON text."""
        required = self.population.required_of(self.grant.grantee) or ()
        return frozenset(value for at, value in required if at == place)

    def filled(self, place: Place) -> frozenset[int]:
        """The segments of its keys that are the value at this place, as a whole."""
        names = self.population.names
        before_path = takewhile(
            lambda one: isinstance(one, str) or not one.is_path, self.pattern.terms
        )
        return frozenset(
            at
            for at, one in enumerate(before_path)
            if not isinstance(one, str) and names.get(one.name) == place
        )


@dataclass(frozen=True, slots=True)
class _Node:
    """The openings whose keys begin with the same segments; a variable is like any text."""

    exact: list[Opening] = field(default_factory=list)  # that have no more segments
    below: list[Opening] = field(default_factory=list)  # that have any others after these
    children: dict[str | None, "_Node"] = field(default_factory=dict)  # None: a variable

    def child(self, term: str | None) -> "_Node":
        """The node one segment further, made where it is missing."""
        if term not in self.children:
            self.children[term] = _Node()
        return self.children[term]


def _derived() -> Any:
    return field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """Grants, issuers and locations that apply together, at one time.

    Blocks and rate limits are left aside, and so is what a bucket's own policy allows.
    """

    grants: tuple[Grant, ...]
    issuers: tuple[Issuer, ...]
    locations: tuple[Location, ...]
    at: datetime
    never_lent: tuple[str, ...] = ()  # patterns of buckets, beside those in the code
    populations: Mapping[str, Population] = _derived()  # the callers of each issuer, by its URL
    registered: Mapping[str, Location] = _derived()  # the buckets that may be lent
    openings: tuple[Opening, ...] = _derived()  # the grants that open something, in their order
    _nodes: Mapping[str, _Node] = _derived()

    def __post_init__(self) -> None:
        lent = (one for one in self.locations if not why_never_lent(one.id, self.never_lent))
        derive = partial(object.__setattr__, self)
        derive("populations", {one.url: population_of(one.undescribed()) for one in self.issuers})
        derive("registered", {one.id: one for one in lent})
        derive("openings", tuple(filter(None, map(self.opening, self.grants))))
        derive("_nodes", _nodes(self.openings))

    def opening(self, grant: Grant) -> Opening | None:
        """Return what a grant opens; None if it has ended, or lacks its issuer or location."""
        if grant.expires and grant.expires <= self.at:
            return None
        population = self.population(grant)
        pattern = Pattern.of(grant.scope)
        if not (population and pattern and grant.scope.bucket in self.registered):
            return None
        return Opening(grant, population, pattern)

    def population(self, grant: Grant) -> Population | None:
        """The callers among whom the grantee is; None if their issuer is not trusted."""
        grantee = grant.grantee
        return IAM if isinstance(grantee, IamGrantee) else self.populations.get(grantee.issuer)

    def near(self, *patterns: Pattern) -> Iterator[Opening]:
        """Yield the openings that could have a key of all the patterns, and few others."""
        bucket, *others = {one.bucket for one in patterns}
        start = _Start.of_all(patterns)
        if others or start is None or bucket not in self._nodes:
            return
        nodes = [(self._nodes[bucket], 0)]
        while nodes:
            node, at = nodes.pop()
            beyond = at - len(start.terms)
            if beyond < 0 or start.is_open:
                yield from node.below
                term = start.terms[at] if beyond < 0 else None
                known = node.children.keys()
                near = known if term is None else known & {term, None}
                nodes += [(node.children[one], at + 1) for one in near]
            if beyond > 0 if start.is_open else beyond == 0:
                yield from node.exact


def _nodes(openings: Iterable[Opening]) -> Mapping[str, _Node]:
    nodes: dict[str, _Node] = {}
    for opening in openings:
        node, start = nodes.setdefault(opening.pattern.bucket, _Node()), _Start.of(opening.pattern)
        for term in start.terms:
            node = node.child(term)
        (node.below if start.is_open else node.exact).append(opening)
    return nodes


class _Start(NamedTuple):
    """The first segments of some keys; a variable is None. ``is_open``: more follow, any."""

    terms: Sequence[str | None]
    is_open: bool

    @classmethod
    def of(cls, pattern: Pattern) -> Self:
        """The segments before any variable for a path."""
        before = takewhile(lambda one: isinstance(one, str) or not one.is_path, pattern.terms)
        terms = [one if isinstance(one, str) else None for one in before]
        return cls(terms, pattern.is_prefix or len(terms) < len(pattern.terms))

    @classmethod
    def of_all(cls, patterns: Sequence[Pattern]) -> Self | None:
        """The first segments of keys that all patterns have; None if there are no such keys."""
        starts = [cls.of(one) for one in patterns]
        least = max(len(one.terms) + one.is_open for one in starts)
        columns = [set(column) - {None} for column in zip_longest(*(one.terms for one in starts))]
        is_short = any(len(one.terms) < least for one in starts if not one.is_open)
        if is_short or any(len(literals) > 1 for literals in columns):
            return None
        terms = [next(iter(literals), None) for literals in columns]
        return cls(terms, all(one.is_open for one in starts))
