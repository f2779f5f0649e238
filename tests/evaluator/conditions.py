"""Conditions of a statement: all operators and keys must hold, of several values any one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from tests.evaluator.patterns import Values, equals, matches, without_variables

type Context = Mapping[str, str | list[str]]  # what a request says of itself, by condition key
type Compare = Callable[[str, str, Values], bool]  # the policy's value, the request's, variables

ARN_PARTS: Final = 6
QUALIFIERS: Final = ("ForAllValues:", "ForAnyValue:")


def hold(conditions: Mapping[str, Any], values: Values, *, variables: bool) -> bool:
    """``values`` by lower-case key; ``variables`` whether the policy's version knows them."""
    return all(
        _holds(operator, values.get(key.lower()), _listed(wanted), values, variables)
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(
    operator: str,
    given: str | list[str] | None,
    wanted: list[str],
    values: Values,
    variables: bool,
) -> bool:
    if operator == "Null":
        return (given is None or given == []) is (wanted == ["true"])
    qualifier = next((one for one in QUALIFIERS if operator.startswith(one)), "")
    name = operator.removeprefix(qualifier)
    if name.endswith("IfExists") and given is None:
        return True
    negated, compare = _operator(name.removesuffix("IfExists"))
    if not variables:
        compare = _literally(compare)

    def one(value: str) -> bool:
        return any(compare(each, value, values) for each in wanted) is not negated

    if qualifier:
        present = [value for value in _listed(given or []) if value]
        return all(map(one, present)) if qualifier == "ForAllValues:" else any(map(one, present))
    if isinstance(given, list):
        raise TypeError(f"{operator} of several values needs ForAllValues or ForAnyValue")
    return negated if given is None else one(given)


def _operator(name: str) -> tuple[bool, Compare]:
    """Whether it is negated, and what it compares."""
    plain = "".join(name.split("Not", 1))
    if plain not in OPERATORS or (name != plain and plain.startswith(("Date", "Bool"))):
        raise ValueError(f"no operator known here: {name}")
    return name != plain, OPERATORS[plain]


def _literally(compare: Compare) -> Compare:
    """Variables came with version 2012-10-17; before, ``$`` is a character as any other."""
    if compare is equals:
        return lambda wanted, given, _: wanted == given
    if compare is matches:
        return lambda wanted, given, _: without_variables(wanted, given)
    return compare


def _arn(wanted: str, given: str, values: Values) -> bool:
    """Each of the six parts by itself: a wildcard does not reach over a colon."""
    patterns, parts = wanted.split(":", ARN_PARTS - 1), given.split(":", ARN_PARTS - 1)
    return len(patterns) == len(parts) == ARN_PARTS and all(
        matches(pattern, part, values) for pattern, part in zip(patterns, parts, strict=True)
    )


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def _time(text: str) -> datetime:
    """ISO 8601, or seconds since 1970."""
    if text.isdigit() and len(text) > len("2026"):
        return datetime.fromtimestamp(int(text), UTC)
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


OPERATORS: Final[dict[str, Compare]] = {
    "StringEquals": equals,
    "StringLike": matches,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "IpAddress": lambda wanted, given, _: ip_address(given) in _network(wanted),
    "DateLessThan": lambda wanted, given, _: _time(given) < _time(wanted),
    "DateGreaterThan": lambda wanted, given, _: _time(given) > _time(wanted),
    "NumericLessThanEquals": lambda wanted, given, _: float(given) <= float(wanted),
    "Bool": lambda wanted, given, _: wanted.lower() == given.lower(),
}
