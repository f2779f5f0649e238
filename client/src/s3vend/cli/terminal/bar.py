"""A progress bar on stderr, since stdout may carry the bytes of the transfer."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from s3vend.cli.layout.width import columns_of, padded, shortened, width
from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.transfer.progress import Progress

QUIET_AFTER = 3.0  # seconds without a byte after which the bar says what it waits for
LEAST = 20  # columns that the title has at least
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


@dataclass(slots=True)
class Copied:
    """How far a transfer is. Times are in seconds."""

    now: Callable[[], float] = time.monotonic
    done: int = 0
    total: int | None = None  # not known for a stream
    first: int = 0  # bytes that an earlier run had
    began: float | None = None
    changed: float = 0.0

    def report(self, done: int, total: int | None) -> None:
        """Take the number of bytes, as `Progress` gives it."""
        now = self.now()
        if self.began is None:
            self.first, self.began, self.changed = done, now, now
        if done != self.done:
            self.changed = now
        self.done, self.total = done, total

    def facts(self) -> list[str]:
        """Return what the bar shows, the most important first."""
        if self.began is None:
            return ["waiting for the service"]
        now, size = self.now(), size_text(self.done, self.total)
        speed = (self.done - self.first) / (now - self.began) if now > self.began else 0.0
        pace = [f"{size_text(int(speed))}/s"] if speed else []
        idle = now - self.changed
        if self.total is None:
            waits = f"waiting for stdin or S3, {idle:.0f} s"
            return [size, waits] if idle >= QUIET_AFTER else [size, *pace]
        if self.done >= self.total:
            return ["checking"]
        share = f"{100 * self.done // self.total:3d}%"
        if idle >= QUIET_AFTER:
            return [share, f"waiting for S3, {idle:.0f} s"]
        left = [clock_text((self.total - self.done) / speed)] if speed else []
        return [share, size, *pace, *left]


def bar_line(title: str, facts: list[str], columns: int) -> str:
    """Return the bar as one line that is narrower than the terminal, with as much as fits."""
    room = columns - 1  # a full line may wrap
    while len(facts) > 1 and LEAST + 2 + width("  ".join(facts)) > room:
        facts = facts[:-1]
    end = "  ".join(facts)
    own = room - 2 - width(end)
    if own < 1:
        return shortened(end, room)
    short = shortened(title, own)
    return f"{padded(short, min(own, max(width(short), LEAST)))}  {end}"


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator["Progress | None"]:
    """Show a progress bar; yields None if ``quiet``, or if stderr is not such a terminal."""
    copied = Copied()
    with live_line(title, copied.facts, quiet=quiet) as is_shown:
        yield copied.report if is_shown else None


@contextmanager
def live_line(title: str, facts: Callable[[], list[str]], *, quiet: bool) -> Iterator[bool]:
    """Show a line that changes; yields False if ``quiet``, or if stderr is not such a terminal."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield False
        return
    from rich import progress
    from rich.console import Console
    from rich.text import Text

    name, stream = printable(title), sys.stderr

    class Line(progress.ProgressColumn):
        def render(self, task: progress.Task) -> Text:
            del task
            columns = columns_of(stream) or 0
            line = bar_line(name, facts(), columns)
            return Text(line, no_wrap=True, overflow="crop")

    with progress.Progress(Line(), console=Console(stderr=True), transient=True) as display:
        display.add_task("", total=None)
        yield True


def size_text(size: int, total: int | None = None) -> str:
    """Return bytes in a unit that people read; with ``total``, as a part of it."""
    most, power = size if total is None else total, 0
    while most >= 1024 ** (power + 1) and power < len(UNITS) - 1:
        power += 1
    digits = 1 if power else 0
    numbers = [
        f"{number / 1024**power:.{digits}f}" for number in (size, total) if number is not None
    ]
    return f"{' of '.join(numbers)} {UNITS[power]}"


def clock_text(seconds: float) -> str:
    """Return how long it still takes."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d} left" if hours else f"{minutes}:{rest:02d} left"
