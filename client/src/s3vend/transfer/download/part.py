"""The part file of a download: open from its creation to its renaming, under a random name."""

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from s3vend.errors import TransferError
from s3vend.files.directory import Directory
from s3vend.files.part_names import is_part_name, new_part_name
from s3vend.files.support import supported
from s3vend.http.wire import BLOCK

NO_MODE = "cannot set its permissions; check who can read it"
NO_SYNC = "cannot be asked to write it to the disk now; a power cut soon may still undo it"
Write = Callable[[bytes], None]


@dataclass(slots=True)
class Part:
    """An open part file."""

    name: str
    fd: int  # -1: closed
    directory: Directory
    _seeking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def identity(self) -> dict[str, object]:
        """The members of the state by which a later run recognises the file."""
        status = os.fstat(self.fd)
        return {"part": self.name, "device": status.st_dev, "inode": status.st_ino}

    @contextmanager
    def writing(self, first: int) -> Iterator[Write]:
        """Yield a function that writes blocks one after the other, from byte ``first`` on."""
        fd, at = os.dup(self.fd), first  # another thread may close the file meanwhile

        def write(block: bytes) -> None:
            nonlocal at
            view = memoryview(block)
            while view:
                count = self._write(fd, view, at)
                view, at = view[count:], at + count

        try:
            yield write
            _begin_flush(fd, first, at - first)
        finally:
            os.close(fd)

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the file."""
        with os.fdopen(os.dup(self.fd), "rb", buffering=0) as file:
            file.seek(0)
            while block := file.read(BLOCK):
                yield block

    def rename(self, name: str, *, replace: bool) -> Iterator[str]:
        """Give the file its final name, and the permissions of any new file.

        Yield what the file system could not do.

        Raises:
            FileExistsError: the name exists, and ``replace`` is False.
            TransferError: somebody put another file in its place.
        """
        self._check_name(self.name)
        give_name = self.directory.rename if replace else self.directory.rename_new
        if sys.platform == "win32":  # which does not rename an open file
            self.close()
            give_name(self.name, name)
            return
        if not supported(lambda: os.fchmod(self.fd, 0o666 & ~_umask())):
            yield NO_MODE
        try:
            give_name(self.name, name)
        except OSError:
            # Else a later run would not take it up again.
            supported(lambda: os.fchmod(self.fd, 0o600))
            raise
        self._check_name(name)
        if not self.directory.sync():
            yield NO_SYNC

    def flush(self) -> bool:
        """Write everything to the disk; return False if the file system cannot be asked to."""
        return supported(lambda: os.fsync(self.fd))

    def close(self) -> None:
        """Close the file, if it is open."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def _write(self, fd: int, view: memoryview, at: int) -> int:
        if sys.platform != "win32":
            return os.pwrite(fd, view, at)
        with self._seeking:
            os.lseek(fd, at, os.SEEK_SET)
            return os.write(fd, view)

    def _check_name(self, name: str) -> None:
        """Raise `TransferError` unless this file has the name."""
        try:
            if os.path.samestat(self.directory.status(name), os.fstat(self.fd)):
                return
        except FileNotFoundError:
            pass
        raise TransferError(
            f"Another process replaced {self.directory.path / name} during the download. Do not "
            "use that file; download again to a directory that only you can write to."
        )


def new_part(directory: Directory, size: int) -> Part:
    """Create a part file of ``size`` bytes."""
    name = new_part_name()
    fd = directory.create(name)
    try:
        os.ftruncate(fd, size)
    except BaseException:
        os.close(fd)
        directory.remove(name)
        raise
    return Part(name, fd, directory)


def saved_part(directory: Directory, saved: Mapping[str, Any]) -> Part | None:
    """Open the part file of a saved state; None if there is none.

    Raises:
        NotOurs, OSError: what has its name now may be somebody else's.
    """
    name = saved.get("part")
    if not isinstance(name, str) or not is_part_name(name):
        return None
    try:
        part = Part(name, directory.open(name), directory)
    except FileNotFoundError:
        return None
    if any(saved.get(member) != value for member, value in part.identity.items()):
        part.close()
        raise OSError(0, "it is not the file that an earlier run wrote")
    return part


def _begin_flush(fd: int, first: int, size: int) -> None:
    """Have these bytes written to the disk meanwhile, so that a flush has little left to do.

    Linux begins to write what it is told to forget, and forgets nothing before it is written.
    """
    if size and sys.platform == "linux":
        with suppress(OSError):  # it is only advice
            os.posix_fadvise(fd, first, size, os.POSIX_FADV_DONTNEED)


def _umask() -> int:
    mask = os.umask(0o077)  # it cannot be read without being set
    os.umask(mask)
    return mask
