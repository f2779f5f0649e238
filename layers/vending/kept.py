"""Caches what a function has read, for a few seconds, in one execution environment."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CAPACITY = 1000


@dataclass(slots=True)
class Kept[**Parameters, Answer]:
    """Calls ``read`` and caches each answer for ``seconds``; 0 turns caching off.

    An answer older than that is never used, even if ``read`` fails.
    """

    read: Callable[Parameters, Answer]
    seconds: int
    now: Callable[[], datetime]
    answers: OrderedDict[object, tuple[datetime, Answer]] = field(default_factory=OrderedDict)

    def load(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        """Return the answer of ``read`` for these arguments, cached or new."""
        key, time = (*args, *kwargs.items()), self.now()
        lifetime = timedelta(seconds=self.seconds)
        cached = self.answers.get(key)
        if cached and timedelta() <= time - cached[0] < lifetime:
            return cached[1]
        answer = self.read(*args, **kwargs)
        self.answers[key] = (time, answer)
        self.answers.move_to_end(key)
        for old in [one for one, (read, _) in self.answers.items() if time - read >= lifetime]:
            del self.answers[old]
        if len(self.answers) > CAPACITY:
            self.answers.popitem(last=False)
        return answer
