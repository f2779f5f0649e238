"""Starts child processes in groups of their own, and ends these groups by their ids only."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

from local.messages import LocalError

type Child = subprocess.Popen[bytes]
type Handler = Callable[[int, FrameType | None], object]

PATIENCE = 5.0  # seconds for a group to end before it is killed
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Process(NamedTuple):
    """A living process; `started` distinguishes it from a later one with the same pid."""

    pid: int
    group: int
    started: str


def living() -> Iterator[Process]:
    """Return all living processes, without zombies."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
        # The name, in brackets, may contain spaces and brackets.
        fields = text[text.rindex(")") + 2 :].split()
        if fields[0] not in "ZX":
            yield Process(int(path.parent.name), int(fields[2]), fields[19])


def find(pid: int) -> Process | None:
    """Return the living process with this pid, or None."""
    return next((process for process in living() if process.pid == pid), None)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    directory: Path,
    stdin: int = subprocess.DEVNULL,
) -> Child:
    """Start a command in its own process group and session; its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=directory,
            start_new_session=True,
        )


def end(group: int, child: Child | None = None, patience: float = PATIENCE) -> None:
    """End every process of a group, with SIGKILL after `patience` seconds; reap `child`.

    Raises LocalError if a process survives.
    """
    for ending, seconds in ((signal.SIGTERM, patience), (signal.SIGKILL, PATIENCE)):
        deadline = time.monotonic() + seconds
        with suppress(ProcessLookupError):
            os.killpg(group, ending)
        while time.monotonic() < deadline:
            if not any(process.group == group for process in living()):
                if child is not None:
                    child.wait()
                return
            time.sleep(0.02)
    raise LocalError(f"Process group {group} did not end: end it with `kill -9 -- -{group}`.")


def run(
    command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str], directory: Path
) -> int:
    """Run a command and return its exit code; end its whole group, also when interrupted."""
    child = None
    try:
        with undisturbed():
            child = spawn(command, log=log, environment=environment, directory=directory)
        return child.wait()
    finally:
        if child is not None:
            end(child.pid, child)


@contextmanager
def handled(handler: Handler) -> Iterator[None]:
    """Handle Ctrl-C, SIGTERM and SIGHUP with this function until the end of the block."""
    before = [signal.signal(number, handler) for number in SIGNALS]
    try:
        yield
    finally:
        for number, earlier in zip(SIGNALS, before, strict=True):
            signal.signal(number, earlier)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Defer signals to the end of the block, so that a new process's id is known by then.

    Signals are not blocked, since the new process would inherit that.
    """
    received: list[int] = []
    try:
        with handled(lambda came, _: received.append(came)):
            yield
    finally:
        for came in received:
            signal.raise_signal(came)


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first Ctrl-C, SIGTERM or SIGHUP into KeyboardInterrupt; ignore later ones.

    Otherwise a second Ctrl-C would interrupt the clean-up of the first.
    """

    def interrupt(number: int, _frame: FrameType | None) -> NoReturn:
        for later in SIGNALS:
            signal.signal(later, signal.SIG_IGN)
        raise KeyboardInterrupt(signal.Signals(number).name)

    with handled(interrupt):
        yield
