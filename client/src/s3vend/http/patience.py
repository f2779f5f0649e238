"""Retries: which answers are worth another try, and how long to wait before it."""

import time
from collections.abc import Callable
from typing import NamedTuple

from s3vend.errors import Unreachable
from s3vend.http.wire import Answer

RETRIED_STATUSES = {429, 500, 502, 503, 504}


def _random() -> float:
    from random import random

    return random()  # noqa: S311 - not for security


class Patience(NamedTuple):
    """How many times to try, and how long to wait between tries. All waits are in seconds."""

    tries: int = 5
    first: float = 0.25  # the maximum wait doubles with each try: 0.5, 1.0, 2.0, …
    longest: float = 10.0
    longest_retry_after: float = 60.0
    sleep: Callable[[float], object] = time.sleep
    jitter: Callable[[], float] = _random

    def retry(self, send: Callable[[], Answer]) -> Answer:
        """Send until an answer is not worth another try; return that answer, or the last one.

        An answer whose `Retry-After` is longer than ``longest_retry_after`` is returned at once.

        Raises:
            Unreachable: the last try got no answer.
        """
        for number in range(1, self.tries + 1):
            try:
                answer = send()
            except Unreachable as error:
                if number >= min(self.tries, error.most_tries):
                    times = f" (tried {number} times)" if number > 1 else ""
                    raise Unreachable(f"{error}{times}", error.most_tries) from None
                self.sleep(self.pause(number))
                continue
            after = retry_after(answer)
            if answer.status not in RETRIED_STATUSES or number == self.tries:
                return answer
            if after is not None and after > self.longest_retry_after:
                return answer
            self.sleep(self.pause(number) + (after or 0.0))
        raise AssertionError("tries is at least 1")

    def pause(self, number: int) -> float:
        """Return the seconds to wait after try ``number``: random, up to a doubling maximum."""
        return self.jitter() * float(min(self.longest, self.first * 2**number))


def retry_after(answer: Answer) -> float | None:
    """Return the seconds in the header `Retry-After`; None if it is absent or a date."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() and text.isascii() and len(text) < 7 else None
