"""Caches what a function has read, for a few seconds, in one execution environment."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

CAPACITY = 1000

# Seconds by a clock that never goes back, and by the clock of the day. While Lambda has frozen an
# environment the first may stand still, and the second may be set back: the longer time counts.
type Clocks = Callable[[], tuple[float, float]]


def is_young(since: tuple[float, float], now: tuple[float, float], seconds: float) -> bool:
    """Whether less than ``seconds`` have passed, by both clocks; False if one went back."""
    return 0 <= now[0] - since[0] < seconds and 0 <= now[1] - since[1] < seconds


@dataclass(slots=True)
class Kept[**Parameters, Answer]:
    """Calls ``read`` and caches each answer for ``seconds``; 0 turns caching off.

    An answer older than that is never used, even if ``read`` fails.
    """

    read: Callable[Parameters, Answer]
    seconds: float
    clocks: Clocks
    answers: OrderedDict[object, tuple[tuple[float, float], Answer]] = field(
        default_factory=OrderedDict
    )

    def load(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        """Return the answer of ``read`` for these arguments, cached or new."""
        key, time = (*args, *kwargs.items()), self.clocks()
        cached = self.answers.get(key)
        if cached and is_young(cached[0], time, self.seconds):
            return cached[1]
        answer = self.read(*args, **kwargs)
        self.answers[key] = (time, answer)
        self.answers.move_to_end(key)
        for old in [
            one for one, (read, _) in self.answers.items() if not is_young(read, time, self.seconds)
        ]:
            del self.answers[old]
        if len(self.answers) > CAPACITY:
            self.answers.popitem(last=False)
        return answer
