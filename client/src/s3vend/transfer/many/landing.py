"""Writes small files, translates what the file system refuses, and notices that it is slow."""

import errno
import os
import re
from collections.abc import Mapping
from pathlib import Path

from s3vend.errors import DiskFull, FileExists, TransferError
from s3vend.files.directory import Directory
from s3vend.listing.entries import Listed
from s3vend.transfer.download.landing import FULL

SAMPLE, SLOW = 256, 0.001  # steps, and seconds that one takes where the disk is slow
_MTIME = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,9}))?")


class explained:  # noqa: N801 - used as a statement
    """Translates errors of the file system about a file in a directory, or at a path."""

    def __init__(self, root: Path, name: str = "") -> None:
        self._root, self._name = root, name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        path = self._root / self._name
        if isinstance(error, FileExistsError):
            raise FileExists(f"{path} already exists, and is not replaced") from None
        reason = error.strerror or type(error).__name__
        if error.errno in FULL:
            raise DiskFull(
                f"The disk has no room for {path} ({reason}). Free some space and run the command "
                "again."
            ) from None
        if error.errno == errno.EISDIR:
            reason = "a directory has its name"
        raise TransferError(f"{path} cannot be written: {reason}.") from None


def write_whole(directory: Directory, part: str, data: bytes, written: int) -> None:
    """Write a new file, with the time at which it was written, in nanoseconds since 1970."""
    fd = directory.create(part, 0o666)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.utime(fd if os.utime in os.supports_fd else directory.path / part, ns=(written, written))
    finally:
        os.close(fd)


def written_at(source: Listed, headers: Mapping[str, str]) -> int:
    """Return when the file was written, from the metadata of its upload; else when S3 got it.

    A time after that is not one, and would make the file look newer than the object.
    """
    match = _MTIME.fullmatch(headers.get("x-amz-meta-mtime", ""))
    if match is None:
        return source.modified_ns
    return min(source.modified_ns, int(match[1]) * 10**9 + int(f"{match[2] or '':0<9}"))


class Speed:
    """Notices a slow disk: most files wait for it, not only those between which others ran."""

    def __init__(self) -> None:
        self.is_slow = False
        self._steps = self._slow = 0

    def add(self, seconds: float) -> None:
        """Count a step; each file has two, of which one uses the disk."""
        self._steps += 1
        self._slow += seconds > SLOW
        if self._steps == SAMPLE:
            self.is_slow = self.is_slow or self._slow > SAMPLE // 3
            self._steps = self._slow = 0
