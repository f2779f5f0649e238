"""A grant's scope: keys whose path segments may be variables that the caller fills."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

from vending.grants.keys import Keys

IAM_VARIABLES = ("caller.name", "caller.kind", "caller.account")
CLAIM = "claim."
CLAIM_NAME = "[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}"
PATH = ":path"  # after a claim's name: the claim may fill several segments
UNFIT = frozenset({"", ".", ".."})  # segments that no variable is filled with

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_CLAIM_VARIABLE = re.escape(CLAIM) + CLAIM_NAME


class Variable(NamedTuple):
    """A variable that is a segment of a scope; ``is_path``: it may fill several."""

    name: str  # without ``:path``
    is_path: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Keys in which ``${NAME}`` is a variable for one whole path segment, never for the bucket.

    ``${claim.NAME:path}`` is a variable for one or more segments.
    """

    unfilled: Keys

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse ``s3://`` text; raises ``ValueError`` for keys or a variable not allowed."""
        scope = cls(Keys.parse(text))
        scope.fill(dict.fromkeys(scope.variables, "x"))
        return scope

    @property
    def bucket(self) -> str:
        return self.unfilled.bucket

    @property
    def is_fixed(self) -> bool:
        """Whether it has no variables, and so is the same for every caller."""
        return "${" not in self.unfilled.key

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables in this scope, without ``:path``."""
        names = _VARIABLE.findall(self.unfilled.key)
        return frozenset(name.removesuffix(PATH) for name in names)

    @property
    def nested(self) -> tuple[str, ...]:
        """The names of the variables that may fill several segments, without ``:path``."""
        names = _VARIABLE.findall(self.unfilled.key)
        return tuple(name.removesuffix(PATH) for name in names if name.endswith(PATH))

    def segments(self) -> Iterator["str | Variable"]:
        """Yield the segments of the key; raises ``ValueError`` for a variable not allowed."""
        for segment in self.unfilled.key.split("/"):
            yield _variable(segment) if "${" in segment else segment

    def fill(self, values: Mapping[str, object]) -> Keys:
        """Return the keys for one caller; ``values`` are its variables, by name.

        Raises ``ValueError`` if a value is missing or does not fill whole segments.
        """
        if self.is_fixed:
            return self.unfilled
        segments = (
            _value(values, segment) if isinstance(segment, Variable) else segment
            for segment in self.segments()
        )
        return Keys(self.bucket, "/".join(segments), self.unfilled.is_prefix)

    def opens(self, keys: Keys, values: Mapping[str, object]) -> bool:
        """Whether it covers all of the keys, filled for one caller; not if it cannot be filled."""
        try:
            return self.fill(values).covers(keys)
        except ValueError:
            return False

    def covers(self, other: "Scope") -> bool:
        """Whether this scope covers ``other`` for every caller that fills both."""
        return self.unfilled.covers(other.unfilled)

    def __str__(self) -> str:
        return str(self.unfilled)


def _variable(segment: str) -> Variable:
    match = _VARIABLE.fullmatch(segment)
    if not match:
        raise ValueError(
            "a variable must fill a whole path segment, as in s3://bucket/${caller.name}/*"
        )
    name = match[1]
    if name not in IAM_VARIABLES and not re.fullmatch(_CLAIM_VARIABLE, name.removesuffix(PATH)):
        raise ValueError(
            f"unknown variable; use {', '.join(IAM_VARIABLES)}, claim.NAME or claim.NAME{PATH}"
        )
    return Variable(name.removesuffix(PATH), is_path=name.endswith(PATH))


def _value(values: Mapping[str, object], variable: Variable) -> str:
    value = values.get(variable.name)
    count = segments_of(value) if isinstance(value, str) else 0
    if not isinstance(value, str) or not count or (count > 1 and not variable.is_path):
        raise ValueError(f"the caller's {variable.name} does not fill whole path segments")
    return value


def segments_of(text: str) -> int:
    """The number of segments that a variable with this text fills; 0: it fills none."""
    segments = text.split("/")
    return len(segments) if UNFIT.isdisjoint(segments) else 0
