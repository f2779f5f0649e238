"""Uploads with presigned URLs: a small file in one request, a larger one in parts that resume."""

import os
from collections.abc import Mapping
from dataclasses import replace

from s3vend.errors import TransferError
from s3vend.presigning.naming import upload_members
from s3vend.service.connect import Service, connect
from s3vend.transfer import checksums
from s3vend.transfer.destination import check_target, upload_target
from s3vend.transfer.media_types import media_type
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.resuming import saved_if_possible
from s3vend.transfer.state import Remark, State
from s3vend.transfer.upload import multipart
from s3vend.transfer.upload.sending import SMALL, Uploaded, UploadJob
from s3vend.transfer.upload.source import Source, source_of
from s3vend.transfer.upload.whole import put_whole

PARALLEL = 8
ARGUMENTS = ("overwrite", "partSize", "parallel", "progress", "remark", "service")  # of `upload`


def upload(
    path: str | os.PathLike[str],
    target: str,
    *,
    content_type: str | None = None,
    overwrite: bool = True,
    part_size: int | None = None,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    remark: Remark = bool,
    service: Service | None = None,
    **members: object,
) -> Uploaded:
    """Upload a file to `s3://bucket/key`. S3 verifies a checksum of every part, or of the file.

    A ``target`` that ends with a slash is a prefix, below which the key ends with the file's name.
    After an interruption the same call, in any process, resumes: parts that S3 already has are not
    sent again. ``content_type`` is guessed from the file name if absent. With ``overwrite`` False
    the upload fails if the target exists. ``part_size`` is in bytes, 5 MiB or more; ``parallel``
    is the number of parts sent at a time. ``members`` are further members of the API's request,
    such as ``kms_key``, and ``save_as``, as in `presign`.

    Raises:
        StorageError: S3 refused a request, or the target exists and ``overwrite`` is False.
        FileChanged: the file was changed during the upload.
        TransferError: the file cannot be read, or another process uploads it to the same target.
        ServiceError, Unreachable, IdentityError, SettingsError: as `credentials`.
    """
    kept = upload_members({"content_type": content_type, **members}, ARGUMENTS)
    guessed = media_type(os.fspath(path), kept.get("contentEncoding"))
    if guessed and "contentType" not in kept:
        kept["contentType"] = guessed
    check_target(target)
    source, key = source_of(path), upload_target(path, target)
    return upload_source(
        source, key, kept, service or connect(), overwrite, part_size, parallel, progress, remark
    )


def upload_source(
    source: Source,
    target: str,
    members: Mapping[str, object],
    service: Service,
    overwrite: bool,  # noqa: FBT001 - as in `upload`
    part_size: int | None = None,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    remark: Remark = bool,
) -> Uploaded:
    """Upload a file that was looked at, to a key; ``members`` are the API's. Raises as `upload`."""
    job = UploadJob(
        source,
        target,
        service,
        dict(members),
        overwrite,
        checksums.fastest(),
        Counter(source.size, progress),
        parallel,
        part_size,
        remark,
    )
    if job.source.size <= (part_size or SMALL):
        return put_whole(job)
    with saved_if_possible(job.state_path, remark) as state:
        return multipart.run(job, state)


def abandon(path: str | os.PathLike[str], target: str, *, service: Service | None = None) -> bool:
    """Abort an interrupted upload, so that S3 deletes its parts and charges nothing for them.

    Returns whether there was one to abort.

    Raises:
        TransferError: it could not be aborted, and the next call tries again.
    """

    def fail(text: str) -> None:
        raise TransferError(text)

    source = source_of(path)
    connected, counter = service or connect(), Counter(source.size, None)
    key = upload_target(path, target)
    whole = UploadJob(source, key, connected, {}, True, checksums.SHA256, counter, 1)  # noqa: FBT003
    job = replace(whole, remark=fail)
    with State(job.state_path) as state:
        return multipart.end(job, state)
