"""The progress of a transfer: many threads count bytes, one function is called with the sum."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from s3vend.errors import SettingsError

BAR = 10  # columns
Progress = Callable[[int, int], object]  # called with the bytes done and the total
Report = Callable[[int, Any], object]  # the same, or the total is None: it is not known


class Counter:
    """Counts the bytes that are done. Bytes that must be sent again are subtracted."""

    def __init__(self, total: int | None, report: Report | None) -> None:
        self.total, self._report = total, report
        self._done = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """Add bytes, or subtract them if ``size`` is negative, and report the new count."""
        with self._lock:
            self._done += size
            if self._report is not None:
                self._report(self._done, self.total)

    def restart(self) -> None:
        """Set the count back to 0."""
        self.add(-self._done)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a progress bar with rich: ``with progress_bar("x") as bar: upload(…, progress=bar)``.

    Raises:
        SettingsError: rich is not installed.
    """
    try:
        from rich import progress
        from rich.table import Column
    except ImportError:
        raise SettingsError(
            "s3vend.progress_bar needs rich: install the extra s3vend[progress]."
        ) from None
    columns = (
        progress.TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
        ),
        progress.BarColumn(bar_width=BAR),
        progress.DownloadColumn(binary_units=True, table_column=Column(no_wrap=True)),
        progress.TransferSpeedColumn(table_column=Column(no_wrap=True)),
        progress.TimeRemainingColumn(table_column=Column(no_wrap=True)),
    )
    with progress.Progress(*columns, expand=True) as display:
        task = display.add_task(title, total=None)
        yield lambda done, total: display.update(task, completed=done, total=total)
