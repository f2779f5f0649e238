"""The errors of a command, as messages on stderr and exit codes, and the confirmation."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING

import typer

from s3vend.cli.layout.width import columns_of, lines_of
from s3vend.cli.terminal.refusal import REFUSED, USAGE, Refusal
from s3vend.cli.terminal.text import as_json_line, painted
from s3vend.printable import printable, printable_lines

if TYPE_CHECKING:
    from s3vend.cli.terminal.failure import Failure

HANG = 2  # columns by which the later lines of a message are indented
AS_JSON = ContextVar("AS_JSON", default=False)  # whether stderr gets a JSON object per line


@contextmanager
def exits(usage: int = USAGE, refused: int = REFUSED, *, as_json: bool = False) -> Iterator[None]:
    """Turn errors into a message on stderr and an exit code.

    ``usage`` is the code for misuse, ``refused`` the one for what is refused or fails. With
    ``as_json`` each error and each remark is a JSON object in a line of stderr.
    """
    from s3vend.errors import S3VendError

    before = AS_JSON.set(as_json)
    try:
        yield
    except (Refusal, S3VendError, KeyboardInterrupt) as error:
        from s3vend.cli.terminal.failure import failure_of

        raise typer.Exit(put_failure(failure_of(error, usage, refused))) from None
    except BrokenPipeError:  # the reader has closed stdout; Python must not flush it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(refused) from None
    finally:
        AS_JSON.reset(before)


def put_failure(failure: "Failure") -> int:
    """Write an error to stderr, and return its exit code."""
    if AS_JSON.get():
        _write_line(failure.as_json())
    else:
        _write(f"s3vend: {failure.text}", colour="red")
    return failure.exit_code


def say(*lines: str) -> None:
    """Write a remark to stderr, with everything escaped as `put` does."""
    if AS_JSON.get():
        _write_line({"remark": "\n".join(lines)})
    else:
        _write("s3vend: " + "\n".join(map(printable, lines)))


def draw(lines: Sequence[str], colour: str, name: str) -> None:
    """Write a picture to stderr, whose lines are never broken; say so if they do not fit.

    All its characters are one column wide.
    """
    columns, needed = columns_of(sys.stderr) if sys.stderr else None, max(map(len, lines))
    if columns is not None and columns < needed:
        say(f"{name} needs {needed} columns, and this terminal has {columns}")
    else:
        _write("\n".join(lines), colour=colour, fit=False)


def ask(question: str) -> str:
    """Ask a question on stderr, escaped in the same way, and return the line that stdin answers."""
    _write(printable(question), end=" ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def confirm(question: str) -> bool:
    """Ask a question at the terminal; return whether the answer is `yes`.

    Raises:
        Refusal: stdin is not a terminal.
    """
    if not sys.stdin.isatty():
        raise Refusal("cannot ask for confirmation without a terminal; use --yes", REFUSED)
    return ask(f"{question} Type 'yes' to confirm:") == "yes"


def _write(text: str, *, end: str = "\n", colour: str | None = None, fit: bool = True) -> None:
    """Write lines to stderr; at a terminal, each as lines that end between words.

    What stdout got before comes before them, wherever both lead. ``colour`` is that of the first
    line, and of all lines that need not fit.
    """
    if sys.stderr is None:  # it is closed
        return
    if sys.stdout is not None:
        with suppress(OSError):  # the reader has closed it, as the next line for it will say
            sys.stdout.flush()
    limit, lines = columns_of(sys.stderr) if fit else None, list[str]()
    for number, line in enumerate(printable_lines(text).split("\n")):
        indent = len(line) - len(line.lstrip())
        fitting = lines_of(line, limit, indent + HANG)
        if colour and not (number and fit):
            fitting = [painted(one, colour, sys.stderr) for one in fitting]
        lines += fitting
    sys.stderr.write("\n".join(lines) + end)


def _write_line(members: dict[str, object]) -> None:
    _write(as_json_line(members), fit=False)
