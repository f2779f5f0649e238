"""What is written to stdout: JSON for programs, lines and tables for people."""

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import IO, Any

COLOURS = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
_UNSEEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def printable(text: str) -> str:
    """The text without what steers a terminal or hides: others choose keys, reasons and claims."""
    plain = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in plain)


def has_colour(stream: IO[str]) -> bool:
    """Whether colours are welcome: a terminal, and no NO_COLOR."""
    dull = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not dull


def paint(text: str, colour: str) -> str:
    """The text in a colour, where stdout takes it."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if has_colour(sys.stdout) else text


def put(line: str = "") -> None:
    """A line of output; it may have colours of `paint`, so what others wrote is `printable`."""
    sys.stdout.write(line + "\n")


def put_json(value: Any) -> None:
    """The value as JSON, by the server's names."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    put(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def as_text(value: object) -> str:
    """A value of an answer on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return printable(json.dumps(value, ensure_ascii=False))
    return printable(str(value))


def put_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows below their titles, each column as wide as it has to be; nothing is cut off."""
    texts = [[as_text(one) for one in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    for number, row in enumerate([list(columns), *texts]):
        cells = [one.ljust(width) for one, width in zip(row, widths, strict=True)]
        line = "  ".join(cells).rstrip()
        put(line if number else paint(line, "bold"))


def put_members(named: Sequence[tuple[str, object]]) -> None:
    """Names and values below each other; what is absent is left out."""
    there = [(name, value) for name, value in named if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in there), default=0)
    for name, value in there:
        put(f"{name.ljust(width)}  {as_text(value)}")


def duration_text(seconds: object) -> str:
    """Seconds as `vending.yaml` writes them."""
    if not isinstance(seconds, int):
        return ""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
