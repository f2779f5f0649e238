"""How far a transfer of many files is: many threads count, one function is called."""

import threading
from collections.abc import Callable
from typing import NamedTuple


class Total(NamedTuple):
    """Files and bytes that are done, and all that are planned so far."""

    done_files: int = 0
    files: int = 0
    done: int = 0  # bytes
    size: int = 0  # bytes
    is_planned: bool = False  # whether no more follow


class Tally:
    """Counts what is planned and done; thread-safe."""

    def __init__(self, report: Callable[[Total], object] | None = None) -> None:
        self._total, self._report = Total(), report
        self._lock = threading.Lock()
        self._large = 0  # bytes of the large file that is being sent

    def plan(self, size: int) -> None:
        """Count a file that is to be transferred."""
        self._change(files=1, size=size)

    def finish_planning(self) -> None:
        """Say that no more files follow."""
        self._change(is_planned=True)

    def end(self, size: int, *, is_large: bool = False) -> None:
        """Count a file that is done, or failed."""
        counted = 0
        if is_large:
            with self._lock:  # one large file is transferred at a time
                counted, self._large = self._large, 0
        self._change(done_files=1, done=size - counted)

    def large(self, done: int, total: int) -> None:
        """Take the progress of a large file."""
        del total
        with self._lock:
            step, self._large = done - self._large, done
        self._change(done=step)

    def _change(
        self,
        files: int = 0,
        size: int = 0,
        done_files: int = 0,
        done: int = 0,
        *,
        is_planned: bool = False,
    ) -> None:
        with self._lock:
            before = self._total
            self._total = Total(
                before.done_files + done_files,
                before.files + files,
                before.done + done,
                before.size + size,
                before.is_planned or is_planned,
            )
            if self._report is not None:
                self._report(self._total)
