"""A grant's scope: keys whose path segments may be variables that the caller fills."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from vending.grants.keys import Keys

IAM_VARIABLES = ("caller.name", "caller.kind", "caller.account")
CLAIM = "claim."
CLAIM_NAME = "[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}"
PATH = ":path"  # after a claim's name: the claim may fill several segments

_VARIABLE = re.compile(r"\$\{([^${}]*)\}")
_CLAIM_VARIABLE = re.compile(re.escape(CLAIM) + CLAIM_NAME)


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
    def variables(self) -> frozenset[str]:
        """The names of the variables in this scope, without ``:path``."""
        names = _VARIABLE.findall(self.unfilled.key)
        return frozenset(name.removesuffix(PATH) for name in names)

    @property
    def nested(self) -> tuple[str, ...]:
        """The names of the variables that may fill several segments, without ``:path``."""
        names = _VARIABLE.findall(self.unfilled.key)
        return tuple(name.removesuffix(PATH) for name in names if name.endswith(PATH))

    def fill(self, values: Mapping[str, object]) -> Keys:
        """Return the keys for one caller; ``values`` are its variables, by name.

        Raises ``ValueError`` if a value is missing or does not fill whole segments.
        """
        segments = (
            _value(values, _variable(segment)) if "${" in segment else segment
            for segment in self.unfilled.key.split("/")
        )
        return Keys(self.bucket, "/".join(segments), self.unfilled.is_prefix)

    def covers(self, other: "Scope") -> bool:
        """Whether this scope covers ``other`` for every caller that fills both."""
        return self.unfilled.covers(other.unfilled)

    def __str__(self) -> str:
        return str(self.unfilled)


def _variable(segment: str) -> str:
    match = _VARIABLE.fullmatch(segment)
    if not match:
        raise ValueError(
            "a variable must fill a whole path segment, as in s3://bucket/${caller.name}/*"
        )
    name = match[1]
    if name not in IAM_VARIABLES and not _CLAIM_VARIABLE.fullmatch(name.removesuffix(PATH)):
        raise ValueError(
            f"unknown variable; use {', '.join(IAM_VARIABLES)}, claim.NAME or claim.NAME{PATH}"
        )
    return name


def _value(values: Mapping[str, object], variable: str) -> str:
    name = variable.removesuffix(PATH)
    value = values.get(name)
    segments = value.split("/") if isinstance(value, str) else []
    if (
        not segments
        or (len(segments) > 1 and not variable.endswith(PATH))
        or any(segment in ("", ".", "..") for segment in segments)
    ):
        raise ValueError(f"the caller's {name} does not fill whole path segments")
    return "/".join(segments)
