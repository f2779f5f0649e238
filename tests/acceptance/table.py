"""Prints what was expected and what was observed, for whoever runs it."""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

PLAIN_WIDTH = 240  # in a pipe, lines are not wrapped
WIDE = 120  # columns from which three columns stand side by side without a broken word
INDENT = 4


class Line(NamedTuple):
    """One line of the table; ``measured`` is not compared."""

    step: str
    expected: str
    observed: str
    measured: str = ""

    @property
    def is_as_expected(self) -> bool:
        return self.observed == self.expected


def verdict(lines: Sequence[Line]) -> int:
    """Print the table; return 1 if any line differs or there are none, else 0."""
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else PLAIN_WIDTH)
    if console.width >= WIDE:
        console.print(_table(lines, box.SIMPLE_HEAD if terminal else box.ASCII))
    else:
        _print_narrow(console, lines)
    differing = [line for line in lines if not line.is_as_expected]
    console.print(f"{len(lines) - len(differing)} of {len(lines)} as expected")
    for line in differing:
        console.print(f"DIFFERS: {line.step}", markup=False)
    return 1 if differing or not lines else 0


def _table(lines: Sequence[Line], style: box.Box) -> Table:
    table = Table(box=style)
    for heading in ("step", "expected", "observed"):
        table.add_column(heading, overflow="fold")
    for line in lines:
        table.add_row(Text(line.step), Text(line.expected), _observed(line))
    return table


def _print_narrow(console: Console, lines: Sequence[Line]) -> None:
    """Print a step, and below it what was observed; what was expected, where that differs."""
    for line in lines:
        console.print(Text(line.step))
        if not line.is_as_expected:
            console.print(Padding(Text(f"expected: {line.expected}"), (0, 0, 0, INDENT)))
        console.print(Padding(_observed(line), (0, 0, 0, INDENT)))
    console.print()


def _observed(line: Line) -> Text:
    shown = Text(line.observed, "green" if line.is_as_expected else "bold red")
    return shown.append(f" ({line.measured})", "default") if line.measured else shown
