"""Small files by one thread, with many requests under way at once; other threads do the rest.

With a thread for each request, the processor spent more time on changing between the threads than
on the files. What would keep the others waiting is left to other threads: a job that finds no kept
connection, a request that fails, and all that follows where the disk is slow.
"""

import selectors
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import takewhile
from time import monotonic, perf_counter
from typing import NamedTuple

from s3vend.errors import Unreachable
from s3vend.http.lanes.lane import Lane, Unfinished
from s3vend.http.lanes.pool import Lanes
from s3vend.http.lanes.request import Request
from s3vend.transfer.crew import GRACE, TICK
from s3vend.transfer.many.jobs import LIGHT, Job, Result, Steps
from s3vend.transfer.many.landing import Speed
from s3vend.transfer.storage import driven, is_success

SOON = 0.005  # seconds after which to look whether another thread has ended its work
# It registers without a call to the system, which for some connections is the fastest.
_Selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)
Work = Callable[[], None]
Settle = Callable[[Job, Callable[[], Result | None]], None]


class _Asked(NamedTuple):
    """A job whose request is under way."""

    job: Job
    steps: Steps
    request: Request
    end: float  # of the time for its answer, by the monotonic clock


class Flight:
    """Does small jobs; ``settle`` takes a job and a step, which returns its result at the end.

    ``parallel`` is how many are under way at once. ``check`` raises if all stops.
    """

    def __init__(
        self, lanes: Lanes, parallel: int, settle: Settle, check: Callable[[], object]
    ) -> None:
        self._lanes, self._parallel, self._settle, self._check = lanes, parallel, settle, check
        self._selector = _Selector()
        self._asked: dict[Lane, _Asked] = {}  # the oldest first
        self._left: list[Work] = []  # for other threads, which have not taken it yet
        self._elsewhere, self._lock, self._ended = 0, threading.Lock(), threading.Event()
        self._speed = Speed()

    def works(self, jobs: Iterable[tuple[Job, Steps]]) -> Iterator[Work]:
        """Do the jobs, and yield what other threads are to do.

        An answer that does not come is waited for in `rest`, so that the next jobs can begin.
        """
        for job, steps in jobs:
            self._check()
            is_left = job.size > LIGHT or self._speed.is_slow
            while (self._asked or not is_left) and self._is_full():
                self._wait()
                yield from self._taken()
            if is_left:
                self._leave(job, steps, partial(next, steps))
            else:
                self._do(job, partial(self._begin, job, steps))
            yield from self._taken()
        while self._asked and self._wait():
            yield from self._taken()
        yield from self._taken()

    def rest(self) -> Iterator[Work]:
        """Wait for all that is under way, and yield as `works`."""
        while self._asked:
            self._wait()
            yield from self._taken()

    def close(self) -> None:
        """Take the answers that still come in a moment, and give up the rest."""
        end = monotonic() + GRACE
        while self._asked and (left := end - monotonic()) > 0:
            with suppress(Exception):  # the first error has ended all
                self._take(left)
        for lane in list(self._asked):
            lane.close()
        self._selector.close()

    def _is_full(self) -> bool:
        return len(self._asked) + self._elsewhere >= self._parallel

    def _begin(self, job: Job, steps: Steps) -> Result | None:
        try:
            request = next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        lane: Lane | None = None
        rest = partial(_same, request)
        try:
            if len(request.body) <= LIGHT:  # the file may have grown
                lane = self._lanes.begin(request)
        except Unreachable as unreachable:
            rest = partial(steps.throw, unreachable)
        if lane is None:
            self._leave(job, steps, rest)
        else:
            self._expect(lane, job, steps, request)
        return None

    def _expect(self, lane: Lane, job: Job, steps: Steps, request: Request) -> None:
        self._selector.register(lane, selectors.EVENT_READ, lane)
        self._asked[lane] = _Asked(job, steps, request, monotonic() + self._lanes.reads)

    def _wait(self) -> bool:
        """Wait for an answer, or for another thread, do what follows, and return if one came."""
        self._check()
        if self._asked:
            return self._take(SOON if self._elsewhere else TICK)
        self._ended.wait(TICK)
        self._ended.clear()
        return True

    def _take(self, seconds: float) -> bool:
        """Wait for an answer up to so many seconds, do what follows, and return if one came."""
        arrived = self._selector.select(seconds)
        for key, _ in arrived:
            self._go_on(key.data, is_late=False)
        now = monotonic()
        for lane in [*takewhile(lambda lane: self._asked[lane].end < now, self._asked)]:
            self._go_on(lane, is_late=True)
        return bool(arrived)

    def _go_on(self, lane: Lane, *, is_late: bool) -> None:
        asked = self._asked.pop(lane)
        self._selector.unregister(lane)
        try:
            self._do(asked.job, partial(self._finish, lane, asked, is_late=is_late))
        except Unfinished:
            self._expect(lane, asked.job, asked.steps, asked.request)

    def _do(self, job: Job, step: Callable[[], Result | None]) -> None:
        started = perf_counter()
        self._settle(job, step)
        self._speed.add(perf_counter() - started)

    def _finish(self, lane: Lane, asked: _Asked, *, is_late: bool) -> Result | None:
        job, steps, request, _ = asked
        rest = partial(_same, request)
        try:
            answer = self._lanes.finish(lane, is_late=is_late)
        except Unreachable as unreachable:
            rest = partial(steps.throw, unreachable)
        else:
            if answer is not None:
                rest = partial(steps.send, answer)
                if is_success(answer):
                    return driven(steps, self._lanes.send, rest)
        self._leave(job, steps, rest)  # it may begin with a pause
        return None

    def _leave(self, job: Job, steps: Steps, begin: Callable[[], Request]) -> None:
        with self._lock:
            self._elsewhere += 1

        def work() -> None:
            try:
                self._settle(job, partial(driven, steps, self._lanes.send, begin))
            finally:
                with self._lock:
                    self._elsewhere -= 1
                self._ended.set()

        self._left.append(work)

    def _taken(self) -> Iterator[Work]:
        while self._left:
            yield self._left.pop(0)


def _same(request: Request) -> Request:
    return request
