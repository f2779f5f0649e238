"""How far a transfer is: counted by many threads, told to one function."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from s3vend.errors import SettingsError

Progress = Callable[[int, int], object]  # bytes that are done, bytes of the whole


class Counter:
    """Counts bytes; what has to be sent again is taken off."""

    def __init__(self, total: int, tell: Progress | None) -> None:
        self.total, self._tell = total, tell
        self._done = 0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        """So many more, or less."""
        with self._lock:
            self._done += size
            if self._tell is not None:
                self._tell(self._done, self.total)

    def restart(self) -> None:
        """Nothing is done."""
        self.add(-self._done)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A bar on a terminal, by rich: ``with progress_bar("x") as bar: upload(…, progress=bar)``.

    Raises:
        SettingsError: rich is not installed.
    """
    try:
        from rich import progress
    except ImportError:
        raise SettingsError(
            "s3vend.progress_bar needs rich: pip install 's3vend[progress]'."
        ) from None
    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.DownloadColumn(binary_units=True),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns) as shown:
        task = shown.add_task(title, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
