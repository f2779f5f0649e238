"""Which keys a grant opens: a location whose path segments may be variables of the caller."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from vending.location import Location

VARIABLES = ("caller.name", "caller.kind", "caller.account")

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """A location in which ``${NAME}`` stands for one whole path segment, never for the bucket."""

    unfilled: Location

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``ValueError`` for a location or a variable that is not allowed."""
        scope = cls(Location.parse(text))
        scope.fill(dict.fromkeys(VARIABLES, "x"))
        return scope

    @property
    def bucket(self) -> str:
        return self.unfilled.bucket

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in this scope."""
        return frozenset(_VARIABLE.findall(self.unfilled.key))

    def fill(self, values: Mapping[str, str]) -> Location:
        """The location for one caller.

        Raises ``ValueError`` where a value is missing or is not exactly one path segment.
        """
        segments = (
            _value(values, _variable(segment)) if "${" in segment else segment
            for segment in self.unfilled.key.split("/")
        )
        return Location(self.bucket, "/".join(segments), self.unfilled.is_prefix)

    def covers(self, other: "Scope") -> bool:
        """Whether ``other``, filled for any caller, is within this one filled for the same."""
        return self.unfilled.covers(other.unfilled)

    def __str__(self) -> str:
        return str(self.unfilled)


def _variable(segment: str) -> str:
    match = _VARIABLE.fullmatch(segment)
    if not match:
        raise ValueError("a variable fills one whole path segment: s3://bucket/${caller.name}/*")
    if match[1] not in VARIABLES:
        raise ValueError(f"no such variable; there are {', '.join(VARIABLES)}")
    return match[1]


def _value(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value or "/" in value or value in (".", ".."):
        raise ValueError(f"the caller's {name} is not one path segment")
    return value
