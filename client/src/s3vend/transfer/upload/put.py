"""Upload a file by presigned URLs: one request for a small one, parts that resume for others."""

import mimetypes
import os
from pathlib import Path

from s3vend.service.connect import Service, connect
from s3vend.service.urls import Url, url_of
from s3vend.transfer import checksums
from s3vend.transfer.progress import Counter, Progress
from s3vend.transfer.state import State
from s3vend.transfer.storage import Lifetimes, send_with_retries
from s3vend.transfer.upload import multipart
from s3vend.transfer.upload.sending import SMALL, Uploaded, UploadJob
from s3vend.transfer.upload.source import source_of

PARALLEL = 8


def upload(
    path: str | os.PathLike[str],
    target: str,
    *,
    content_type: str | None = None,
    overwrite: bool = True,
    part_size: int | None = None,
    parallel: int = PARALLEL,
    progress: Progress | None = None,
    service: Service | None = None,
    **members: object,
) -> Uploaded:
    """Put a file at `s3://bucket/key`; S3 compares the checksum of every part, or of the whole.

    What an earlier run has sent, in this or another process, is not sent again. ``content_type``
    is guessed from the name if absent. ``overwrite`` False: only if nothing is there yet.
    ``part_size``: bytes, 5 MiB or more. ``members`` are others of the API, such as ``kmsKey``.

    Raises:
        TransferError: StorageError, FileChanged; ServiceError, Unreachable, IdentityError.
        KeyboardInterrupt: at any time; the same call goes on from there.
    """
    kind = content_type or mimetypes.guess_type(str(path))[0]
    typed: dict[str, object] = {"contentType": kind} if kind else {}
    source = source_of(Path(path))
    sending = UploadJob(
        source,
        target,
        service or connect(),
        members | typed,
        overwrite,
        checksums.fastest(),
        Counter(source.size, progress),
        parallel,
        part_size,
    )
    if sending.source.size <= (part_size or SMALL):
        return _upload_whole(sending)
    with State(sending.place) as kept:
        return multipart.run(sending, kept)


def abandon(path: str | os.PathLike[str], target: str, *, service: Service | None = None) -> bool:
    """End an upload that was interrupted, so that its parts cost nothing; False: there is none."""
    source = source_of(Path(path))
    asked, counter = service or connect(), Counter(source.size, None)
    sending = UploadJob(source, target, asked, {}, True, checksums.SHA256, counter, 1)  # noqa: FBT003
    with State(sending.place) as kept:
        return multipart.end(sending, kept)


def _upload_whole(sending: UploadJob) -> Uploaded:
    """In one request."""
    size, lives = sending.source.size, Lifetimes()
    request = {
        **sending.members,
        **sending.only_new,
        "method": "PUT",
        "target": sending.target,
        "contentLength": size,
        sending.algorithm.member: sending.algorithm.of(sending.source.blocks(0, size)),
    }

    def sign() -> Url:
        made = lives.ask(
            lambda seconds: sending.service.ask(
                "presigned-urls", {"expiresIn": seconds, "requests": [request]}
            )
        )
        return url_of(made["urls"][0])

    answer = send_with_retries(
        f"put {sending.target}",
        None,
        sign,
        lambda url: sending.put(url, 0, size, lambda: None),
        sending.service.patience,
    )
    etag = answer.headers.get("etag", "")
    return Uploaded(sending.target, size, etag, sending.algorithm.name)
