"""Reads the files of a walk ahead, so that the list of the other side knows what to expect."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from s3vend.listing.spans import PAGE, SPANS
from s3vend.tree.found import Found, LocalFile


class Foreseen(Iterator[Found]):
    """The files of a walk, in its order; as many are read ahead as the list reads at once."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._left, self._ahead = iter(found), deque[Found]()
        self._taken = deque[Found](maxlen=1)  # the last one, with which the list is compared

    def __next__(self) -> Found:
        self._taken.append(self._ahead.popleft() if self._ahead else next(self._left))
        return self._taken[0]

    def names_after(self, name: str) -> Sequence[str]:
        """Return every 1,000th name of the files that come after a name, and not the last one."""
        self._ahead.extend(islice(self._left, SPANS * PAGE - len(self._ahead)))
        files = [one for one in (*self._taken, *self._ahead) if isinstance(one, LocalFile)]
        names = [file.relative for file in files if file.relative > name]
        return names[PAGE - 1 : -1 : PAGE]
