"""Judges whether an expectation holds in a document; each failure has a witness.

``refused``, ``disjoint`` and ``onlyReachedBy`` have to hold whatever conditions the grants have:
reach assumes that all of them are met. ``reaches`` is about a caller with the given values alone.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vending.callers.identity import IamIdentity, Identity
from vending.expectations.expected import least_caller
from vending.grants.expectation import Disjoint, Expectation, ExpectedCallers, Reaching, Reserved
from vending.grants.grant import Grant, Permission
from vending.grants.keys import Keys
from vending.reach.compare import apart
from vending.reach.document import Document
from vending.reach.pattern import Pattern
from vending.reach.who import Callers, IamCallers, Reached, WebCallers, who

PERMISSIONS = (Permission.READ, Permission.WRITE)


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of an expectation that does not hold."""

    member: str  # of the entry in ``vending.yaml``
    part: str  # which of its demands; the same text for the same demand in every document
    detail: str  # grants, callers and key of a witness
    grants: tuple[str, ...] = ()  # the ids of the grants that the witness uses
    callers: tuple[Identity, ...] = ()
    key: Keys | None = None
    permission: Permission | None = None


def failures(expectation: Expectation, document: Document) -> Iterator[Failure]:
    """Yield the parts that do not hold in a document, with one witness each."""
    yield from _JUDGES[type(expectation.demand)](expectation.demand, document)


def _reaching(demand: Reaching, document: Document) -> Iterator[Failure]:
    for permission, keys in demand.reaches:
        caller = least_caller(demand.callers, document, keys)
        if not caller or not granting(caller, document, keys, permission):
            part = f"reaches {permission} {keys}"
            whom = _named(caller) if caller else json.dumps(demand.callers.as_json())
            detail = f"no grant lets {whom} {permission} {keys}"
            yield Failure(
                "reaches", part, detail, (), (caller,) if caller else (), keys, permission
            )
    for permission, keys in demand.refused:
        found = who(document, keys, permission, callers=_asked(demand.callers))
        yield from _reached("refused", permission, keys, found)


def granting(
    caller: Identity, document: Document, keys: Keys, permission: Permission
) -> Grant | None:
    """The grant that lets the caller have all of the keys, by the decision's own functions."""
    for opening in document.near(Pattern.of_keys(keys)):
        grant = opening.grant
        is_theirs = grant.permission.includes(permission) and grant.grantee.is_caller(caller)
        if is_theirs and grant.scope.opens(keys, caller.variables):
            return grant
    return None


def _disjoint(demand: Disjoint, document: Document) -> Iterator[Failure]:
    if found := next(apart(document, demand.variable, demand.within), None):
        one, other = (
            f"the grant {grant.id!r} lets {_named(caller)}"
            for grant, caller in zip(found.grants, found.callers, strict=True)
        )
        detail = f"{one} reach {found.key}, and {other}{_doubt(is_exact=found.is_exact)}"
        ids = tuple(dict.fromkeys(grant.id for grant in found.grants))
        yield Failure("disjoint", "disjoint", detail, ids, found.callers, found.key)


def _reserved(demand: Reserved, document: Document) -> Iterator[Failure]:
    for permission in PERMISSIONS:
        found = who(document, demand.scope, permission, besides=demand.grantees)
        yield from _reached("onlyReachedBy", permission, demand.scope, found)


def _reached(
    member: str, permission: Permission, keys: Keys, found: Iterator[Reached]
) -> Iterator[Failure]:
    if one := next(found, None):
        ids = tuple(grant.id for grant in one.grants)
        by = " and ".join(map(repr, ids))
        detail = (
            f"the grant {by} lets {_named(one.caller)} {permission} {one.key}"
            f"{_doubt(is_exact=one.is_exact)}"
        )
        part = f"{member} {permission} {keys}"
        yield Failure(member, part, detail, ids, (one.caller,), one.key, permission)


def _asked(callers: ExpectedCallers) -> Callers:
    if callers.issuer is None:
        return IamCallers(callers.iam, callers.unique_id)
    claims = {name: json.loads(value) for name, value in callers.claims}
    return WebCallers(callers.issuer, callers.subject, claims)


def _named(caller: Identity) -> str:
    """The caller for people: an ARN, or its issuer, subject and claims as JSON."""
    if isinstance(caller, IamIdentity):
        return caller.principal.arn
    return json.dumps(caller.as_json(), ensure_ascii=False)


def _doubt(*, is_exact: bool) -> str:
    return "" if is_exact else "; perhaps: reach is not known exactly here"


_JUDGES: dict[type, Callable[[Any, Document], Iterator[Failure]]] = {
    Reaching: _reaching,
    Disjoint: _disjoint,
    Reserved: _reserved,
}
