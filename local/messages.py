"""What the person at the terminal is told: progress on stderr, faults that say what to do next."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LocalError(Exception):
    """Something the person can put right; the message says what happened and what to do next."""


def say(text: str) -> None:
    """Tell something on the way; results go to stdout, this does not."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Say that a step begins and, when it has succeeded, how many seconds it took."""
    print(f"{title} … ", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - began:.1f} s")


def tail(log: Path, lines: int = 30) -> str:
    """The end of a log file."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n".join(text.splitlines()[-lines:])
