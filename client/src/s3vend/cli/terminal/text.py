"""Output on stdout: JSON for programs, lines and tables for people.

Others choose much of it: keys, reasons, claims, URLs, the names of members. So `put` escapes every
line, and is the only function that writes to stdout.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from s3vend.printable import is_shown, printable

COLOURS = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Painted:
    """A part of a line, in a colour where stdout shows colours."""

    text: str
    colour: str


def has_colour(stream: IO[str]) -> bool:
    """Whether to use colours: the stream is a terminal, and NO_COLOR is not set."""
    disabled = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not disabled


def put(*parts: "str | Painted") -> None:
    """Write one line to stdout, with everything escaped that could control a terminal.

    What stdout cannot encode is escaped too, as on Windows or in a log that is ASCII.
    """
    line, encoding = "".join(map(_shown, parts)), _encoding()
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"


def _shown(part: "str | Painted") -> str:
    if isinstance(part, str):
        return printable(part)
    text = printable(part.text)
    return f"\x1b[{COLOURS[part.colour]}m{text}\x1b[0m" if has_colour(sys.stdout) else text


def put_json(value: Any) -> None:
    """Write the value to stdout as JSON, with the same characters escaped as JSON does."""
    is_unicode = _encoding().lower().startswith("utf")
    for line in json.dumps(value, indent=2, ensure_ascii=not is_unicode).split("\n"):
        put("".join(char if is_shown(char) else json.dumps(char)[1:-1] for char in line))


def as_text(value: object) -> str:
    """Return a value of an answer as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return printable(json.dumps(value, ensure_ascii=False))
    return printable(str(value))


def put_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table to stdout. Each column is as wide as its longest cell; nothing is cut off."""
    texts = [[as_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    for number, row in enumerate([list(columns), *texts]):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        put(line if number else Painted(line, "bold"))


def put_members(named: Sequence[tuple[str, object]]) -> None:
    """Write names and values to stdout, one per line, without those that are empty."""
    present = [(as_text(name), value) for name, value in named if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in present), default=0)
    for name, value in present:
        put(f"{name.ljust(width)}  {as_text(value)}")


def duration_text(seconds: object) -> str:
    """Return seconds in the notation of `vending.yaml`, such as `15m`."""
    if not isinstance(seconds, int):
        return ""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
