"""Opens directories one name at a time, so that no link of another user is followed."""

import errno
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from s3vend.files.directory import SAFE, Directory
from s3vend.files.ours import POSIX, ROOT, NotOurs, check_owner, own_id

OWN = 0o700  # the mode of a directory for the user alone
LINKS = 40  # followed in one path, as Linux does
# O_PATH also opens a directory that may be entered, but not listed.
ENTER = getattr(os, "O_PATH", os.O_RDONLY) | getattr(os, "O_DIRECTORY", 0) | SAFE


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return the path, with the home directory for ~.

    A user whom the system does not know, and for whom HOME is not set, has / as in a container.
    """
    text = os.path.expanduser(path)  # noqa: PTH111 - pathlib raises RuntimeError without a home
    return Path("/", text[2:]) if text.startswith("~/") else Path(text)


def open_directory(path: Path, *, make: int | None = None, posix: bool = POSIX) -> Directory:
    """Open a directory. Links on the way are followed if they belong to the user or to root.

    ``make`` is the mode with which missing directories are created.

    Raises:
        NotOurs: a link on the way belongs to another user, who can change where it leads.
    """
    if not posix:
        if make is not None:
            path.mkdir(mode=make, parents=True, exist_ok=True)
        return Directory(path.resolve(strict=True), None)
    try:
        return Directory(path, _walk(path, make))
    except NotOurs:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def private_directory(
    path: Path, *, make: bool = False, owners: Collection[int] = (), posix: bool = POSIX
) -> Directory:
    """Open a directory of the user that is not a link, and to which nobody else can write.

    With ``make`` it is created if it is missing.

    Raises:
        NotOurs: it is a link, or another user owns it or can write to it.
    """
    mode = OWN if make else None
    with open_directory(path.parent, make=mode, posix=posix) as parent:
        status = _status(path.name, parent, mode)
        if stat.S_ISLNK(status.st_mode):
            raise NotOurs(path, "it is a symbolic link, which is not followed")
        if parent.fd is None:
            return Directory(parent.path / path.name, None)
        directory = Directory(path, _enter(path, parent.fd))
    try:
        check_owner(path, os.fstat(directory.fd or 0), owners)
    except BaseException:
        directory.close()
        raise
    return directory


def _enter(path: Path, parent: int) -> int:
    try:
        return os.open(path.name, ENTER, dir_fd=parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _walk(path: Path, mode: int | None) -> int:
    """Return a descriptor of the directory."""
    names, links = list(reversed(path.parts)), 0
    here = Directory(path, os.open(names.pop() if path.is_absolute() else ".", ENTER))
    try:
        while names:
            name = names.pop()
            status = _status(name, here, mode)
            if not stat.S_ISLNK(status.st_mode):
                inner = os.open(name, ENTER, dir_fd=here.fd)
                here.close()
                here = Directory(path, inner)
                continue
            links += 1
            _check_link(path, name, status, links)
            names += reversed(Path(os.readlink(name, dir_fd=here.fd)).parts)
    except BaseException:
        here.close()
        raise
    assert here.fd is not None
    return here.fd


def _check_link(path: Path, name: str, status: os.stat_result, links: int) -> None:
    if status.st_uid not in (ROOT, own_id()):
        raise NotOurs(path, f"{name} is a symbolic link of another user")
    if links > LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))


def _status(name: str, parent: Directory, mode: int | None) -> os.stat_result:
    """Return the status of a name; with a ``mode``, a missing directory is created."""
    try:
        return parent.status(name)
    except FileNotFoundError:
        if mode is None:
            raise
    at = name if parent.fd is not None else str(parent.path / name)
    with suppress(FileExistsError):
        os.mkdir(at, mode, dir_fd=parent.fd)
    return parent.status(name)
