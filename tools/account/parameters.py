"""The parameters that a stack is given, and whether it takes them: for every target of an account.

They are those of samconfig.toml and further ones of the command line.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from local.stack import template
from vending.nearly import did_you_mean

ROOT: Final = Path(__file__).resolve().parents[2]


@cache
def whole_template() -> Mapping[str, Any]:
    """Return the project's template, read once; nobody may change it."""
    return template.read(ROOT / "template.yaml")


def chosen(configuration: str, further: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Return the stack's name and its parameters: those configured, and further ``Name=Value``.

    Raises ``ValueError`` for a configuration that samconfig.toml does not have, and for a parameter
    that the stack does not have or take.
    """
    found = _configured(configuration)
    own = _pairs(further)
    values = {**dict(map(_pair, found["parameter_overrides"])), **own}
    check(values)
    return found["stack_name"], values


def check(values: Mapping[str, str]) -> None:
    """Raise ``ValueError`` for a parameter that the stack does not have or take."""
    known = whole_template()["Parameters"]
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"the stack has no parameter {name}{did_you_mean(name, known)}")
        if not _takes(known[name], value):
            raise ValueError(f"{name} cannot be {value!r}; use: {_expected(known[name])}")


def _configured(name: str) -> dict[str, Any]:
    written = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    stacks = dict(_stacks(written))
    if name not in stacks:
        raise ValueError(
            f"samconfig.toml has no configuration {name!r} with a stack; use {', '.join(stacks)}"
        )
    return stacks[name]


def _stacks(written: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, commands in written.items():
        if isinstance(commands, dict):
            parameters = commands.get("global", {}).get("parameters", {})
            if "stack_name" in parameters:
                yield name, parameters


def _pairs(written: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in map(_pair, written):
        if name in found:
            raise ValueError(f"{name} is given twice; give it once")
        found[name] = value
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(
            f"{text!r} is not a parameter; write Name=Value, and a list without blanks: A=b,c"
        )
    return name, value.strip('"')


def _takes(declared: Mapping[str, Any], value: str) -> bool:
    """Whether CloudFormation accepts the value; of a list, each member has to fit."""
    if declared["Type"] == "CommaDelimitedList":
        return all(_fits(declared, one.strip()) for one in value.split(","))
    return _fits(declared, value)


def _fits(declared: Mapping[str, Any], value: str) -> bool:
    if "AllowedValues" in declared:
        return value in map(str, declared["AllowedValues"])
    if declared["Type"] == "Number":
        most = declared.get("MaxValue", float("inf"))
        return value.isdecimal() and declared["MinValue"] <= int(value) <= most
    short = len(value) <= declared.get("MaxLength", len(value))
    return short and bool(re.search(declared.get("AllowedPattern", ""), value))


def _expected(declared: Mapping[str, Any]) -> str:
    """Return what the stack takes, as its template says it."""
    if "AllowedValues" in declared:
        return ", ".join(map(str, declared["AllowedValues"]))
    if declared["Type"] == "Number":
        most = f" to {declared['MaxValue']}" if "MaxValue" in declared else " or more"
        return f"a number, {declared['MinValue']}{most}"
    words = (declared.get(one) for one in ("ConstraintDescription", "Description"))
    return next(filter(None, words), f"text that matches {declared['AllowedPattern']}")
