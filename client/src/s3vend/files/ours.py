"""Decides whether a file or directory is the user's own, and only the user's to change.

Windows has neither owners nor modes of this kind. Links and second names are refused there too;
the directories are in the user's profile, whose access list names only the user and the system.
"""

import errno
import os
import stat
import sys
from collections.abc import Collection
from pathlib import Path

POSIX = os.name == "posix"
ROOT = 0
SHARED_WRITE = stat.S_IWGRP | stat.S_IWOTH


class NotOurs(OSError):
    """The file or directory is a link, or others own it or can write to it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.EPERM, reason, str(path))


def own_id() -> int:
    """Return the user's id; 0 on Windows, where every file has this owner."""
    if sys.platform == "win32":
        return 0
    return os.geteuid()


def check_file(path: Path, status: os.stat_result, owners: Collection[int] = ()) -> None:
    """Raise `NotOurs` unless it is a regular file with one name, and the user's or an owner's."""
    if stat.S_ISLNK(status.st_mode):
        raise NotOurs(path, "it is a symbolic link, which is not followed")
    if not stat.S_ISREG(status.st_mode):
        raise NotOurs(path, "it is not a regular file")
    if status.st_nlink != 1:
        raise NotOurs(path, "it has a second name (a hard link)")
    check_owner(path, status, owners)


def check_same(path: Path, before: os.stat_result, after: os.stat_result) -> None:
    """Raise `NotOurs` if the file that was opened is not the one that was looked at before."""
    if not os.path.samestat(before, after):
        raise NotOurs(path, "it was replaced while it was opened")


def check_owner(path: Path, status: os.stat_result, owners: Collection[int] = ()) -> None:
    """Raise `NotOurs` if another user owns it, or can write to it."""
    if not POSIX:
        return
    if status.st_uid not in {own_id(), *owners}:
        raise NotOurs(path, "it belongs to another user")
    if status.st_mode & SHARED_WRITE:
        what = f"the directory {path}" if stat.S_ISDIR(status.st_mode) else "it"
        # A directory with this bit is shared on purpose, such as /tmp.
        hint = "" if status.st_mode & stat.S_ISVTX else "; use chmod go-w"
        raise NotOurs(path, f"others can write to {what}{hint}")
