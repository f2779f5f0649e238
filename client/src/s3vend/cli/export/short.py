"""The short forms in which people write members of a document, as docs/reference.md has them."""

from collections.abc import Mapping
from typing import Any

from s3vend.cli.terminal.text import duration_text

Members = Mapping[str, Any]

DURATIONS = ("maxDuration", "maxTokenLifetime")
SIZES = ("maxObjectSize",)
UNITS = {"TiB": 1024**4, "GiB": 1024**3, "MiB": 1024**2, "KiB": 1024}
# What version 1 of the document means where a member is absent; the service answers with it.
DEFAULTS: "dict[str, Members]" = {
    "issuers": {
        "subjectClaim": "sub",
        "claims": [],
        "algorithms": ["RS256"],
        "maxTokenLifetime": 3600,
    }
}


def short_entry(kind: str, entry: Members) -> Members:
    """Return an entry of a list with its durations and sizes as text, and without defaults."""
    defaults = DEFAULTS.get(kind, {})
    return {
        name: _short(name, value)
        for name, value in entry.items()
        if name not in defaults or defaults[name] != value
    }


def _short(name: str, value: Any) -> Any:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if name in DURATIONS:
        return duration_text(value)
    if name in SIZES:
        return next(
            (f"{value // size}{unit}" for unit, size in UNITS.items() if not value % size), value
        )
    return value
