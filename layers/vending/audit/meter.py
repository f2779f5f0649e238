"""What one request takes, phase by phase; an execution environment serves one at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

THOUSAND = 1000.0


def _stands_still() -> float:
    return 0.0


@dataclass(slots=True)
class Meter:
    """Milliseconds by phase, and counts, of the request that runs.

    A phase is a call to somebody else, or what is left of the time after ``rest``. Only what
    happened is there: a phase that is absent has cost nothing.
    """

    clock: Callable[[], float] = _stands_still  # seconds, never set back
    taken: dict[str, float] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    _begun: float = 0.0
    _rest: tuple[str, float] | None = None  # a phase, and what of the time is not its own

    def begin(self) -> None:
        """A request begins."""
        self.taken.clear()
        self.counted.clear()
        self._rest = None
        self._begun = self.clock()

    def timed[**Asked, Answer](
        self, phase: str
    ) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
        """Decorates a call: its time is the phase's, whatever comes of it."""

        def decorated(call: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
            @wraps(call)
            def timing(*args: Asked.args, **named: Asked.kwargs) -> Answer:
                started = self.clock()
                try:
                    return call(*args, **named)
                finally:
                    took = (self.clock() - started) * THOUSAND
                    self.taken[phase] = self.taken.get(phase, 0.0) + took

            return timing

        return decorated

    def count(self, what: str) -> None:
        """One more of these."""
        self.counted[what] = self.counted.get(what, 0) + 1

    def rest(self, phase: str) -> None:
        """From now to the end, all but calls is this phase."""
        self._rest = phase, self.elapsed() - sum(self.taken.values())

    def elapsed(self) -> float:
        """Milliseconds since the request began."""
        return (self.clock() - self._begun) * THOUSAND

    def measured(self) -> dict[str, float | int]:
        """Members of the record: ``durationMs``, ``{phase}Ms`` for each phase, and the counts."""
        duration = self.elapsed()
        found: dict[str, float | int] = {"durationMs": round(duration, 3)}
        for phase, took in self.taken.items():
            found[f"{phase}Ms"] = round(took, 3)
        if self._rest:
            phase, others = self._rest
            found[f"{phase}Ms"] = round(duration - sum(self.taken.values()) - others, 3)
        return found | self.counted
