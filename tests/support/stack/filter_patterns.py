"""What a JSON filter pattern of CloudWatch Logs matches, from AWS's documentation alone.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

Known here: ``{ }``, parentheses, ``&&``, ``||``, and ``=`` and ``!=`` of a property and a text in
quotes, in which ``*`` is any run of characters. Everything else is a ``ValueError``, never an
answer: numbers, regular expressions in ``%``, ``IS``, ``EXISTS``, escapes, arrays and patterns of
words, which match anywhere in a line.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

CHARACTERS: Final = 1024
_TOKEN: Final = re.compile(r'\s*(\(|\)|&&|\|\||!?=|\$(?:\.\w+)+|"[^"\\%]*")')


@dataclass(frozen=True)
class Comparison:
    """A property, and the text that it has to be (or not)."""

    path: tuple[str, ...]
    wanted: str
    negated: bool

    def holds(self, event: Any) -> bool:
        """A property that is missing, or is no text, is equal to nothing."""
        found = event
        for name in self.path:
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, str):
            return False
        pattern = ".*".join(map(re.escape, self.wanted.split("*")))
        return (re.fullmatch(pattern, found, re.DOTALL) is not None) is not self.negated


@dataclass(frozen=True)
class Joined:
    """Expressions that are joined by one operator."""

    operator: str
    parts: tuple["Comparison | Joined", ...]

    def holds(self, event: Any) -> bool:
        answers = [part.holds(event) for part in self.parts]
        return all(answers) if self.operator == "&&" else any(answers)

    def comparisons(self) -> list[Comparison]:
        """All comparisons in it, from left to right."""
        return [
            one
            for part in self.parts
            for one in (part.comparisons() if isinstance(part, Joined) else [part])
        ]


def matches(pattern: str, line: str) -> bool:
    """Whether a log event is one that the pattern finds; text that is no JSON never is."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    return parsed(pattern).holds(event)


def parsed(pattern: str) -> Joined:
    """The expression; raises ``ValueError`` for what is not known here."""
    text = pattern.strip()
    if len(pattern) > CHARACTERS or not (text.startswith("{") and text.endswith("}")):
        raise ValueError(f"not a JSON pattern: {pattern}")
    tokens = _tokens(text[1:-1].strip())
    expression = _expression(tokens)
    if tokens:
        raise ValueError(f"not understood: {tokens}")
    return expression


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    while text:
        if not (match := _TOKEN.match(text)):
            raise ValueError(f"not understood: {text}")
        found.append(match[1])
        text = text[match.end() :].rstrip()
    return found


def _expression(tokens: list[str]) -> Joined:
    """Operators of two kinds need parentheses: the documentation's order is not relied upon."""
    parts: list[Comparison | Joined] = [_part(tokens)]
    operators: set[str] = set()
    while tokens and tokens[0] in ("&&", "||"):
        operators.add(tokens.pop(0))
        parts.append(_part(tokens))
    if len(operators) > 1:
        raise ValueError("&& and || without parentheses")
    return Joined(operators.pop() if operators else "&&", tuple(parts))


def _part(tokens: list[str]) -> Comparison | Joined:
    if tokens[:1] == ["("]:
        tokens.pop(0)
        inner = _expression(tokens)
        if tokens[:1] != [")"]:
            raise ValueError("a parenthesis stays open")
        tokens.pop(0)
        return inner
    match tokens[:3]:
        case [property_, "=" | "!=" as operator, value] if property_[0] == "$" and value[0] == '"':
            del tokens[:3]
            return Comparison(tuple(property_.split(".")[1:]), value[1:-1], operator == "!=")
    raise ValueError(f"not understood: {tokens}")
