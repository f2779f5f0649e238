"""Reads a stream in pieces, of which memory holds a limited number of bytes at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from s3vend.errors import TransferError
from s3vend.transfer.crew import TICK

MIB = 1024 * 1024
PARTS = 10_000  # the most that S3 joins
EACH = 1_000  # pieces, after which the next ones are twice as large
LARGEST = 256 * MIB  # bytes up to which pieces grow
SPACE = 256 * MIB  # bytes of pieces in memory; a single piece may be larger


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one part; ``number`` is counted from 1."""

    number: int
    data: memoryview
    is_last: bool


class Space:
    """The bytes of memory that are left for pieces; those of up to ``light`` bytes do not count."""

    def __init__(self, most: int = SPACE, light: int = 0) -> None:
        self._most, self._light, self._taken = most, light, 0
        self._changed = threading.Condition()

    def take(self, size: int, check: Callable[[], object]) -> None:
        """Wait until there is room for ``size`` bytes. ``check`` may raise meanwhile."""
        if size <= self._light:
            return
        with self._changed:
            while self._taken and self._taken + size > self._most:
                self._changed.wait(TICK)
                check()
            self._taken += size

    def give(self, size: int) -> None:
        """Return ``size`` bytes that are no longer needed."""
        if size <= self._light:
            return
        with self._changed:
            self._taken -= size
            self._changed.notify_all()


def pieces(
    stream: IO[bytes], size: int, space: Space, check: Callable[[], object]
) -> Iterator[Piece]:
    """Yield the bytes of a stream in pieces of ``size`` bytes, and of more after many of them.

    There is always one, which is empty if the stream is. ``check`` is called for each block, and
    may raise.

    Raises:
        TransferError: the stream cannot be read, or has more bytes than S3 takes in such parts.
    """
    # A buffered reader would be locked by a thread that still reads when the program ends.
    source, ahead, total = getattr(stream, "raw", stream), b"", 0
    for number in range(1, PARTS + 1):
        length = size_of(number, size)
        space.take(length, check)
        data = _read(source, ahead, length + 1, check)  # one more, to know which is the last
        ahead = bytes(data[length:])
        yield Piece(number, data[:length], is_last=not ahead)
        if not ahead:
            return
        total += length
    raise TransferError(
        f"stdin has more than {total:,} bytes, which are all that {PARTS:,} parts of this size "
        "take. Use a larger --part-size."
    )


def size_of(number: int, first: int) -> int:
    """Return the size of a piece, if the first has ``first`` bytes."""
    doubled: int = first * 2 ** ((number - 1) // EACH)
    return min(doubled, max(LARGEST, first))


def _read(source: Any, begin: bytes, most: int, check: Callable[[], object]) -> memoryview:
    """Return up to ``most`` bytes, fewer at the end of the stream; they start with ``begin``."""
    view = memoryview(bytearray(most))
    view[: len(begin)] = begin
    at = len(begin)
    while at < most:
        check()
        try:
            count = source.readinto(view[at:])
        except OSError as error:
            raise TransferError(f"stdin cannot be read: {error.strerror}") from None
        if count == 0:
            break
        if count is None:  # a pipe that does not block, and has nothing now
            time.sleep(TICK)
        at += count or 0
    return view[:at]
