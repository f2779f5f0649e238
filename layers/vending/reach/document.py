"""A document as reach reads it: the grants that open anything at a time, found by their keys."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import zip_longest
from typing import Any, NamedTuple

from vending.callers.issuer import Issuer
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.location import Location
from vending.grants.never_lent import why_never_lent
from vending.grants.scope import Variable
from vending.reach.pattern import Pattern
from vending.reach.population import IAM, Population, population_of


class Opening(NamedTuple):
    """A grant that opens something, whose callers are some of a population."""

    grant: Grant
    population: Population
    pattern: Pattern

    @property
    def url(self) -> str | None:
        """The URL of the callers' issuer; None for those of IAM."""
        return self.population.issuer.url if self.population.issuer else None


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
        merged = _merged(patterns)
        if others or merged is None or bucket not in self._nodes:
            return
        terms, is_prefix = merged
        nodes = [(self._nodes[bucket], 0)]
        while nodes:
            node, at = nodes.pop()
            yield from node.below
            term = terms[at] if at < len(terms) else None
            if at < len(terms) or is_prefix:
                any_of = node.children.keys()
                keys = any_of if term is None else any_of & {term, None}
                nodes += [(node.children[key], at + 1) for key in keys]
            if at > len(terms) if is_prefix else at == len(terms):
                yield from node.exact


def _nodes(openings: Iterable[Opening]) -> Mapping[str, _Node]:
    nodes: dict[str, _Node] = {}
    for opening in openings:
        node = nodes.setdefault(opening.pattern.bucket, _Node())
        for term in _leading(opening.pattern):
            node = node.child(term)
        (node.below if _is_open(opening.pattern) else node.exact).append(opening)
    return nodes


def _leading(pattern: Pattern) -> list[str | None]:
    """The segments before any variable for a path; a variable is None."""
    terms = [(one, isinstance(one, Variable)) for one in pattern.terms]
    paths = (
        at for at, one in enumerate(pattern.terms) if isinstance(one, Variable) and one.is_path
    )
    return [None if is_variable else str(one) for one, is_variable in terms[: next(paths, None)]]


def _is_open(pattern: Pattern) -> bool:
    """Whether more segments may follow the leading ones."""
    return pattern.is_prefix or pattern.path is not None


def _merged(patterns: Sequence[Pattern]) -> tuple[list[str | None], bool] | None:
    """The leading segments that keys of all patterns have, and whether more may follow."""
    leading = [_leading(one) for one in patterns]
    length = max(map(len, leading))
    if any(
        len(one) < length and not _is_open(of) for one, of in zip(leading, patterns, strict=True)
    ):
        return None
    terms: list[str | None] = []
    for segments in zip_longest(*leading):
        literals = {one for one in segments if one is not None}
        if len(literals) > 1:
            return None
        terms.append(literals.pop() if literals else None)
    return terms, all(map(_is_open, patterns))
