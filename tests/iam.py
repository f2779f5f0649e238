"""IAM's semantics for the policies that we write, from AWS's documentation.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

type Context = Mapping[str, str]


def matches(pattern: str, text: str) -> bool:
    """``*`` is any run, also across ``/``; ``?`` any one; ``${*}``, ``${?}``, ``${$}`` literal."""
    parts = re.findall(r"\$\{[*?$]\}|.", pattern, flags=re.DOTALL)
    spelled = {"*": ".*", "?": "."}
    expression = "".join(
        spelled.get(part, re.escape(part[2] if len(part) == 4 else part)) for part in parts
    )
    return re.fullmatch(expression, text, flags=re.DOTALL) is not None


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, given: wanted == given,
    "StringLike": matches,
    "IpAddress": lambda wanted, given: ip_address(given) in ip_network(wanted),
    "DateLessThan": lambda wanted, given: (
        datetime.fromisoformat(given) < datetime.fromisoformat(wanted)
    ),
}


def allows(policy: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    """Whether the policy allows it: some statement does, and none denies."""
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if _applies(statement, action, resource, context)
    }
    return effects == {"Allow"}


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    return (
        any(matches(one.lower(), action.lower()) for one in _listed(statement["Action"]))
        and any(matches(one, resource) for one in _listed(statement["Resource"]))
        and all(
            key in context
            and any(OPERATORS[operator](one, context[key]) for one in _listed(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _listed(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values
