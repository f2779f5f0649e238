"""How far a transfer is, on a terminal: on stderr, since stdout may be what is transferred."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from s3vend.cli.terminal.text import printable

if TYPE_CHECKING:
    from s3vend.transfer.progress import Progress


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator["Progress | None"]:
    """Something to tell the bytes; None where nobody would look at it."""
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
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as there:
        task = there.add_task(printable(title), total=None)
        yield lambda done, total: there.update(task, completed=done, total=total)
