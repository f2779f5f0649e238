"""Foresees the names of a walk, so that the list of the other side can be read in spans.

The names come from the directories alone. So another thread looks at the files while the service
signs the list and S3 sends it.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from s3vend.listing.spans import PAGE, SPANS
from s3vend.transfer.crew import Stopped
from s3vend.transfer.many.ahead import ahead
from s3vend.tree.found import Found

CHUNK = 250  # files that one thread hands to the other at once


class Foreseen:
    """The likely names of the files of a walk, in its order."""

    def __init__(self, names: Iterable[str]) -> None:
        self._left, self._ahead = iter(names), list[str]()

    def names_after(self, name: str) -> Sequence[str]:
        """Return every 1,000th name that comes after a name, and not the last one.

        As many names are read as the list reads at once. Call it with names in order.
        """
        self._ahead = [one for one in self._ahead if one > name]
        following: Iterator[str] = (one for one in self._left if one > name)
        self._ahead += islice(following, SPANS * PAGE - len(self._ahead))
        return self._ahead[PAGE - 1 : -1 : PAGE]


def walked_ahead(walk: Iterator[Found]) -> Iterator[Found]:
    """Yield what a walk finds; another thread walks on, as far as the list is read at once."""
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            raise Stopped

    chunks = iter(lambda: list(islice(walk, CHUNK)), [])
    try:
        for chunk in ahead(chunks, SPANS * PAGE // CHUNK, check):
            yield from chunk
    finally:
        stop.set()
