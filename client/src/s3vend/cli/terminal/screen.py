"""Bytes of an object at a terminal: shown as text that cannot control it."""

import codecs
from typing import IO, Protocol

from s3vend.printable import printable


class Writable(Protocol):
    """Takes bytes, in order."""

    def write(self, block: bytes, /) -> object:
        """Take the next bytes."""


class Screen:
    """Shows UTF-8, lines and tabs as they are; other bytes and control characters are escaped."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode

    def write(self, block: bytes, /) -> None:
        """Show the next bytes."""
        lines = self._decode(block).replace("\r\n", "\n").split("\n")
        self._out.write("\n".join(map(_line, lines)).encode())


def screen_or_file(out: IO[bytes]) -> Writable:
    """Return ``out`` itself, unless it is a terminal."""
    return Screen(out) if out.isatty() else out


def _line(text: str) -> str:
    return "\t".join(map(printable, text.split("\t")))
