"""Text with wildcards and policy variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from collections.abc import Mapping
from functools import lru_cache

type Values = Mapping[str, str | list[str]]  # by lower-case name: keys of conditions have no case

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"(.+?), '(.*)'", re.DOTALL)
_WILD = {"*": ".*", "?": "."}
_NONE: Values = {}


class UnresolvedError(Exception):
    """A variable without a value: the statement has no effect."""


def matches(pattern: str, text: str, values: Values = _NONE) -> bool:
    """``*`` is any run, also across ``/`` and ``:``; ``?`` any one; ``${*}`` and others literal."""
    return _compiled(resolved(pattern, values)).fullmatch(text) is not None


def without_variables(pattern: str, text: str) -> bool:
    """As for actions, and for policies of before 2012-10-17: ``$`` is a character as any other."""
    return _compiled(((True, pattern),)).fullmatch(text) is not None


def equals(wanted: str, text: str, values: Values = _NONE) -> bool:
    """Variables, but no wildcards."""
    return "".join(part for _, part in resolved(wanted, values)) == text


def resolved(pattern: str, values: Values) -> tuple[tuple[bool, str], ...]:
    """The parts of a pattern; True where ``*`` and ``?`` are wildcards.

    Replaced once, from left to right: what a variable stands for is not looked at again, and
    AWS does not say that a wildcard in it is one.
    """
    return tuple(
        (wild, part) if wild else (False, _value(part, values)) for wild, part in _parts(pattern)
    )


def _value(variable: str, values: Values) -> str:
    if variable in ("*", "?", "$"):
        return variable
    default = _DEFAULT.fullmatch(variable)
    value = values.get((default[1] if default else variable).lower())
    if isinstance(value, str):
        return value
    if default and value is None:
        return default[2]
    raise UnresolvedError(variable)


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[tuple[bool, str], ...]:
    # re.split with a group: text and names of variables in turns.
    return tuple((not place % 2, part) for place, part in enumerate(_VARIABLE.split(pattern)))


@lru_cache(maxsize=4096)
def _compiled(parts: tuple[tuple[bool, str], ...]) -> re.Pattern[str]:
    expression = "".join(
        _WILD.get(character, re.escape(character)) if wild else re.escape(character)
        for wild, part in parts
        for character in part
    )
    return re.compile(expression, re.DOTALL)
