"""Output on stdout: JSON for programs, lines and tables for people.

Others choose much of it: keys, reasons, claims, URLs, the names of members. So `put` escapes every
line, and is the only function that writes to stdout. At a terminal, texts, members and tables are
as wide as it is; elsewhere nothing is shortened or broken.
"""

import json
import os
import sys
from collections.abc import Sequence
from typing import IO, Any, NamedTuple

from s3vend.cli.layout.table import Line, member_lines, table_lines
from s3vend.cli.layout.width import columns_of, spans_of
from s3vend.printable import is_shown, printable

FORCING = ("CLICOLOR_FORCE", "FORCE_COLOR")
COLOURS = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
COLOURS["code"] = "38;5;231;48;5;16"  # white on black in every theme of a terminal


class Painted(NamedTuple):
    """A part of a line, in a colour where stdout shows colours."""

    text: str
    colour: str


def has_colour(stream: IO[str]) -> bool:
    """Whether to use colours: where the stream is a terminal, unless variables say otherwise.

    NO_COLOR comes first, then CLICOLOR_FORCE and FORCE_COLOR, then CLICOLOR and TERM.
    """
    variables = os.environ
    if variables.get("NO_COLOR"):
        return False
    if any(variables.get(name, "0") not in ("", "0") for name in FORCING):
        return True
    unwanted = variables.get("TERM") == "dumb" or variables.get("CLICOLOR") == "0"
    return stream.isatty() and not unwanted


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
    return painted(printable(part.text), part.colour, sys.stdout)


def painted(text: str, colour: str, stream: IO[str]) -> str:
    """Return a printable text in a colour, where the stream shows colours."""
    return f"\x1b[{COLOURS[colour]}m{text}\x1b[0m" if has_colour(stream) else text


def put_json(value: Any) -> None:
    """Write the value to stdout as JSON, with the same characters escaped as JSON does."""
    is_unicode = _encoding().lower().startswith("utf")
    for line in json.dumps(value, indent=2, ensure_ascii=not is_unicode).split("\n"):
        put(_escaped(line))


def as_json_line(value: Any) -> str:
    """Return the value as JSON in one line, escaped in the same way."""
    return _escaped(json.dumps(value, ensure_ascii=False))


def _escaped(text: str) -> str:
    return "".join(char if is_shown(char) else json.dumps(char)[1:-1] for char in text)


def as_text(value: object) -> str:
    """Return a value of an answer as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (dict, list)):
        return printable(json.dumps(value, ensure_ascii=False))
    return printable(str(value))


def put_text(*parts: "str | Painted", hang: int = 0) -> None:
    """Write a text to stdout; at a terminal, as lines that end between words.

    The lines after the first are indented by ``hang``.
    """
    painted = [part if isinstance(part, Painted) else Painted(part, "") for part in parts]
    shown = [Painted(printable(part.text), part.colour) for part in painted]
    text, limit = "".join(part.text for part in shown), columns_of(sys.stdout)
    for number, (start, end) in enumerate(spans_of(text, limit, hang)):
        line, at = list["str | Painted"]([" " * hang] if number else []), 0
        for part in shown:
            own = part.text[max(start - at, 0) : max(end - at, 0)]
            line.append(Painted(own, part.colour) if own and part.colour else own)
            at += len(part.text)
        put(*line)


def put_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table to stdout; at a terminal that is not as wide, with less in it, or as records.

    `table` says which columns give way.
    """
    texts = [[as_text(cell) for cell in row] for row in rows]
    for line in table_lines(columns, texts, columns_of(sys.stdout)):
        _put_line(line)


def put_members(named: Sequence[tuple[str, object]]) -> None:
    """Write names and values to stdout, one per line, without those that are empty."""
    present = [
        (as_text(name), as_text(value)) for name, value in named if value not in (None, "", [], {})
    ]
    for line in member_lines(present, columns_of(sys.stdout)):
        _put_line(line)


def _put_line(line: Line) -> None:
    put(Painted(line.text, line.colour) if line.colour else line.text)


def duration_text(seconds: object) -> str:
    """Return seconds in the notation of `vending.yaml`, such as `15m`."""
    if not isinstance(seconds, int):
        return ""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def counted(count: int, what: str) -> str:
    """Return so many of what is counted, such as `1 file` or `2,000 files`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
