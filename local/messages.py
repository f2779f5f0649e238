"""Messages to the person at the terminal: progress on stderr, and errors that say what to do."""

import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = len(" … 123.4 s")


class LocalError(Exception):
    """An error that the user can fix; the message says what happened and what to do next."""


def say(text: str) -> None:
    """Print a message to stderr; only results go to stdout."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title of a step and, after it has succeeded, how many seconds it took."""
    print(f"{_fitting(title)} … ", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - began:.1f} s")


def _fitting(title: str) -> str:
    """Return a title that fits on a line of the terminal, with the seconds after it."""
    if not sys.stderr.isatty():
        return title
    return textwrap.shorten(title, shutil.get_terminal_size().columns - SECONDS, placeholder=" …")


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log file; empty if the file does not exist."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
