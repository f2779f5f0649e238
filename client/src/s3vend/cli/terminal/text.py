"""Output on stdout: JSON for programs, lines and tables for people."""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import IO, Any

COLOURS = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def printable(text: str) -> str:
    """Return the text with control characters and invisible characters escaped.

    Others choose keys, reasons and claims; they must not control the terminal.
    """
    plain = _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in plain)


def has_colour(stream: IO[str]) -> bool:
    """Whether to use colours: the stream is a terminal, and NO_COLOR is not set."""
    disabled = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not disabled


def paint(text: str, colour: str) -> str:
    """Return the text in a colour, if stdout shows colours."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if has_colour(sys.stdout) else text


def put(line: str = "") -> None:
    """Write a line to stdout. Pass text from others through `printable` first."""
    sys.stdout.write(line + "\n")


def put_json(value: Any) -> None:
    """Write the value to stdout as JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    put(_UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


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
        put(line if number else paint(line, "bold"))


def put_members(named: Sequence[tuple[str, object]]) -> None:
    """Write names and values to stdout, one per line, without those that are empty."""
    present = [(name, value) for name, value in named if value not in (None, "", [], {})]
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
