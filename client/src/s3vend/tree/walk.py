"""Walks a directory in the order in which S3 lists keys, so that both can be compared in one pass.

S3 lists by the bytes of UTF-8, and a slash is one of them: `a-b` comes before `a/b`. So a directory
is sorted by its name with a slash. Memory holds the names of one directory for each level.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from s3vend.errors import TransferError
from s3vend.files.part_names import is_part_name
from s3vend.tree.access import NOBODY, may_read, own_user
from s3vend.tree.filters import EVERYTHING, Filters
from s3vend.tree.found import KINDS, Found, LeftOut, LocalFile, Skipped, is_link
from s3vend.tree.rules import is_plain, key_fault

KEY_BYTES = 1024  # of a key, in UTF-8


def walk(
    root: str | os.PathLike[str],
    *,
    prefix: str = "",
    follow_symlinks: bool = False,
    filters: Filters = EVERYTHING,
) -> Iterator[Found]:
    """Return an iterator of the files below ``root`` and of what is left out, in S3's order.

    ``prefix`` begins the keys, which have at most 1,024 bytes. ``filters`` say which relative paths
    are asked for; others are not mentioned, except a directory left out that may have some.

    Raises:
        TransferError: ``root`` is not a directory that can be read.
    """
    walking = _Walk(len(prefix.encode()), follow_symlinks, filters, own_user())
    try:
        top = walking.level("", os.fspath(root), os.stat(root))  # noqa: PTH116 - may be a text
    except OSError as error:
        raise TransferError(f"{os.fspath(root)} cannot be read: {error.strerror}.") from None
    return walking.found(top)


def likely_names(
    root: str | os.PathLike[str],
    *,
    prefix: str = "",
    follow_symlinks: bool = False,
    filters: Filters = EVERYTHING,
) -> Iterator[str]:
    """Yield the names that `walk` will probably find, in its order; only directories are read."""
    return _Walk(len(prefix.encode()), follow_symlinks, filters).likely_names(os.fspath(root))


class _Level(NamedTuple):
    """A directory that is being walked. ``relative`` is empty, or ends with a slash."""

    relative: str
    path: str  # with a separator at its end
    identity: tuple[int, int]
    names: Iterator[str]
    is_empty: bool
    room: int  # bytes that a key has left for a name here


class _Walk(NamedTuple):
    prefix: int  # bytes
    follow: bool
    filters: Filters
    user: int = NOBODY

    def found(self, top: _Level) -> Iterator[Found]:
        levels = [top]
        while levels:
            for name in levels[-1].names:
                found = self._look(name, levels)
                if isinstance(found, _Level):
                    levels.append(found)
                    break
                if self.filters.admits(found.relative) or self._may_miss(found):
                    yield found
            else:
                levels.pop()

    def likely_names(self, root: str) -> Iterator[str]:
        levels = self._opened("", root, [])
        while levels:
            level = levels[-1]
            for name in level.names:
                relative = f"{level.relative}{name}"
                if self._name_fault(name, level):
                    continue
                if name.endswith("/"):
                    levels += self._opened(relative, f"{level.path}{name[:-1]}", levels)
                    break
                if self.filters.admits(relative):
                    yield relative
            else:
                levels.pop()

    def _opened(self, relative: str, path: str, levels: list[_Level]) -> list[_Level]:
        """Return the directory, unless it cannot be read or leads back to one that it is in."""
        try:
            level = self.level(relative, path, os.stat(path))  # noqa: PTH116 - for speed
        except OSError:
            return []
        return [] if level.identity in (one.identity for one in levels) else [level]

    def _may_miss(self, found: Found) -> bool:
        """Whether files that are asked for may be in what is left out."""
        if isinstance(found, LocalFile):
            return False
        if found.relative.endswith("/"):
            return found.is_fault and self.filters.reaches(found.relative)
        is_directory = os.path.isdir(found.path)  # noqa: PTH112 - which raises no errors
        return is_directory and self.filters.reaches(f"{found.relative}/")

    def level(self, relative: str, path: str, status: os.stat_result) -> _Level:
        with os.scandir(path) as entries:
            names = [f"{one.name}/" if self._is_directory(one) else one.name for one in entries]
        names.sort()  # by code points, which is the order of the bytes of UTF-8
        inside = os.path.join(path, "")  # noqa: PTH118 - for speed
        room = KEY_BYTES - self.prefix - len(relative.encode())
        return _Level(relative, inside, _identity(status), iter(names), not names, room)

    def _is_directory(self, entry: "os.DirEntry[str]") -> bool:
        try:
            return entry.is_dir(follow_symlinks=self.follow)
        except OSError:  # such as a link that leads to itself
            return False

    def _look(self, name: str, levels: list[_Level]) -> Found | _Level:
        """Return the file, why it is left out, or the directory to walk next."""
        level, fault, is_empty = levels[-1], True, False
        relative, path = f"{level.relative}{name}", f"{level.path}{name.rstrip('/')}"
        try:
            if left_out := self._name_fault(name, level):
                raise left_out
            return self._entry(relative, path, levels)
        except LeftOut as out:
            reason, fault, is_empty = out.reason, out.is_fault, out.is_empty
        except FileNotFoundError:
            reason, fault = "it vanished, or is a link that leads nowhere", Path(path).is_symlink()
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
        return Skipped(relative, Path(path), f"{path} is left out: {reason}.", fault, is_empty)

    def _name_fault(self, name: str, level: _Level) -> LeftOut | None:
        """Return why no key has the name."""
        length = len(name)  # in bytes, of a plain one
        if not is_plain(name):
            bare = name.rstrip("/")
            if is_part_name(bare):
                return LeftOut("it is an unfinished download", is_fault=False)
            try:
                length = len(name.encode())
            except UnicodeEncodeError:
                return LeftOut("its name is not UTF-8, as keys are")
            if reason := key_fault(bare, windows=False):
                return LeftOut(f"its name cannot be part of a key, since {reason}")
        if length > level.room:
            whole = KEY_BYTES - level.room + length
            return LeftOut(f"its key would have {whole:,} bytes, and S3 takes {KEY_BYTES:,}")
        return None

    def _entry(self, relative: str, path: str, levels: list[_Level]) -> LocalFile | _Level:
        status = os.lstat(path)
        if stat.S_ISREG(status.st_mode) and not relative.endswith("/"):
            return self._file(relative, path, status)
        if is_link(status):
            if not self.follow:
                raise LeftOut("it is a symbolic link (see --follow-symlinks)", is_fault=False)
            status = os.stat(path)  # noqa: PTH116 - for speed
        if kind := KINDS.get(stat.S_IFMT(status.st_mode)):
            raise LeftOut(f"it is {kind}", is_fault=False)
        if stat.S_ISDIR(status.st_mode) != relative.endswith("/"):
            raise LeftOut("it was replaced meanwhile")
        if stat.S_ISDIR(status.st_mode):
            if any(level.identity == _identity(status) for level in levels):
                raise LeftOut("it is a link to a directory that it is in", is_fault=False)
            level = self.level(relative, path, status)
            if level.is_empty:
                reason = "it is an empty directory, and S3 has none"
                raise LeftOut(reason, is_fault=False, is_empty=True)
            return level
        return self._file(relative, path, status)

    def _file(self, relative: str, path: str, status: os.stat_result) -> LocalFile:
        if not may_read(path, status, self.user):
            raise LeftOut("it cannot be read: Permission denied")
        return LocalFile.of(relative, path, status)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
