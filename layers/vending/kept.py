"""What a decision needs to know, kept for a few seconds in one execution environment."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vending.decision import Known, LoadGrants

CAPACITY = 1000


@dataclass(slots=True)
class Kept:
    """Answers of ``load_grants``, asked again when they are ``seconds`` old; 0 asks always.

    An answer older than that is never used, whatever fails.
    """

    load_grants: LoadGrants
    seconds: int
    now: Callable[[], datetime]
    answers: OrderedDict[tuple[Sequence[str], str], tuple[datetime, Known]] = field(
        default_factory=OrderedDict
    )

    def load(self, grantee_keys: Sequence[str], bucket: str) -> Known:
        """As ``load_grants``."""
        asked, time = (grantee_keys, bucket), self.now()
        lifetime = timedelta(seconds=self.seconds)
        if (answer := self.answers.get(asked)) and timedelta() <= time - answer[0] < lifetime:
            return answer[1]
        known = self.load_grants(grantee_keys, bucket)
        self.answers[asked] = (time, known)
        self.answers.move_to_end(asked)
        for old in [one for one, (read, _) in self.answers.items() if time - read >= lifetime]:
            del self.answers[old]
        if len(self.answers) > CAPACITY:
            self.answers.popitem(last=False)
        return known
