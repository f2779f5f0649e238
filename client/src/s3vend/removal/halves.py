"""Tries many names together, and where they are refused as a whole, each half by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from s3vend.errors import AccessDenied

REFUSALS = 20  # after which no smaller parts are tried


@dataclass(slots=True)
class Halves:
    """Counts the refusals of several tries."""

    refusals: int = 0

    def run(
        self,
        names: Sequence[str],
        attempt: Callable[[Sequence[str]], object],
        refuse: Callable[[Sequence[str], AccessDenied], object],
    ) -> None:
        """Attempt all; ``refuse`` is called with those that stay refused, perhaps for one alone."""
        try:
            attempt(names)
        except AccessDenied as error:
            self.refusals += 1
            half = len(names) // 2
            if not half or self.refusals >= REFUSALS:
                refuse(names, error)
                return
            self.run(names[:half], attempt, refuse)
            self.run(names[half:], attempt, refuse)
