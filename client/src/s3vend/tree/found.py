"""What a walk finds: files, and what it leaves out, with the reason."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

JUNCTION = 0xA0000003  # a link to a directory on Windows, which Python does not call a link
KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


class LocalFile(NamedTuple):
    """A file to copy, as it was when it was found."""

    relative: str  # to the root, with slashes
    place: str | os.PathLike[str]
    size: int  # bytes
    mtime_ns: int  # when it was written last, in nanoseconds since 1970
    stamp: tuple[int, ...]  # changes when the file is written or replaced

    @classmethod
    def of(
        cls, relative: str, place: str | os.PathLike[str], status: os.stat_result
    ) -> "LocalFile":
        """Return the file with this status."""
        return cls(relative, place, status.st_size, status.st_mtime_ns, stamp_of(status))

    @property
    def path(self) -> Path:
        """Where it is; a walk of many files makes no paths of those that are not copied."""
        return Path(self.place)


class Skipped(NamedTuple):
    """What is left out. A directory is left out with all that is in it."""

    relative: str  # to the root, with slashes; ends with one if it is a directory
    path: Path
    reason: str  # a sentence
    is_fault: bool  # whether something that is asked for is missing from the copy
    is_empty: bool = False  # a directory without anything in it

    def hides(self, relative: str) -> bool:
        """Whether a file of this name may exist here unseen, so that it must not be deleted."""
        name = self.relative.rstrip("/")
        if self.is_empty:
            return False
        return relative == name or relative.startswith(f"{name}/")


Found = LocalFile | Skipped


def is_link(status: os.stat_result) -> bool:
    """Whether it is a link, which a walk follows only if it is told to."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == JUNCTION


def stamp_of(status: os.stat_result) -> tuple[int, ...]:
    """Return numbers that change when the file with this status is written or replaced."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def is_replaced(stamp: tuple[int, ...], status: os.stat_result) -> bool:
    """Whether the status is that of another file than the stamp; the same may be written to."""
    return stamp[:2] != (status.st_dev, status.st_ino)


class LeftOut(Exception):
    """Something is left out, for this reason."""

    def __init__(self, reason: str, *, is_fault: bool = True, is_empty: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_fault, self.is_empty = reason, is_fault, is_empty
