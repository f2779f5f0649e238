"""The callers of an expectation: the one of them who has least, and whether there are any."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from types import MappingProxyType

from vending.callers.identity import IamIdentity, Identity
from vending.callers.issuer import Issuer
from vending.callers.issuer_url import no_such_issuer
from vending.callers.principal import Principal
from vending.grants.expectation import Disjoint, Expectation, ExpectedCallers, Reaching, Reserved
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee
from vending.grants.keys import Keys
from vending.grants.scope import CLAIM
from vending.reach.case import Case
from vending.reach.document import Document
from vending.reach.pattern import Pattern
from vending.reach.population import UNIQUE, Place, Population, Value, population_of

_FIRST_UNIQUE_ID = "2EXAMPLEEXAMPLE1"


def least_caller(callers: ExpectedCallers, document: Document, keys: Keys) -> Identity | None:
    """The caller with the given values and no others; None if no issuer is trusted for it.

    What a caller must have and is not given (a subject, a role's name) is text that no grant near
    the keys names: each of the callers has at least what this one has.
    """
    grantees = [one.grant.grantee for one in document.near(Pattern.of_keys(keys))]
    unnamed = _unnamed(grantees, keys)
    if callers.iam is not None:
        principal = callers.iam
        if isinstance(principal, str):
            principal = Principal("aws", principal, "role", unnamed)
        unique_id = callers.unique_id or UNIQUE[principal.kind] + _FIRST_UNIQUE_ID
        return IamIdentity(principal, unique_id, None if principal.kind == "user" else "a-session")
    population = document.populations.get(callers.issuer or "")
    if not population or not population.issuer:
        return None
    issuer, names = population.issuer, population.names
    given = {CLAIM + name: json.loads(value) for name, value in callers.claims}
    values: dict[Place, Value] = {names[one]: given[one] for one in given if one in names}
    if callers.subject is not None:
        values[issuer.subject_claim,] = callers.subject
    for place in ((issuer.subject_claim,), *(names[CLAIM + one] for one in issuer.caller_claims)):
        values.setdefault(place, unnamed)
    return population.identity(values)


def _unnamed(grantees: Iterable[Grantee], keys: Keys) -> str:
    named = {text for one in grantees for text in _texts(one)} | {*keys.key.split("/")}
    return next(text for text in (f"somebody-{number}" for number in count(1)) if text not in named)


def _texts(grantee: Grantee) -> Iterator[str]:
    if isinstance(grantee, IamGrantee):
        yield grantee.iam if isinstance(grantee.iam, str) else grantee.iam.name
    else:
        yield grantee.subject or ""
        yield from (str(json.loads(value)) for _, value in grantee.claims)


def about_nobody(
    expectation: Expectation,
    trusted: Mapping[str, Issuer],
    before: Mapping[str, Issuer] = MappingProxyType({}),
    partition: str | None = None,
) -> Iterator[tuple[str, str]]:
    """The member and the reason, for each that would be about nobody; ``trusted`` is by URL.

    Without an issuer, or with a claim that its entry does not list, it would hold of anything.
    ``before`` are the issuers before the change: nobody whom they compared may be left out.
    ``partition`` is the stack's; no caller is of another one.
    """
    demand = expectation.demand
    match demand:
        case Reaching():
            callers = demand.callers
            if callers.issuer is not None:
                names = [name for name, _ in callers.claims]
                yield from _of_issuer("as", callers.issuer, names, trusted)
                issuer = trusted.get(callers.issuer)
                if issuer and not _may_have(callers, population_of(issuer)):
                    yield "as", "no token that the issuer's entry accepts can have these values"
            named = callers.iam if isinstance(callers.iam, Principal) else None
            theirs = named.partition if named else partition  # an account is of the stack's own
            if partition and theirs != partition:
                yield "as", f"the caller is in the partition {theirs!r}, the stack in {partition!r}"
        case Disjoint():
            if demand.variable.startswith(CLAIM):
                name = demand.variable.removeprefix(CLAIM)
                yield from (("disjoint", one) for one in _uncompared(name, trusted, before))
        case Reserved():
            for position, grantee in enumerate(demand.grantees):
                if isinstance(grantee, WebGrantee):
                    names = [name for name, _ in grantee.claims]
                    member = f"onlyReachedBy/{position}"
                    yield from _of_issuer(member, grantee.issuer, names, trusted)


def _uncompared(
    claim: str, trusted: Mapping[str, Issuer], before: Mapping[str, Issuer]
) -> Iterator[str]:
    """Why callers would not be compared by a claim: nobody's, or those of an issuer no more."""
    if not (listing := _listing(claim, trusted)):
        yield f"no issuer's entry lists the claim {claim}; add it to 'claims'"
        return
    for url in sorted((_listing(claim, before) & trusted.keys()) - listing):
        yield (
            f"the entry of {url} does not list the claim {claim} any more, so its callers would "
            "not be compared; keep the claim"
        )


def _listing(claim: str, issuers: Mapping[str, Issuer]) -> set[str]:
    """The URLs of those whose entry lists the claim."""
    return {url for url, one in issuers.items() if any(each.name == claim for each in one.claims)}


def _of_issuer(
    member: str, url: str, claims: Iterable[str], trusted: Mapping[str, Issuer]
) -> Iterator[tuple[str, str]]:
    if not (issuer := trusted.get(url)):
        yield member, no_such_issuer(url, trusted)
    elif reason := issuer.unlisted(claims):
        yield member, reason


def _may_have(callers: ExpectedCallers, population: Population) -> bool:
    """Whether a caller of the population can have these values."""
    given = [(CLAIM + name, value) for name, value in callers.claims]
    places = [(population.names[name], value) for name, value in given if name in population.names]
    if callers.subject is not None and population.issuer:
        places.append(((population.issuer.subject_claim,), json.dumps(callers.subject)))
    case = Case("any-bucket", population)
    return len(dict(places)) == len(set(places)) and all(
        case.give(0, place, json.loads(value)) for place, value in places
    )
