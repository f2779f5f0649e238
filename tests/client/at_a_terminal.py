"""The command, or a program, at a terminal, with keys that somebody presses."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from pathlib import Path

from tests.client.tokens import token


def at_a_terminal(
    *words: str, keys: str, home: Path, columns: int = 200, **settings: str
) -> "tuple[int, str]":
    """How the command ended, and all that a terminal of this width showed."""
    environment = {"HOME": str(home), "S3VEND_TOKEN": token(), **settings}
    return program_at_a_terminal(["-m", "s3vend.cli", *words], columns, keys, **environment)


def program_at_a_terminal(
    arguments: Sequence[str], columns: int, keys: str = "", **settings: str
) -> "tuple[int, str]":
    """How Python with these arguments ended, and all that the terminal showed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath, "TERM": "xterm"}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, *arguments],
        env=environment | settings,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, f"{keys}\x04".encode())  # nobody types more
    shown = b""
    try:
        while block := os.read(ours, 4096):
            shown += block
    except OSError:  # it has ended, and the terminal with it
        pass
    finally:
        os.close(ours)
    return running.wait(20), shown.decode()
