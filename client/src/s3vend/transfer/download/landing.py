"""The file of a download: under a temporary name until it is complete."""

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
    """The partial file, ``.NAME.s3vend`` next to ``path``, which is renamed when it is complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(f".{path.name}.s3vend")

    @property
    def state(self) -> Path:
        """The path of the saved state."""
        return self.part.with_name(f"{self.part.name}.json")

    def has(self, size: int) -> bool:
        """Whether an earlier run left a partial file of this size."""
        return self.part.is_file() and self.part.stat().st_size == size

    def make(self, size: int) -> None:
        """Create a new partial file of ``size`` bytes, and delete the one of an earlier run.

        Raises:
            DiskFull: the disk has no room for ``size`` bytes.
            TransferError: the file cannot be created.
        """
        with self._translate_errors(size):
            self.part.unlink(missing_ok=True)
            free = shutil.disk_usage(self.part.parent).free
            if free < size:
                raise DiskFull(self._full_message(size, free))
            with self.part.open("xb") as file:
                file.truncate(size)

    @contextmanager
    def writing(self, first: int, left: int) -> Iterator[IO[bytes]]:
        """Open the file at byte ``first``; ``left`` is the count of missing bytes, for messages."""
        with self._translate_errors(left), self.part.open("r+b", buffering=0) as file:
            file.seek(first)
            yield file

    def flush(self) -> None:
        """Write everything to the disk (fsync)."""
        with self._translate_errors(0), self.part.open("r+b") as file:
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Rename the complete file to the final path, so that the name survives a power cut."""
        self.flush()
        with self._translate_errors(0):
            self.part.replace(self.path)
            if os.name == "posix":
                directory = os.open(self.path.parent, os.O_RDONLY)
                try:
                    os.fsync(directory)
                finally:
                    os.close(directory)

    def drop(self) -> None:
        """Delete the partial file."""
        self.part.unlink(missing_ok=True)

    @contextmanager
    def _translate_errors(self, left: int) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            if error.errno in FULL:
                raise DiskFull(self._full_message(left, None, reason)) from None
            raise TransferError(
                f"{error.filename or self.part} cannot be written: {reason}"
            ) from None

    def _full_message(self, left: int, free: int | None, reason: str = "not enough space") -> str:
        available = "" if free is None else f", {free:,} are free"
        return (
            f"The disk has no room for {self.path} ({reason}): {left:,} bytes are missing"
            f"{available}. Free some space and download again; the download resumes where it "
            "stopped."
        )
