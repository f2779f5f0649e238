"""Downloads with presigned URLs, in parallel ranges that resume."""

import os
from pathlib import Path

from s3vend.errors import ObjectChanged
from s3vend.service.connect import Service, connect
from s3vend.transfer.destination import check_target, download_path
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.download.ranges import SIZE, Object, find
from s3vend.transfer.download.run import Downloaded, DownloadRun
from s3vend.transfer.progress import Progress
from s3vend.transfer.resuming import saved_if_possible
from s3vend.transfer.state import Remark, State, state_file
from s3vend.transfer.storage import Lifetimes

PARALLEL = 8
FRESH_STARTS = 2  # after changes of the object; then the download fails


def download(
    target: str,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = True,
    part_size: int = SIZE,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    remark: Remark = bool,
    service: Service | None = None,
) -> Downloaded:
    """Download `s3://bucket/key` to a file, or into a directory under the last part of the key.

    A ``path`` that ends with a slash is a directory, which is created if it is missing. Until it is
    complete, the file has a random name in the same directory. After an interruption the same call,
    in any process, resumes. A file or link at the path is replaced; a link is never followed. With
    ``overwrite`` False the download fails instead, unless this is what an earlier call that was
    interrupted was to replace.
    ``part_size`` is the size of a range in bytes; ``parallel`` is the number of ranges read at a
    time. ``remark`` is called with sentences for the user, such as why the download cannot be
    resumed or verified.

    Raises:
        FileExists: the path exists, and ``overwrite`` is False.
        StorageError: S3 refused a request.
        ChecksumMismatch: the downloaded bytes differ from the object.
        ObjectChanged: the object was replaced several times during the download.
        DiskFull: the disk has no room for the file.
        TransferError: the file cannot be written, or another process downloads to the same path.
        SettingsError: the path, or the name in the key, cannot be used.
        ServiceError, Unreachable, IdentityError: as `credentials`.
    """
    check_target(target)
    final = download_path(target, path).absolute()
    remote = find(target, service or connect(), Lifetimes(), part_size)
    with Landing(final) as landing, saved_if_possible(_state_path(final), remark) as state:
        if earlier := landing.earlier_files():
            remark(
                "Files that an earlier version used, or that somebody else made, are ignored. "
                f"Delete them: {' '.join(map(str, earlier))}"
            )
        landing.check_existing(
            state.read({"path": str(final), "target": target}), overwrite=overwrite
        )
        try:
            return _download(remote, landing, state, parallel, progress, remark)
        except BaseException:
            if not state.resumable:
                landing.drop()
            raise


def _download(
    remote: Object,
    landing: Landing,
    state: State,
    parallel: int,
    progress: Progress | None,
    remark: Remark,
) -> Downloaded:
    for start in range(FRESH_STARTS + 1):
        try:
            return DownloadRun(remote, landing, state, parallel, progress, remark).run()
        except ObjectChanged:
            landing.drop()
            state.forget()
            if start == FRESH_STARTS:
                raise
        remote = find(remote.target, remote.service, remote.lifetimes, remote.part_size)
    raise AssertionError("the loop returns or raises")


def _state_path(final: Path) -> Path:
    """Return the path of the saved state; one file is written by one process at a time."""
    return state_file("download", str(final.parent.resolve() / final.name))
