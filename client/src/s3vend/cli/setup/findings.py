"""A finding of `s3vend doctor`: what a check found, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from s3vend.cli.terminal.refusal import code_of
from s3vend.errors import S3VendError


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check: its level (`ok`, `warn` or `fail`), the detail, and what to do."""

    level: str
    check: str
    detail: str
    advice: str = ""
    code: int = 0  # the exit code, for the level `fail`
    rule: Mapping[str, Any] = field(default_factory=dict)  # of CORS, which the advice is about

    def as_json(self) -> dict[str, Any]:
        """Return the members of the JSON output."""
        members = {
            "level": self.level,
            "check": self.check,
            "detail": self.detail,
            "do": self.advice,
            "rule": self.rule,
        }
        return {name: value for name, value in members.items() if value}


def failure(check: str, error: S3VendError) -> Finding:
    """Return the finding for an error: its first line is the detail, the others are the advice."""
    first, _, rest = str(error).partition("\n")
    return Finding("fail", check, first, " ".join(rest.split()), code_of(error))
