"""Which keys a grant opens: a location whose path segments may be variables of the caller."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from vending.location import SCHEME, Location, check_bucket, split

VARIABLES = ("caller.name", "caller.account")

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")


@dataclass(frozen=True, slots=True)
class Scope:
    """A location in which ``${NAME}`` stands for one whole path segment, never for the bucket."""

    bucket: str
    key: str  # with variables unfilled
    is_prefix: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ``ValueError`` for a location or a variable that is not allowed."""
        bucket, key, is_prefix = split(text)
        check_bucket(bucket)
        scope = cls(bucket, key, is_prefix)
        for segment in key.split("/"):
            if "${" in segment:
                _variable(segment)
        scope.fill(dict.fromkeys(VARIABLES, "x"))
        return scope

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in this scope."""
        return frozenset(_VARIABLE.findall(self.key))

    def fill(self, values: Mapping[str, str]) -> Location:
        """The location for one caller.

        Raises ``ValueError`` where a value is missing or is not exactly one path segment.
        """
        segments = (
            _value(values, _variable(segment)) if "${" in segment else segment
            for segment in self.key.split("/")
        )
        return Location(self.bucket, "/".join(segments), self.is_prefix)

    def covers(self, other: "Scope") -> bool:
        """Whether ``other``, filled for any caller, is within this one filled for the same."""
        if self.bucket != other.bucket:
            return False
        if self.is_prefix:
            return other.key.startswith(self.key)
        return not other.is_prefix and other.key == self.key

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.key}{'*' if self.is_prefix else ''}"


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
