"""Measures how long each phase of a request takes.

One meter is enough, since an execution environment serves one request at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

THOUSAND = 1000.0


def _stopped_clock() -> float:
    return 0.0


@dataclass(slots=True)
class Meter:
    """Milliseconds by phase, and counts, of the current request.

    A phase is a call to another service, or the time after ``rest``, minus calls. A phase that did
    not happen is absent.
    """

    clock: Callable[[], float] = _stopped_clock  # seconds; it never goes back
    taken: dict[str, float] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    _begun: float = 0.0
    _rest: tuple[str, float] | None = None  # its phase, and the time before it, minus calls

    def begin(self) -> None:
        """Start measuring a request."""
        self.taken.clear()
        self.counted.clear()
        self._rest = None
        self._begun = self.clock()

    def timed[**Parameters, Answer](
        self, phase: str
    ) -> Callable[[Callable[Parameters, Answer]], Callable[Parameters, Answer]]:
        """Decorate a function to add its time to ``phase``, also when it raises."""

        def decorate(call: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
            @wraps(call)
            def timed_call(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
                started = self.clock()
                try:
                    return call(*args, **kwargs)
                finally:
                    milliseconds = (self.clock() - started) * THOUSAND
                    self.taken[phase] = self.taken.get(phase, 0.0) + milliseconds

            return timed_call

        return decorate

    def count(self, name: str) -> None:
        """Add one to the count ``name``."""
        self.counted[name] = self.counted.get(name, 0) + 1

    def rest(self, phase: str) -> None:
        """Count the time from now to the end, minus calls, as ``phase``."""
        self._rest = phase, self.elapsed() - sum(self.taken.values())

    def elapsed(self) -> float:
        """Return the milliseconds since the request began."""
        return (self.clock() - self._begun) * THOUSAND

    def measured(self) -> dict[str, float | int]:
        """Return the record's members ``durationMs``, ``{phase}Ms`` of each phase, and the counts.

        Times are in milliseconds, to the microsecond.
        """
        duration = self.elapsed()
        members: dict[str, float | int] = {"durationMs": round(duration, 3)}
        for phase, milliseconds in self.taken.items():
            members[f"{phase}Ms"] = round(milliseconds, 3)
        if self._rest:
            phase, before = self._rest
            members[f"{phase}Ms"] = round(duration - sum(self.taken.values()) - before, 3)
        return members | self.counted
