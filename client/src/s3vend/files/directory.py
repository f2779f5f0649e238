"""An open directory: its files are opened by name, wherever its own name leads by then."""

import errno
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from s3vend.files.ours import check_file, check_same
from s3vend.files.support import supported

SAFE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a named pipe must not block
    | getattr(os, "O_BINARY", 0)
)


class Directory(NamedTuple):
    """An open directory; ``fd`` is None on Windows. Close it, or use it in a `with` statement."""

    path: Path
    fd: int | None

    def __enter__(self) -> "Directory":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the directory."""
        if self.fd is not None:
            os.close(self.fd)

    def create(self, name: str, mode: int = 0o600) -> int:
        """Create a file that only the user can read and write; return its descriptor.

        Another ``mode`` is narrowed by the umask.

        Raises:
            FileExistsError: the name exists already, for whatever it is.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | SAFE
        return os.open(self._at(name), flags, mode, dir_fd=self.fd)

    def open(self, name: str, flags: int = os.O_RDWR, owners: Collection[int] = ()) -> int:
        """Open a file of the user, or of one of the ``owners``; return its descriptor.

        Raises:
            NotOurs: it is not a regular file, has another owner or a second name, or others can
                write to it.
        """
        path, before = self.path / name, self.status(name)
        check_file(path, before, owners)  # so that no device or pipe is opened
        fd = os.open(self._at(name), flags | SAFE, dir_fd=self.fd)
        try:
            check_file(path, os.fstat(fd), owners)
            check_same(path, before, os.fstat(fd))
        except BaseException:
            os.close(fd)
            raise
        return fd

    def read(self, name: str, owners: Collection[int] = ()) -> bytes:
        """Return the content of a file; raises as `open`."""
        with os.fdopen(self.open(name, os.O_RDONLY, owners), "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Replace a file atomically by one that only the user can read and write."""
        new = f".{os.urandom(16).hex()}.new"
        try:
            with os.fdopen(self.create(new), "wb") as file:
                file.write(content)
            self.rename(new, name)
        except BaseException:
            self.remove(new)
            raise

    def rename(self, old: str, new: str) -> None:
        """Rename a file. A file or link at the new name is replaced, and never followed."""
        os.replace(self._at(old), self._at(new), src_dir_fd=self.fd, dst_dir_fd=self.fd)

    def rename_new(self, old: str, new: str) -> None:
        """Rename a file, unless the new name exists.

        A file system without hard links cannot do both at once: there, a file that appears in
        between is replaced.

        Raises:
            FileExistsError: the new name exists, for whatever it is.
        """
        try:
            self._link(old, new)
        except FileExistsError:
            # On NFS, the first answer may get lost, and the second says that the name exists.
            if not os.path.samestat(self.status(old), self.status(new)):
                raise
            self.remove(old)
        except OSError:  # each file system has a code of its own for links that it does not know
            if self.has(new):
                raise FileExistsError(
                    errno.EEXIST, os.strerror(errno.EEXIST), str(self.path / new)
                ) from None
            self.rename(old, new)
        else:
            self.remove(old)

    def _link(self, old: str, new: str) -> None:
        if self.fd is None:
            os.link(self._at(old), self._at(new))
            return
        fd = self.fd
        os.link(old, new, src_dir_fd=fd, dst_dir_fd=fd, follow_symlinks=False)

    def remove(self, name: str) -> None:
        """Remove a file or link, if there is one."""
        with suppress(FileNotFoundError):
            os.unlink(self._at(name), dir_fd=self.fd)

    def status(self, name: str) -> os.stat_result:
        """Return the status of what has this name; of a link, the link's own."""
        return os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)

    def has(self, name: str) -> bool:
        """Whether the name exists; a link counts wherever it leads."""
        try:
            self.status(name)
        except FileNotFoundError:
            return False
        return True

    def sync(self) -> bool:
        """Write the names to the disk, so that they survive a power cut.

        Return False if that is not possible. Windows does not need to be asked.
        """
        if self.fd is None:
            return True
        try:
            fd = os.open(".", os.O_RDONLY | SAFE, dir_fd=self.fd)
        except PermissionError:  # a directory that may be entered, but not listed
            return False
        try:
            return supported(lambda: os.fsync(fd))
        finally:
            os.close(fd)

    def _at(self, name: str) -> str:
        return name if self.fd is not None else str(self.path / name)
