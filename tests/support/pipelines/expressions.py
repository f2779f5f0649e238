"""GitHub's expressions, as far as our action and the workflows of the pages have them."""

import re
from collections.abc import Mapping
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.+?)\}\}")
_OPERATORS = ("||", "&&", "==", "!=")


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """The text with the values of its expressions."""
    return _EXPRESSION.sub(lambda found: _as_text(value(found[1], contexts)), text)


def value(expression: str, contexts: Mapping[str, Any]) -> Any:
    """The value of an expression; a path that leads nowhere is empty."""
    expression = expression.strip()
    for operator in _OPERATORS:
        left, found, right = expression.partition(operator)
        if found:
            first = value(left, contexts)
            if operator in ("||", "&&"):
                return first if bool(first) is (operator == "||") else value(right, contexts)
            return (first == value(right, contexts)) is (operator == "==")
    if expression[:1] == "'":
        return expression.strip("'")
    if expression == "always()":
        return True
    assert re.fullmatch(r"[\w.-]+", expression), f"an expression that is not known: {expression}"
    found_value: Any = contexts
    for part in expression.split("."):
        found_value = found_value.get(part, "") if isinstance(found_value, Mapping) else ""
    return found_value


def _as_text(found: object) -> str:
    return {True: "true", False: "false", None: ""}.get(found, str(found)) if isinstance(found, bool | None) else str(found)  # fmt: skip
