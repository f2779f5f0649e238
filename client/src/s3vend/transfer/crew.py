"""Threads that work on one transfer, and stop together: at its end, its first error, or Ctrl-C."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Generic, TypeVar

Job = TypeVar("Job")
TICK = 0.1  # seconds between two looks at whether to stop
GRACE = 1.0  # seconds for threads to notice that they shall


class Stopped(Exception):
    """Work that was called off."""


class Crew(Generic[Job]):
    """`run` does every job, ``parallel`` at a time."""

    def __init__(self, parallel: int) -> None:
        self.stop = threading.Event()
        self._parallel = parallel
        self._jobs: queue.Queue[Job | None] = queue.Queue(maxsize=parallel)
        self._errors: list[BaseException] = []

    def check(self) -> None:
        """Raises Stopped if the work was called off; to be called for each block."""
        if self.stop.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Sleep, but no longer than there is work."""
        self.stop.wait(seconds)
        self.check()

    def run(self, jobs: Iterable[Job], work: Callable[[Job], None]) -> None:
        """Jobs are made ahead in a thread of their own. Raises what the first failure raised."""
        threads = [
            # Daemons: one that hangs in the network must not hold up the end of the program.
            threading.Thread(target=self._guarded, args=(step,), daemon=True)
            for step in [
                lambda: self._feed(jobs),
                *[lambda: self._serve(work)] * self._parallel,
            ]
        ]
        for one in threads:
            one.start()
        try:
            for one in threads:
                while one.is_alive() and not self.stop.is_set():
                    one.join(TICK)
        finally:
            self.stop.set()
            end = monotonic() + GRACE
            for one in threads:
                one.join(max(0.0, end - monotonic()))
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
        for job in self._taken():
            work(job)

    def _taken(self) -> Iterator[Job]:
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
        except BaseException as error:  # noqa: BLE001 - raised again by `run`, in its thread
            self._errors.append(error)
            self.stop.set()
