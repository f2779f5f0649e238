"""Threads that work on one transfer and stop together: at its end, the first error, or Ctrl-C."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import monotonic
from typing import Generic, TypeVar

Job = TypeVar("Job")
Found = TypeVar("Found")
TICK = 0.1  # seconds between checks of whether to stop
GRACE = 1.0  # seconds that threads have to stop


class Stopped(Exception):
    """The work was stopped."""


class Crew(Generic[Job]):
    """A pool of ``parallel`` threads; `run` does all jobs with them."""

    def __init__(self, parallel: int) -> None:
        self.stop = threading.Event()
        self._parallel = parallel
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=parallel)
        self._errors: list[BaseException] = []

    def check(self) -> None:
        """Raise `Stopped` if the work was stopped. Call it for each block of bytes."""
        if self.stop.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Sleep; raise `Stopped` as soon as the work is stopped."""
        self.stop.wait(seconds)
        self.check()

    def run(self, jobs: Iterable[Job], work: Callable[[Job], None]) -> None:
        """Do all jobs, and raise the first error. Another thread takes jobs from ``jobs`` ahead."""
        threads = [
            # Daemons: a thread that waits for the network must not keep the program from ending.
            threading.Thread(target=self._guarded, args=(step,), daemon=True)
            for step in [
                lambda: self._feed(jobs),
                *[lambda: self._serve(work)] * self._parallel,
            ]
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive() and not self.stop.is_set():
                    thread.join(TICK)
        finally:
            self.stop.set()
            end = monotonic() + GRACE
            for thread in threads:
                thread.join(max(0.0, end - monotonic()))
        if self._errors:
            raise self._errors[0]

    def _feed(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._put(job)
        for _ in range(self._parallel):
            self._put(None)

    def _put(self, job: Job | None) -> None:
        while True:
            self.check()
            try:
                return self._jobs.put(job, timeout=TICK)
            except queue.Full:
                continue

    def _serve(self, work: Callable[[Job], None]) -> None:
        for job in self._take():
            work(job)

    def _take(self) -> Iterator[Job]:
        while True:
            self.check()
            try:
                job = self._jobs.get(timeout=TICK)
            except queue.Empty:
                continue
            if job is None:
                return
            yield job

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - `run` raises it in the caller's thread
            self._errors.append(error)
            self.stop.set()


def at_once(works: Sequence[Callable[[], Found]]) -> Iterator[Found]:
    """Do all works at once, and yield their results in order, each as soon as it is there.

    Raises what a work raises, in its place.
    """
    found, changed = dict[int, Found | BaseException](), threading.Condition()

    def run(number: int) -> None:
        result: Found | BaseException
        try:
            result = works[number]()
        except BaseException as error:  # noqa: BLE001 - raised where the result is taken
            result = error
        with changed:
            found[number] = result
            changed.notify()

    for number in range(len(works)):
        threading.Thread(target=run, args=(number,), daemon=True).start()
    for number in range(len(works)):
        with changed:
            while number not in found:
                changed.wait(TICK)  # Ctrl-C is seen in between
        result = found.pop(number)
        if isinstance(result, BaseException):
            raise result
        yield result
