"""Download an object by presigned URLs: ranges side by side, which resume."""

import os
from pathlib import Path

from s3vend.errors import ObjectChanged, SettingsError
from s3vend.service.connect import Service, connect
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.download.ranges import SIZE, find
from s3vend.transfer.download.run import Downloaded, DownloadRun
from s3vend.transfer.progress import Progress
from s3vend.transfer.state import State
from s3vend.transfer.storage import Lifetimes

PARALLEL = 8
FRESH_STARTS = 2  # an object that keeps changing is nobody's to download


def download(
    target: str,
    path: str | os.PathLike[str],
    *,
    part_size: int = SIZE,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    service: Service | None = None,
) -> Downloaded:
    """Get `s3://bucket/key` into a file, or into a directory under the name at the key's end.

    The file has its name once it is whole; until then it is ``.NAME.s3vend`` beside it, and the
    same call, in this or another process, goes on from there. ``part_size``: bytes of a range.

    Raises:
        TransferError: StorageError, ChecksumMismatch, ObjectChanged, DiskFull; ServiceError,
            Unreachable, IdentityError. KeyboardInterrupt: at any time.
    """
    landing = Landing(_final_path(target, Path(path)))
    asked, lives = service or connect(), Lifetimes()
    with State(landing.state) as kept:
        for start in range(FRESH_STARTS + 1):
            there = find(target, asked, lives, part_size)
            try:
                return DownloadRun(there, landing, kept, parallel, progress).whole()
            except ObjectChanged:
                landing.drop()
                kept.forget()
                if start == FRESH_STARTS:
                    raise
    raise AssertionError("it ends above")


def _final_path(target: str, path: Path) -> Path:
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SettingsError(f"{path} is neither a file nor a directory; a file would replace it.")
    if not path.parent.is_dir():
        raise SettingsError(f"There is no directory {path.parent}.")
    if not path.is_dir():
        return path
    name = target.rpartition("/")[2]
    if not name or name in (".", ".."):
        raise SettingsError(f"{path} is a directory, and {target} ends in no name for a file.")
    return path / name
