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


def allows(
    policy: Mapping[str, Any], action: str, resource: str, context: Context | None = None
) -> bool:
    """IAM's answer for one policy: an explicit deny wins, what nothing allows is denied."""
    effects = {
        statement["Effect"]
        for statement in listed(policy["Statement"])
        if _applies(statement, action, resource, context or {})
    }
    return effects == {"Allow"}


def listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def _applies(statement: Mapping[str, Any], action: str, resource: str, context: Context) -> bool:
    if unknown := statement.keys() - {"Sid", "Effect", "Action", "Resource", "Condition"}:
        raise ValueError(f"not known here: {sorted(unknown)}")
    return (
        any(matches(one.lower(), action.lower()) for one in listed(statement["Action"]))
        and any(matches(one, resource) for one in listed(statement["Resource"]))
        and all(
            key in context and any(OPERATORS[operator](one, context[key]) for one in listed(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )
