"""What a decision needs to know, kept for a few seconds in one execution environment."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from vending.decision import Known, LoadGrants

CAPACITY = 1000


def kept(load_grants: LoadGrants, seconds: int, now: Callable[[], datetime]) -> LoadGrants:
    """``load_grants``, asked again when an answer is ``seconds`` old; 0 asks always.

    An answer older than that is never used, whatever fails.
    """
    lifetime = timedelta(seconds=seconds)
    answers: OrderedDict[tuple[Sequence[str], str], tuple[datetime, Known]] = OrderedDict()

    def load(grantee_keys: Sequence[str], bucket: str) -> Known:
        asked, time = (grantee_keys, bucket), now()
        if (answer := answers.get(asked)) and timedelta() <= time - answer[0] < lifetime:
            return answer[1]
        known = load_grants(grantee_keys, bucket)
        answers[asked] = (time, known)
        answers.move_to_end(asked)
        for old in [one for one, (read, _) in answers.items() if time - read >= lifetime]:
            del answers[old]
        if len(answers) > CAPACITY:
            answers.popitem(last=False)
        return known

    return load
