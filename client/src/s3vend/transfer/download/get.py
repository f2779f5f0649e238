"""Downloads with presigned URLs, in parallel ranges that resume."""

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
FRESH_STARTS = 2  # after changes of the object; then the download fails


def download(
    target: str,
    path: str | os.PathLike[str],
    *,
    part_size: int = SIZE,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    service: Service | None = None,
) -> Downloaded:
    """Download `s3://bucket/key` to a file, or into a directory under the last part of the key.

    Until it is complete the file is named ``.NAME.s3vend``. After an interruption the same call,
    in any process, resumes. ``part_size`` is the size of a range in bytes; ``parallel`` is the
    number of ranges read at a time.

    Raises:
        StorageError: S3 refused a request.
        ChecksumMismatch: the downloaded bytes differ from the object.
        ObjectChanged: the object was replaced several times during the download.
        DiskFull: the disk has no room for the file.
        TransferError: the file cannot be written, or another process downloads to the same path.
        SettingsError: the path cannot be used.
        ServiceError, Unreachable, IdentityError: as `credentials`.
    """
    landing = Landing(_final_path(target, Path(path)))
    connected, lifetimes = service or connect(), Lifetimes()
    with State(landing.state) as state:
        for start in range(FRESH_STARTS + 1):
            remote = find(target, connected, lifetimes, part_size)
            try:
                return DownloadRun(remote, landing, state, parallel, progress).run()
            except ObjectChanged:
                landing.drop()
                state.forget()
                if start == FRESH_STARTS:
                    raise
    raise AssertionError("the loop returns or raises")


def _final_path(target: str, path: Path) -> Path:
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file() and not path.is_dir():
        raise SettingsError(
            f"{path} is neither a file nor a directory, and the download would replace it. "
            "Choose another path."
        )
    if not path.parent.is_dir():
        raise SettingsError(f"The directory {path.parent} does not exist. Create it first.")
    if not path.is_dir():
        return path
    name = target.rpartition("/")[2]
    if not name or name in (".", ".."):
        raise SettingsError(
            f"{path} is a directory, and {target} does not end in a file name. Name the file."
        )
    return path / name
