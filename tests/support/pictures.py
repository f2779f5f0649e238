"""Pictures of a terminal: website/pictures has what the tests draw. `make pictures` writes them."""

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.support.pages import ROOT
from website import terminal

COLUMNS, LINES = 80, 24
SECONDS = 300
UNWANTED = {"COLORTERM", "COLUMNS", "FORCE_COLOR", "LINES", "NO_COLOR"}  # change what is shown
PICTURES = ROOT / "website/pictures"


def at_a_terminal(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    *,
    columns: int = COLUMNS,
    stderr: int | None = None,
    seconds: float = SECONDS,
) -> tuple[subprocess.Popen[str], str]:
    """Run a command to its end, with a terminal as its stdout, and as its stderr unless given."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
    running = subprocess.Popen(  # noqa: S603 - of our own tests
        command,
        cwd=cwd,
        env={name: env[name] for name in env.keys() - UNWANTED} | {"TERM": "xterm-256color"},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs if stderr is None else stderr,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    limit = threading.Timer(seconds, running.kill)
    limit.start()
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # it has ended, and the terminal with it
        pass
    finally:
        limit.cancel()
        os.close(ours)
    running.wait()
    return running, shown.decode()


def is_current(name: str, shown: Iterable[tuple[str, str]], columns: int = COLUMNS) -> None:
    """Compare a picture with what commands show now, or write it."""
    path, drawn = PICTURES / f"{name}.svg", terminal.svg(shown, columns, name)
    if os.environ.get("S3VEND_PICTURES") == "write":
        path.write_text(drawn, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == drawn, f"{path.name} is stale: run 'make pictures'"
