"""Answers who reaches some keys, and what some callers reach: grant by grant, each with a witness.

Reach is what this service lends. What a bucket's own policy or another role allows is not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vending.callers.identity import Identity
from vending.callers.principal import Principal
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import Grantee
from vending.grants.keys import Keys
from vending.grants.scope import CLAIM
from vending.reach.case import Case
from vending.reach.document import Document, Opening
from vending.reach.outside import Is
from vending.reach.pattern import Pattern
from vending.reach.population import (
    ACCOUNT_ID,
    IAM,
    KIND,
    NAME_OF,
    PARTITION,
    UNIQUE_ID,
    Place,
    Population,
    Value,
)
from vending.reach.search import least, opened


@dataclass(frozen=True, slots=True)
class IamCallers:
    """The callers of an account (12 digits), or one role or user; None: all of IAM."""

    iam: Principal | str | None = None
    unique_id: str | None = None

    def population(self, _: Document) -> Population | None:
        """All callers of IAM."""
        return IAM

    def given(self, _: Population) -> Iterator[tuple[Place, Value | None]]:
        """Yield what is known of them."""
        if isinstance(self.iam, Principal):
            yield PARTITION, self.iam.partition
            yield KIND, self.iam.kind
            yield NAME_OF, self.iam.name
        if self.iam is not None:
            yield ACCOUNT_ID, self.iam if isinstance(self.iam, str) else self.iam.account
        if self.unique_id is not None:
            yield UNIQUE_ID, self.unique_id


@dataclass(frozen=True, slots=True)
class WebCallers:
    """The callers of an issuer; ``claims`` are exactly these, the others may be anything."""

    issuer: str
    subject: str | None = None
    claims: Mapping[str, Value] = field(default_factory=dict)
    others: bool = True  # False: they have no other claims

    def population(self, document: Document) -> Population | None:
        """All callers of the issuer; None if the document does not trust it."""
        return document.populations.get(self.issuer)

    def given(self, population: Population) -> Iterator[tuple[Place, Value | None]]:
        """Yield what is known of them; a claim that the issuer's entry does not list is ignored."""
        if self.subject is not None and population.issuer:
            yield (population.issuer.subject_claim,), self.subject
        for name, place in population.names.items():
            claim = name.removeprefix(CLAIM)
            if claim in self.claims or not self.others:
                yield place, self.claims.get(claim)


type Callers = IamCallers | WebCallers


@dataclass(frozen=True, slots=True)
class Reached:
    """Keys that callers reach, by one grant or by one for READ and one for WRITE."""

    grants: tuple[Grant, ...]
    keys: str  # ``s3://`` text, with the variables that the question does not fill
    filled: tuple[tuple[str, str], ...]  # the variables that it fills, and with which text
    is_whole: bool  # whether one of the callers reaches all keys that were asked for
    caller: Identity  # a witness, which reaches
    key: Keys  # this key, the shortest
    is_exact: bool  # False: there may be less, but never more


def who(
    document: Document,
    keys: Keys,
    permission: Permission,
    *,
    besides: Sequence[Grantee] = (),
    callers: Callers | None = None,
) -> Iterator[Reached]:
    """Yield by which grants any of these keys is reached, by callers that are none ``besides``.

    READWRITE is also reached by two grants of one caller, one for READ and one for WRITE: these
    pairs come last. ``callers``: only by these.
    """
    near = sorted(document.near(Pattern.of_keys(keys)), key=lambda one: one.grant.id)
    for chosen in _together(document, near, permission):
        if found := _reached(document, chosen, keys, callers, besides):
            yield found


def what(
    document: Document, callers: Callers, permission: Permission | None = None
) -> Iterator[Reached]:
    """Yield what the callers reach, grant by grant; None: with any permission."""
    population = callers.population(document)
    for opening in document.openings:
        allows = permission is None or opening.grant.permission.includes(permission)
        found = (
            allows
            and opening.population is population
            and _reached(document, (opening,), None, callers, ())
        )
        if found:
            yield found


def _together(
    document: Document, near: Sequence[Opening], permission: Permission
) -> Iterator[tuple[Opening, ...]]:
    """Yield the openings that allow the permission, then pairs that allow its parts."""
    alone = [one for one in near if one.grant.permission.includes(permission)]
    yield from ((one,) for one in alone)
    if permission is Permission.READWRITE:
        writers = {one.grant.id for one in near if one.grant.permission is Permission.WRITE}
        for reader in near:
            if reader.grant.permission is Permission.READ:
                for writer in document.near(reader.pattern):
                    if writer.grant.id in writers and writer.population is reader.population:
                        yield reader, writer


def _reached(
    document: Document,
    chosen: Sequence[Opening],
    keys: Keys | None,
    callers: Callers | None,
    besides: Sequence[Grantee],
) -> Reached | None:
    """What one caller reaches by all of these openings; None if nobody does."""
    population, pattern = chosen[0].population, chosen[0].pattern
    if callers and callers.population(document) is not population:
        return None
    case = Case(pattern.bucket, population)
    given = callers.given(population) if callers else ()
    if not all(case.give(0, place, value) for place, value in given):
        return None
    wanted = Pattern.of_keys(keys) if keys else None
    if wanted and not case.within(0, wanted, 1):
        return None
    cases = opened(case, [(0, one) for one in chosen], *([wanted] if wanted else []))
    outside = [Is(0, grantee, population) for grantee in besides]
    if not (one := least(cases, outside)):
        return None
    filled = one.case.filled(0, pattern)
    identity = population.identity(one.found.callers[0])
    is_whole = keys is not None and all(
        each.grant.scope.opens(keys, identity.variables) for each in chosen
    )
    return Reached(
        tuple(each.grant for each in chosen),
        str(keys) if keys and is_whole else pattern.text(filled),
        tuple(sorted(filled.items())),
        is_whole,
        identity,
        one.found.keys,
        one.is_sure and all(each.pattern.exact for each in chosen),
    )
