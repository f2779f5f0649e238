"""Reads the password of a link: at the terminal without echo, or from stdin, never from a word."""

import getpass
import sys
import warnings

from s3vend.cli.terminal.refusal import REFUSED, Refusal

LONGEST = 4096  # bytes that are read; the service takes far fewer


def ask_password() -> str:
    """Ask twice at the terminal, without echo.

    Raises:
        Refusal: there is no terminal, or the two differ.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        raise Refusal(
            "--password asks at the terminal, and stdin is not one; pass the password to "
            "--password-stdin",
            REFUSED,
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would echo
            first = getpass.getpass("Password for the link: ")
            again = getpass.getpass("The same again: ") if first else ""
    except (EOFError, getpass.GetPassWarning):
        raise Refusal("no password was given, so no link is made", REFUSED) from None
    if not first:
        raise Refusal("the password is empty, so no link is made", REFUSED)
    if first != again:
        raise Refusal("the two passwords differ, so no link is made", REFUSED)
    return first


def read_password() -> str:
    """Return the one line of stdin.

    Raises:
        Refusal: stdin is a terminal, which would show what is typed, or it is not one line.
    """
    if sys.stdin is None or sys.stdin.isatty():
        raise Refusal(
            "--password-stdin reads a file or a pipe; at a terminal use --password, which shows "
            "nothing of what is typed"
        )
    try:
        text = sys.stdin.buffer.read(LONGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal("--password-stdin: the password is not UTF-8") from None
    password = text.removesuffix("\n").removesuffix("\r")
    if not password or "\n" in password:
        raise Refusal("--password-stdin: stdin must have one line, the password")
    return password
