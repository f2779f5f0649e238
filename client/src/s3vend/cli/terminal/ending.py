"""The errors of a command, as messages on stderr and exit codes, and the confirmation."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from s3vend.cli.terminal.width import columns_of, lines_of
from s3vend.printable import printable_lines

if TYPE_CHECKING:
    from s3vend.errors import S3VendError

HANG = 2  # columns by which the later lines of a message are indented
REFUSED, USAGE, NOT_AUTHENTICATED, NOT_REACHABLE, INTERRUPTED = 1, 2, 3, 4, 130


class Refusal(Exception):
    """An error that the command itself finds; ``code`` is its exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        self.code = code
        super().__init__(message)


@contextmanager
def exits(usage: int = USAGE) -> Iterator[None]:
    """Turn errors into a message on stderr and an exit code; ``usage`` is the code for misuse."""
    from s3vend.errors import S3VendError

    try:
        yield
    except Refusal as error:
        say(str(error))
        raise typer.Exit(usage if error.code == USAGE else error.code) from None
    except S3VendError as error:
        say(str(error))
        code = code_of(error)
        raise typer.Exit(usage if code == USAGE else code) from None
    except KeyboardInterrupt:
        say("interrupted")
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:  # the reader has closed stdout; Python must not flush it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(REFUSED) from None


def code_of(error: "S3VendError") -> int:
    """Return the exit code for an error of the client."""
    from s3vend import errors

    if isinstance(error, (errors.NotAuthenticated, errors.IdentityError)):
        return NOT_AUTHENTICATED
    unavailable = (errors.Unreachable, errors.Unavailable, errors.TooManyRequests)
    if isinstance(error, unavailable):
        return NOT_REACHABLE
    if isinstance(error, errors.ServiceError) and error.status >= 500:
        return NOT_REACHABLE
    return USAGE if isinstance(error, errors.SettingsError) else REFUSED


def say(text: str) -> None:
    """Write a message to stderr, with everything but its line ends escaped as `put` does."""
    _write(f"s3vend: {text}", "\n")


def ask(question: str) -> str:
    """Ask a question on stderr, escaped in the same way, and return the line that stdin answers."""
    _write(question, " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _write(text: str, end: str) -> None:
    """Write lines to stderr; at a terminal, each as lines that end between words."""
    limit, lines = columns_of(sys.stderr), list[str]()
    for line in printable_lines(text).split("\n"):
        indent = len(line) - len(line.lstrip())
        lines += lines_of(line, limit, indent + HANG)
    sys.stderr.write("\n".join(lines) + end)


def confirm(question: str) -> bool:
    """Ask a question at the terminal; return whether the answer is `yes`.

    Raises:
        Refusal: stdin is not a terminal.
    """
    if not sys.stdin.isatty():
        raise Refusal("cannot ask for confirmation without a terminal; use --yes", REFUSED)
    return ask(f"{question} Type 'yes' to confirm:") == "yes"
