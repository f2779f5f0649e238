"""A progress bar on stderr, since stdout may carry the bytes of the transfer."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.transfer.progress import Progress


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator["Progress | None"]:
    """Show a progress bar; yields None if ``quiet``, or if stderr is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.DownloadColumn(binary_units=True),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(printable(title), total=None)
        yield lambda done, total: display.update(task, completed=done, total=total)
