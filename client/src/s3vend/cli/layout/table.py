"""The lines of a table: columns that give way where it is wider than the terminal, or records."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from s3vend.cli.layout.width import (
    CUT,
    least,
    lines_of,
    padded,
    shortened,
    width,
    without_accounts,
)

NARROW = 60  # columns below which a table that does not fit is shown as records
SHORT, LONG = 18, 30  # columns of a shortened cell, before other columns are left out; at most
GAP = 2
# What a command takes, what has few characters, and what means nothing without its end.
WHOLE = frozenset(
    {"GRANT", "ID", "KIND", "MAX", "PERMISSION", "SESSION", "STATE", "VEND", "VENDS"}
) | {"ACTION", "EXPIRES", "SINCE", "TIME", "UNTIL", "VALID UNTIL"}
# What is left out, in this order. The first column of a table never is.
LEFT_OUT = (
    *("DESCRIPTION", "LABEL", "SIZE", "OWNER", "VENDS", "EXPIRES", "MAX", "SHARING", "GRANT"),
    *("SINCE", "KIND", "VEND", "PERMISSION", "ACTION"),
)
SHORT_NAMES = {"MAX DURATION": "MAX"}


class Line(NamedTuple):
    """A line, and how `put_table` paints it."""

    text: str
    colour: str | None = None


def table_lines(
    columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int | None
) -> Iterator[Line]:
    """Yield the lines of a table that is at most ``limit`` columns wide; None is any width.

    Where it does not fit, ARNs are shortened, then other texts, then columns are left out; where
    that does not help, or on a narrow terminal, each row is a record.
    """
    texts = [list(columns), *map(list, rows)]
    if limit is None or _width(texts) <= limit:
        yield from _table(texts)
        return
    if limit >= NARROW and (fitting := _fitting(_giving_way(texts), limit)):
        yield from _table(fitting)
        if left_out := [name for name in _giving_way(texts)[0] if name not in fitting[0]]:
            text = f"{CUT} without {', '.join(left_out)}; -o json has all"
            yield from (Line(line, "dim") for line in lines_of(text, limit, GAP))
        return
    yield from _records(columns, rows, limit)


def member_lines(named: Sequence[tuple[str, str]], limit: int | None) -> Iterator[Line]:
    """Yield names and values, one member per line; a value that does not fit has several lines."""
    indent = max((width(name) for name, _ in named), default=0) + GAP
    for name, value in named:
        if limit is not None and max(map(width, value.split()), default=0) > limit - indent:
            yield Line(name)
            yield from (Line(" " * GAP + line) for line in lines_of(value, limit - GAP))
            continue
        for number, line in enumerate(lines_of(value, limit and limit - indent)):
            yield Line(padded("" if number else name, indent) + line)


def _records(columns: Sequence[str], rows: Sequence[Sequence[str]], limit: int) -> Iterator[Line]:
    room = limit - max(map(width, columns)) - GAP
    for number, row in enumerate(rows):
        if number:
            yield Line("")
        cells = [cell if width(cell) <= room else without_accounts(cell) for cell in row]
        present = [(name, cell) for name, cell in zip(columns, cells, strict=True) if cell]
        yield from member_lines(present, limit)


def _giving_way(texts: list[list[str]]) -> list[list[str]]:
    """Return the table with short ARNs and names of columns, and without empty columns."""
    present = [
        [SHORT_NAMES.get(name, name), *map(without_accounts, cells)]
        for name, *cells in zip(*texts, strict=True)
        if any(cells)
    ]
    return [list(row) for row in zip(*present, strict=True)]


def _fitting(texts: list[list[str]], limit: int) -> list[list[str]] | None:
    """Return the table with shortened texts, and fewer columns if need be; None if nothing fits."""
    for at_least, at_most in ((SHORT, LONG), (SHORT, SHORT), (0, LONG)):
        fewer = texts
        for name in (None, *LEFT_OUT):
            if name in fewer[0][1:]:
                at = fewer[0].index(name)
                fewer = [row[:at] + row[at + 1 :] for row in fewer]
            sizes = _shortest(fewer, at_least, at_most)
            if sum(sizes) + GAP * (len(sizes) - 1) <= limit:
                return _shortened(fewer, sizes, limit)
    return None


def _shortest(texts: list[list[str]], at_least: int, at_most: int) -> list[int]:
    """Return the widths of the columns if all texts that may be are shortened between words."""
    return [
        size
        if name in WHOLE
        else min(size, max(at_least, width(name), min(at_most, max(map(least, cells)))))
        for size, (name, *cells) in zip(_widths(texts), zip(*texts, strict=True), strict=True)
    ]


def _shortened(texts: list[list[str]], sizes: list[int], limit: int) -> list[list[str]]:
    """Return the table with shortened texts; what is left of the width goes to the narrowest."""
    widths, wanted = list(sizes), _widths(texts)
    left = limit - sum(sizes) - GAP * (len(sizes) - 1)
    while left and (yielding := [at for at, size in enumerate(wanted) if widths[at] < size]):
        widths[min(yielding, key=lambda at: widths[at])] += 1
        left -= 1
    return [
        [shortened(cell, size) for cell, size in zip(row, widths, strict=True)] for row in texts
    ]


def _table(texts: Sequence[Sequence[str]]) -> Iterator[Line]:
    widths = _widths(texts)
    for number, row in enumerate(texts):
        cells = [padded(cell, size) for cell, size in zip(row, widths, strict=True)]
        yield Line((" " * GAP).join(cells).rstrip(), None if number else "bold")


def _widths(texts: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(width, column)) for column in zip(*texts, strict=True)]


def _width(texts: Sequence[Sequence[str]]) -> int:
    sizes = _widths(texts)
    return sum(sizes) + GAP * (len(sizes) - 1)
