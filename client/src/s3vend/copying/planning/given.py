"""Files that are named one by one, beside directories."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from s3vend.errors import TransferError
from s3vend.tree.found import Found, LocalFile, Skipped
from s3vend.tree.rules import key_fault


def file_at(path: Path) -> LocalFile:
    """Return a file as it is now. Its key ends with its name.

    Raises:
        TransferError: there is none, or its name cannot be part of a key.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - as `walk` does
    except OSError as error:
        raise TransferError(f"{path} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(status.st_mode):
        raise TransferError(f"{path} is neither a file nor a directory.")
    if reason := key_fault(path.name, windows=False):
        raise TransferError(f"{path} cannot be copied: its name {reason.removeprefix('it ')}.")
    return LocalFile.of(path.name, path, status)


def once_each(sources: Iterable[Iterable[Found]]) -> Iterator[Found]:
    """Yield what is found in all sources; of files with one name, only the first."""
    names: set[str] = set()
    for found in sources:
        for one in found:
            if isinstance(one, LocalFile) and one.relative in names:
                reason = f"{one.path} is left out: another source has {one.relative!r} too."
                yield Skipped(one.relative, one.path, reason, is_fault=True)
            else:
                names.add(one.relative)
                yield one
