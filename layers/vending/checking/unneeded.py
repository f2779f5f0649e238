"""Warns of grants that nobody can use, and of those that allow nothing beyond others."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from vending.callers.identity import Identity
from vending.callers.principal import Principal
from vending.catalogue.warnings import Warned
from vending.checking.words import ids, may_share
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.keys import KEY_BYTES
from vending.grants.scope import CLAIM
from vending.reach.compare import differences, overlap
from vending.reach.document import Document, Opening
from vending.reach.population import (
    ACCOUNT_ID,
    IAM,
    KIND,
    NAME_OF,
    PARTITION,
    UNIQUE,
    UNIQUE_ID,
    Place,
    Population,
    Value,
)

_PLAIN = "x"  # a name, a subject or a claim that every alphabet has
_ID = "2EXAMPLEEXAMPLE1"


def unused(document: Document, grants: tuple[Grant, ...]) -> Iterator[Warned]:
    """Yield a warning for each of these grants whose keys no caller reaches.

    Grants that have ended have a warning of their own.
    """
    for position, grant in enumerate(grants):
        opening = document.opening(grant)
        if opening and not opens_something(document, opening):
            yield Warned(
                "NobodyReaches",
                f"/grants/{position}",
                "nobody can use it: no caller can be this grantee and fill the variables of the "
                "scope with keys that S3 accepts",
            )


def shadowed(document: Document, grants: tuple[Grant, ...]) -> Iterator[Warned]:
    """Yield a warning for each of these grants that could be removed, and nothing would change.

    Others must open all of its keys for all of its callers under equal terms: under other terms it
    matters which grant is the closest one. A grant with a rate limit counts on its own. If all
    grants with this warning are removed together, nothing changes either.
    """
    removed = set[str]()
    for position, grant in enumerate(grants):
        opening = document.opening(grant)
        if not opening or grant.rate_limit:
            continue
        others = [
            one.grant
            for one in document.near(opening.pattern)
            if _has_terms_of(grant, one, opening) and one.grant.id not in removed
        ]
        if not others or not opens_something(document, opening):
            continue
        others.sort(key=lambda one: one.id)
        if any(one.unnamed() == grant.unnamed() for one in others):
            continue  # the catalogue's IdenticalGrant
        wider = [one for one in others if one.grantee.includes(grant.grantee)]
        alone = next((one for one in wider if _adds_nothing(document, grant, [one])), None)
        if alone is None and not _adds_nothing(document, grant, others):
            continue
        removed.add(grant.id)
        by = f"{alone.id!r} allows" if alone else f"{ids(others)} together allow"
        yield Warned(
            "ShadowedGrant",
            f"/grants/{position}",
            f"{by} all of it under the same terms; without this grant, nobody reaches less",
        )


def _has_terms_of(grant: Grant, other: Opening, opening: Opening) -> bool:
    """Whether the other grant may be for the same callers, and has the same terms."""
    if other.grant.id == grant.id or other.url != opening.url:
        return False
    if not may_share(other.grant.grantee, grant.grantee):
        return False
    alike = replace(
        grant.undescribed(),
        id=other.grant.id,
        grantee=other.grant.grantee,
        scope=other.grant.scope,
        permission=other.grant.permission,
    )
    return alike == other.grant.undescribed()


def _adds_nothing(document: Document, grant: Grant, others: Sequence[Grant]) -> bool:
    """Whether the grant opens nothing that the others do not open."""
    # Of what may be a hundred thousand locations, those alone that the grants are in.
    buckets = {one.scope.bucket for one in (grant, *others)}
    near = tuple(document.registered[one] for one in buckets if one in document.registered)
    with_it, without = (
        replace(document, grants=tuple(one), locations=near) for one in ([grant], others)
    )
    first = next(differences(without, with_it), None)  # gains come first
    return first is None or first.kind in ("lost", "narrowed")


def opens_something(document: Document, opening: Opening) -> bool:
    """Whether any caller can use the grant; by a made-up one, else by all of them."""
    identity = _made_up(opening)
    if identity and _uses(opening, identity):
        return True
    return overlap(document, opening.grant, opening.grant) is not None


def _uses(opening: Opening, identity: Identity) -> bool:
    """Whether the decision would let this caller use the grant."""
    grant = opening.grant
    if not grant.grantee.is_caller(identity):
        return False
    try:
        keys = grant.scope.fill(identity.variables)
    except ValueError:
        return False
    return len(keys.key.encode()) < KEY_BYTES


def _made_up(opening: Opening) -> Identity | None:
    """A caller with what the grantee and the scope need; None if it might not exist."""
    grantee, population = opening.grant.grantee, opening.population
    if isinstance(grantee, IamGrantee):
        return IAM.identity(_of_iam(grantee))
    required = population.required_of(grantee)
    issuer = population.issuer
    if required is None or issuer is None:
        return None
    values: dict[Place, Value] = {}
    for place, text in required:
        value = json.loads(text)
        if values.setdefault(place, value) != value:
            return None  # it would have to be a list
    needed = {population.names.get(name) for name in opening.grant.scope.variables}
    needed |= {population.names.get(f"{CLAIM}{name}") for name in issuer.caller_claims}
    for needs in (*needed, (issuer.subject_claim,)):
        if needs is None:
            return None
        values.setdefault(needs, _PLAIN)
    return population.identity(values) if _may_be(values, population) else None


def _may_be(values: dict[Place, Value], population: Population) -> bool:
    """Whether a caller may have these values; False in doubt."""
    return all(
        not (rule := population.rule(place)).absent
        and not rule.one_of
        and rule.admits(value)
        and (not isinstance(value, str) or rule.alphabet.accepts(value))
        for place, value in values.items()
        if not isinstance(value, list)
    )


def _of_iam(grantee: IamGrantee) -> dict[Place, Value]:
    iam = grantee.iam
    if isinstance(iam, str):
        iam = Principal("aws", iam, "role", _PLAIN)
    return {
        PARTITION: iam.partition,
        ACCOUNT_ID: iam.account,
        KIND: iam.kind,
        NAME_OF: iam.name,
        UNIQUE_ID: grantee.unique_id or f"{UNIQUE[iam.kind]}{_ID}",
    }
