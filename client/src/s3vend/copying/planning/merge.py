"""Compares two sorted streams name by name, while both hold one entry in memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


class NotSorted(Exception):
    """A stream is not in the order of S3, so it cannot be compared while it arrives."""


def merged(
    left: Iterable[A],
    right: Iterable[B],
    left_name: Callable[[A], str],
    right_name: Callable[[B], str],
) -> Iterator[tuple[A | None, B | None]]:
    """Yield what has the same name in both, or is in one of them alone, in order.

    Names of Python are ordered by code points, which is the order of the bytes of UTF-8.

    Raises:
        NotSorted: a name comes before the one ahead of it.
    """
    lefts, rights = _sorted(left, left_name), _sorted(right, right_name)
    a, b = next(lefts, None), next(rights, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[0] < b[0]):
            assert a is not None
            yield a[1], None
            a = next(lefts, None)
        elif a is None or b[0] < a[0]:
            yield None, b[1]
            b = next(rights, None)
        else:
            yield a[1], b[1]
            a, b = next(lefts, None), next(rights, None)


def _sorted(items: Iterable[A], name_of: Callable[[A], str]) -> Iterator[tuple[str, A]]:
    """Yield the items with their names; of equal names the first.

    Some storages list a key twice where a page ends, which must not look like one that is only on
    one side.
    """
    before = None
    for item in items:
        name = name_of(item)
        if before is not None and name < before:
            raise NotSorted
        if name != before:
            yield name, item
        before = name
