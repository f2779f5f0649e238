"""The file that is downloaded: under a name of its own until it is whole."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from s3vend.errors import DiskFull, TransferError

FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}


class Landing:
    """Where the bytes go, ``.NAME.s3vend`` beside ``path``, and how they get the final name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}.s3vend")

    @property
    def state(self) -> Path:
        """Where what is done so far is kept."""
        return self.part.with_name(f"{self.part.name}.json")

    def has(self, size: int) -> bool:
        """Whether an earlier run has left a file of this size."""
        return self.part.is_file() and self.part.stat().st_size == size

    def make(self, size: int) -> None:
        """An empty file with room for ``size`` bytes, in place of any before.

        Raises:
            DiskFull: there is no such room. TransferError: the directory takes no file.
        """
        with self._plainly(size):
            self.part.unlink(missing_ok=True)
            free = shutil.disk_usage(self.part.parent).free
            if free < size:
                raise DiskFull(self._full(size, free))
            with self.part.open("xb") as file:
                file.truncate(size)

    @contextmanager
    def writing(self, first: int, left: int) -> Iterator[IO[bytes]]:
        """The file, at this byte; ``left`` are still to come, for the message."""
        with self._plainly(left), self.part.open("r+b", buffering=0) as file:
            file.seek(first)
            yield file

    def flush(self) -> None:
        """What was written is on the disk from now on."""
        with self._plainly(0), self.part.open("r+b") as file:
            os.fsync(file.fileno())

    def finish(self) -> None:
        """The final name, at once, for the whole file; also after a power cut."""
        self.flush()
        with self._plainly(0):
            self.part.replace(self.path)
            if os.name == "posix":
                directory = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(directory)
                finally:
                    os.close(directory)

    def drop(self) -> None:
        """Nothing of it is kept."""
        self.part.unlink(missing_ok=True)

    @contextmanager
    def _plainly(self, left: int) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = error.strerror or type(error).__name__
            if error.errno in FULL:
                raise DiskFull(self._full(left, None, said)) from None
            raise TransferError(
                f"{error.filename or self.part} cannot be written: {said}"
            ) from None

    def _full(self, left: int, free: int | None, said: str = "not enough room") -> str:
        there = "" if free is None else f", and {free:,} are free"
        return (
            f"There is no room for {self.path}: {said}; {left:,} bytes are still to come{there}. "
            "Make room and call again: it goes on where it stopped. Nothing stands under that name."
        )
