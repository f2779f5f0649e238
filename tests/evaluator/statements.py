"""What one policy says of one request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, Final

from tests.evaluator.conditions import Context, hold
from tests.evaluator.patterns import UnresolvedError, Values, matches, without_variables
from tests.evaluator.principals import Named, Principal, named

type Policy = Mapping[str, Any]

ELEMENTS: Final = {"Sid", "Effect", "Action", "Resource", "Condition"}
ARN_PARTS: Final = 6


class Answer(Enum):
    """Of one policy, or of all."""

    ALLOWED = "a statement allows it, and none denies it"
    DENIED = "a statement denies it"
    NOT_ALLOWED = "no statement speaks of it"


@dataclass(frozen=True)
class Request:
    """One action on one resource, and what else is known of the request."""

    action: str
    resource: str  # an ARN
    context: Context = field(default_factory=dict)
    principal: Principal | None = None  # needed where a resource has a policy
    owner: str = ""  # the account of the resource; empty: the principal's own

    @cached_property
    def values(self) -> Values:
        """The context by lower-case key."""
        return {key.lower(): value for key, value in self.context.items()}


def allows(policy: Policy, action: str, resource: str, context: Context | None = None) -> bool:
    """Whether one policy without principals allows this by itself."""
    return said(policy, Request(action, resource, context or {})) is Answer.ALLOWED


def said(policy: Policy, request: Request) -> Answer:
    """A deny is stronger than any allow."""
    if strange := policy.keys() - {"Version", "Id", "Statement"}:
        raise ValueError(f"no elements known here: {sorted(strange)}")
    effects = {one["Effect"] for one in _applying(policy, request)}
    if strange := effects - {"Allow", "Deny"}:
        raise ValueError(f"no effects known here: {sorted(strange)}")
    if "Deny" in effects:
        return Answer.DENIED
    return Answer.ALLOWED if effects else Answer.NOT_ALLOWED


def allowed_as(policy: Policy, request: Request) -> set[Named]:
    """How the statements that allow it mean the request's principal."""
    assert request.principal is not None
    return {
        way
        for one in _applying(policy, request)
        if one["Effect"] == "Allow"
        for way in named(one["Principal"], request.principal)
    }


def names(policy: Policy, action: str) -> bool:
    """Whether any statement speaks of the action, on whatever resource."""
    return any(_speaks_of(one, action) for one in listed(policy["Statement"]))


def listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def _applying(policy: Policy, request: Request) -> Iterator[Mapping[str, Any]]:
    variables = policy.get("Version", "2008-10-17") == "2012-10-17"
    for statement in listed(policy["Statement"]):
        if strange := statement.keys() - ELEMENTS - {"Principal"}:
            raise ValueError(f"no elements known here: {sorted(strange)}")
        try:
            if _applies(statement, request, variables=variables):
                yield statement
        except UnresolvedError:
            continue


def _applies(statement: Mapping[str, Any], request: Request, *, variables: bool) -> bool:
    """A trust policy has no ``Resource``: it speaks of the role that has it."""
    return (
        _speaks_of(statement, request.action)
        and any(
            _is_resource(one, request, variables=variables)
            for one in listed(statement.get("Resource", "*"))
        )
        and ("Principal" not in statement or _means(statement["Principal"], request.principal))
        and hold(statement.get("Condition", {}), request.values, variables=variables)
    )


def _speaks_of(statement: Mapping[str, Any], action: str) -> bool:
    return any(_is_action(one, action) for one in listed(statement["Action"]))


@lru_cache(maxsize=4096)
def _is_action(pattern: str, action: str) -> bool:
    """An action's name has no case, and no variables."""
    return without_variables(pattern.lower(), action.lower())


def _is_resource(pattern: str, request: Request, *, variables: bool) -> bool:
    """Variables stand after the fifth colon alone."""
    head, parts = ":".join(pattern.split(":")[: ARN_PARTS - 1]), pattern.split(":", ARN_PARTS - 1)
    if not variables or (len(parts) < ARN_PARTS and "$" in pattern):
        return without_variables(pattern, request.resource)
    if "$" in head:
        raise ValueError(f"a variable before the fifth colon: {pattern}")
    return matches(pattern, request.resource, request.values)


def _means(element: str | Mapping[str, Any], who: Principal | None) -> bool:
    if who is None:
        raise ValueError("a policy with principals, and nobody who asks")
    return bool(named(element, who))
