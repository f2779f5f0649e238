"""Chooses the fewest rows of a table that together have every column; ``closest`` calls it."""

from collections.abc import Sequence


def fewest(covering: Sequence[Sequence[bool]], most: int) -> tuple[int, ...] | None:
    """The positions of the fewest rows that together cover all columns; None: more than ``most``.

    Of several choices, the one whose rows for the first columns come first; in rising order.
    """
    rows: dict[frozenset[int], int] = {}  # of equal rows, the first is enough
    for position, row in enumerate(covering):
        rows.setdefault(frozenset(column for column, covers in enumerate(row) if covers), position)
    columns = frozenset(range(len(covering[0]))) if covering else frozenset[int]()
    for count in range(1, most + 1):
        if chosen := _choose(columns, rows, count):
            return tuple(sorted(chosen))
    return None


def _choose(
    left: frozenset[int], rows: dict[frozenset[int], int], count: int
) -> tuple[int, ...] | None:
    """At most ``count`` rows that cover what is ``left``."""
    if not left:
        return ()
    if not count:
        return None
    first = min(left)
    for covered, position in rows.items():
        if first in covered:
            rest = _choose(left - covered, rows, count - 1)
            if rest is not None:
                return (position, *rest)
    return None
