"""Directories below one that a copy writes to. They stay open; no link below is followed."""

import errno
import os
import stat
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from s3vend.files.directory import Directory
from s3vend.files.ours import NotOurs
from s3vend.files.paths import ENTER, open_directory

KEPT = 64  # directories that stay open


@dataclass(slots=True)
class _Held:
    directory: Directory
    users: int = 0


class Below:
    """The directories below ``root``, which is created if ``make`` is set and it is missing.

    Thread-safe. Use it in a `with` statement, which closes them.

    Raises:
        OSError: the root cannot be opened.
    """

    def __init__(self, root: Path, *, make: bool) -> None:
        self._root = open_directory(root, make=0o777 if make else None)
        self._held: OrderedDict[str, _Held] = OrderedDict({"": _Held(self._root, 1)})
        self._lock = threading.Lock()

    def __enter__(self) -> "Below":
        return self

    def __exit__(self, *error: object) -> None:
        for held in self._held.values():
            held.directory.close()

    def at(self, relative: str, *, make: bool = True) -> "_Use":
        """Open the directory at a relative path with slashes, for a `with` statement.

        With ``make`` it is created. The statement raises:
            NotOurs: a link stands in its place, or on the way.
            OSError: it cannot be opened or created.
        """
        return _Use(self, relative, make)

    def take(self, relative: str, *, make: bool) -> _Held:
        """Open a directory, which stays open until it is given back."""
        with self._lock:
            held = self._hold(relative, make=make)
            held.users += 1
            return held

    def give(self, held: _Held) -> None:
        """Give a directory back."""
        with self._lock:
            held.users -= 1
            self._close_some()

    def _hold(self, relative: str, *, make: bool) -> _Held:
        held = self._held.get(relative)
        if held is None:
            above, _, name = relative.rpartition("/")
            parent = self._hold(above, make=make).directory
            held = self._held[relative] = _Held(_entered(parent, name, make=make))
        self._held.move_to_end(relative)
        return held

    def _close_some(self) -> None:
        if len(self._held) <= KEPT:
            return
        for relative in [name for name, held in self._held.items() if not held.users]:
            self._held.pop(relative).directory.close()
            if len(self._held) <= KEPT:
                return


class _Use:
    def __init__(self, below: Below, relative: str, make: bool) -> None:  # noqa: FBT001
        self._below, self._relative, self._make = below, relative, make

    def __enter__(self) -> Directory:
        self._held = self._below.take(self._relative, make=self._make)
        return self._held.directory

    def __exit__(self, *error: object) -> None:
        self._below.give(self._held)


def _entered(parent: Directory, name: str, *, make: bool) -> Directory:
    """Open a directory in another one."""
    path = parent.path / name
    at = name if parent.fd is not None else str(path)
    if make:
        with suppress(FileExistsError):
            os.mkdir(at, dir_fd=parent.fd)
    try:
        if parent.fd is not None:
            return Directory(path, os.open(name, ENTER, dir_fd=parent.fd))
        status = parent.status(name)
        if not stat.S_ISDIR(status.st_mode) or bool(getattr(status, "st_reparse_tag", 0)):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise NotOurs(
                path, "a file or a symbolic link stands in place of a directory"
            ) from None
        raise OSError(error.errno, error.strerror, str(path)) from None
    return Directory(path, None)
