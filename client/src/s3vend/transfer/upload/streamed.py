"""Uploads a stream of unknown size, such as stdin: in parts, and without a copy on the disk."""

import errno
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO

from s3vend.errors import DiskFull, InvalidRequest, TransferError
from s3vend.service.connect import Service
from s3vend.transfer import checksums
from s3vend.transfer.crew import Crew
from s3vend.transfer.media_types import media_type
from s3vend.transfer.progress import Counter, Report
from s3vend.transfer.resuming import Unsaved
from s3vend.transfer.state import Remark
from s3vend.transfer.storage import send_with_retries
from s3vend.transfer.upload import multipart
from s3vend.transfer.upload.join import join
from s3vend.transfer.upload.parts import Sent, Upload, etag_of
from s3vend.transfer.upload.pieces import PARTS, Piece, Space, pieces
from s3vend.transfer.upload.sending import SMALL, Uploaded, UploadJob
from s3vend.transfer.upload.source import Held, source_of
from s3vend.transfer.upload.whole import put_whole

SPOOLED = (
    "The grant limits uploads, so S3 has to know the size before: stdin is written to a temporary "
    "file first."
)


def upload_stream(
    stream: IO[bytes],
    target: str,
    *,
    content_type: str | None,
    overwrite: bool,
    part_size: int | None = None,
    parallel: int,
    progress: Report | None,
    remark: Remark,
    service: Service,
    **members: object,
) -> Uploaded:
    """Upload all bytes of a stream to `s3://bucket/key`; a short one in one request.

    Parts grow with their number, so that a stream may have terabytes. If the upload fails or is
    interrupted, it is aborted, since a stream cannot be read again.

    Raises:
        As `upload`.
    """
    crew: Crew[Piece] = Crew(parallel)
    space, counter = Space(), Counter(None, progress)
    counter.add(0)  # shows that it has begun, while it waits for the stream
    read = pieces(stream, part_size or SMALL, space, crew.check)
    first = next(read)
    kind = content_type or media_type(target, members.get("contentEncoding"))
    members |= {"contentType": kind} if kind else {}
    job = UploadJob(
        Held(first.data),
        target,
        service,
        members,
        overwrite,
        checksums.fastest(),
        counter,
        parallel,
        part_size,
        remark,
    )
    if first.is_last:
        return put_whole(job)
    everything = chain([first], read)
    try:
        upload = multipart.start(job, {"parts": PARTS})
    except InvalidRequest as error:
        if all(fault.pointer != "/size" for fault in error.problem.faults):
            raise
        remark(SPOOLED)
        return _upload_spooled(job, everything, space)
    try:
        return _send(job, upload, everything, crew, space)
    except BaseException:
        multipart.abort(job, upload)
        raise


def _send(
    job: UploadJob, upload: Upload, all_pieces: Iterable[Piece], crew: Crew[Piece], space: Space
) -> Uploaded:
    patience = job.service.patience._replace(sleep=crew.pause)
    sent: dict[int, Sent] = {}
    sizes: list[int] = []
    lock = threading.Lock()

    def work(piece: Piece) -> None:
        part, number, size = replace(job, source=Held(piece.data)), piece.number, len(piece.data)
        checksum = upload.algorithm.of(part.source.blocks(0, size))
        action = f"put part {number} of {job.target}"
        answer = send_with_retries(
            action,
            None,
            lambda: upload.sign(range(number, number + 1), [checksum])[0],
            lambda url: part.put(url, 0, size, crew.check),
            patience,
        )
        with lock:
            sent[number] = Sent(etag_of(answer, action), checksum)
            sizes.append(size)
        space.give(size)

    crew.run(all_pieces, work)
    return Uploaded(job.target, sum(sizes), join(job, upload, sent), upload.algorithm.name)


def _upload_spooled(job: UploadJob, all_pieces: Iterable[Piece], space: Space) -> Uploaded:
    with tempfile.TemporaryDirectory(prefix="s3vend-") as directory:
        path = Path(directory, "stdin")
        try:
            with path.open("xb") as file:
                for piece in all_pieces:
                    file.write(piece.data)
                    space.give(len(piece.data))
        except OSError as error:
            kind = DiskFull if error.errno == errno.ENOSPC else TransferError
            raise kind(
                f"stdin cannot be written to a temporary file in {tempfile.gettempdir()}: "
                f"{error.strerror}. Set TMPDIR to a directory with more room."
            ) from None
        source = source_of(path)
        job.counter.total = source.size
        return multipart.run(replace(job, source=source), Unsaved(path))
