"""The place of a download: a part file beside the final path, renamed when it is complete.

A rename is atomic only within a file system, so the part file lies beside the final path. Its name
is random and only the state has it, so nobody can put a file of theirs in its place. The directory
and the part file stay open, and a name that somebody swaps meanwhile changes nothing.
"""

import errno
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from s3vend.errors import DiskFull, FileExists, TransferError
from s3vend.files.directory import Directory
from s3vend.files.paths import open_directory
from s3vend.transfer.download.part import NO_SYNC, Part, Write, new_part, saved_part
from s3vend.transfer.state import Remark

FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
EARLIER = ("", ".json", ".json.new", ".json.lock")  # of the files that a version before this left


class Landing:
    """The part file of a download to ``path``: ``with Landing(path) as landing``.

    A missing directory is created.

    Raises:
        TransferError: the directory cannot be opened, or a link of another user leads to it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._directory: Directory | None = None
        self._part: Part | None = None
        self._replaces: list[int] | None = None  # what has the final name, by its status
        self._overwrite = True

    def __enter__(self) -> "Landing":
        with self._translate_errors(0):
            self._directory = open_directory(self.path.parent, make=0o777)
        return self

    def __exit__(self, *error: object) -> None:
        if self._part is not None:
            self._part.close()
        self._where.close()

    @property
    def saved(self) -> dict[str, object]:
        """The members of the state by which a later run recognises the files."""
        return {**self._open.identity, "replaces": self._replaces}

    def check_existing(self, saved: Mapping[str, Any] | None, *, overwrite: bool) -> None:
        """Check what has the final name. What an earlier run was to replace may be replaced.

        Raises:
            FileExists: something has it, and ``overwrite`` is False.
        """
        self._replaces, self._overwrite = self._existing(), overwrite
        agreed = None if saved is None else saved.get("replaces")
        if not overwrite and self._replaces not in (None, agreed):
            raise self._exists_error()

    def earlier_files(self) -> list[Path]:
        """Return the files beside the path that an earlier version used; others may have made them.

        This version does not read them.
        """
        names = [f".{self.path.name}.s3vend{ending}" for ending in EARLIER]
        with suppress(OSError):
            return [self.path.parent / name for name in names if self._where.has(name)]
        return []

    def resume(self, saved: Mapping[str, Any], remark: Remark) -> bool:
        """Open the part file of an earlier run; return whether it is still that file.

        What is not is left where it is.
        """
        try:
            self._part = saved_part(self._where, saved)
        except OSError as error:
            remark(
                f"{self.path.parent / saved['part']} is not continued: {error.strerror}. The "
                "download begins again. Find out who made that file, and delete it."
            )
        return self._part is not None

    def make(self, size: int) -> None:
        """Create a new part file of ``size`` bytes.

        Raises:
            DiskFull: the disk has no room for ``size`` bytes.
            TransferError: the file cannot be created.
        """
        with self._translate_errors(size):
            usage = shutil.disk_usage(self.path.parent)
            if usage.free < size and usage.total:  # 0: the file system does not know
                raise DiskFull(self._full_message(size, usage.free))
            self._part = new_part(self._where, size)

    @contextmanager
    def writing(self, first: int, left: int) -> Iterator[Write]:
        """Yield a function that writes blocks from byte ``first`` on.

        ``left`` is the count of missing bytes, for messages.
        """
        with self._translate_errors(left), self._open.writing(first) as write:
            yield write

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the part file."""
        with self._translate_errors(0):
            yield from self._open.blocks()

    def flush(self) -> bool:
        """Write everything to the disk; return False if the file system cannot be asked to."""
        with self._translate_errors(0):
            return self._open.flush()

    def finish(self, remark: Remark) -> None:
        """Rename the complete file to the final path, so that the name survives a power cut.

        ``remark`` is called with what the file system cannot do.

        Raises:
            FileExists: without ``overwrite``, something got the name during the download.
            TransferError: it cannot be renamed, or somebody put another file in its place.
        """
        lacking = [] if self.flush() else [NO_SYNC]
        with self._translate_errors(0):
            if not self._overwrite and self._existing() != self._replaces:
                raise self._exists_error()
            replace = self._overwrite or self._replaces is not None
            try:
                lacking += self._open.rename(self.path.name, replace=replace)
            except FileExistsError:
                raise self._exists_error() from None
        for fault in dict.fromkeys(lacking):
            remark(f"{self.path} is complete, but its file system {fault}.")
        self._open.close()
        self._part = None

    def drop(self) -> None:
        """Delete the part file, if there is one."""
        if self._part is None:
            return
        self._part.close()
        with suppress(OSError):
            self._where.remove(self._part.name)
        self._part = None

    def _existing(self) -> list[int] | None:
        """Return the status of what has the final name; of a link, the link's own."""
        with self._translate_errors(0):
            try:
                status = self._where.status(self.path.name)
            except FileNotFoundError:
                return None
        return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns]

    @property
    def _where(self) -> Directory:
        assert self._directory is not None, "use the landing in a `with` statement"
        return self._directory

    @property
    def _open(self) -> Part:
        assert self._part is not None, "make or resume the part file first"
        return self._part

    @contextmanager
    def _translate_errors(self, left: int) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or type(error).__name__
            if error.errno in FULL:
                raise DiskFull(self._full_message(left, None, reason)) from None
            raise TransferError(
                f"{error.filename or self.path} cannot be written: {reason}"
            ) from None

    def _exists_error(self) -> FileExists:
        return FileExists(f"{self.path} already exists; set overwrite to replace it")

    def _full_message(self, left: int, free: int | None, reason: str = "not enough space") -> str:
        available = "" if free is None else f", {free:,} are free"
        return (
            f"The disk has no room for {self.path} ({reason}): {left:,} bytes are missing"
            f"{available}. Free some space and download again."
        )
