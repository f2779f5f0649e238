"""What was read a moment ago, kept for a few seconds in one execution environment."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CAPACITY = 1000


@dataclass(slots=True)
class Kept[**Asked, Answer]:
    """Answers of ``read``, asked again when they are ``seconds`` old; 0 asks always.

    An answer older than that is never used, whatever fails.
    """

    read: Callable[Asked, Answer]
    seconds: int
    now: Callable[[], datetime]
    answers: OrderedDict[object, tuple[datetime, Answer]] = field(default_factory=OrderedDict)

    def load(self, *asked: Asked.args, **named: Asked.kwargs) -> Answer:
        """As ``read``."""
        place, time = (*asked, *named.items()), self.now()
        lifetime = timedelta(seconds=self.seconds)
        kept = self.answers.get(place)
        if kept and timedelta() <= time - kept[0] < lifetime:
            return kept[1]
        answer = self.read(*asked, **named)
        self.answers[place] = (time, answer)
        self.answers.move_to_end(place)
        for old in [one for one, (read, _) in self.answers.items() if time - read >= lifetime]:
            del self.answers[old]
        if len(self.answers) > CAPACITY:
            self.answers.popitem(last=False)
        return answer
