"""One run of a multipart upload: start it or resume it, send the missing parts, and join them."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from s3vend.errors import FileChanged, NotFound, S3VendError, StorageError
from s3vend.transfer import checksums
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.crew import Crew
from s3vend.transfer.state import State
from s3vend.transfer.storage import CONFLICT, Lifetimes, send_with_retries
from s3vend.transfer.upload.join import GONE, join
from s3vend.transfer.upload.parts import Part, Sent, Upload, etag_of
from s3vend.transfer.upload.sending import Uploaded, UploadJob

SavedState = Mapping[str, Any]
EACH = 0.001  # seconds between two writes of the state, for each part that the state lists


def run(job: UploadJob, state: State) -> Uploaded:
    """Resume the saved upload, or start a new one; an upload that cannot be resumed is aborted.

    Raises:
        TransferError, ServiceError, Unreachable, IdentityError: as `upload`.
    """
    saved = state.read(job.fingerprint)
    algorithm = checksums.by_name(saved["algorithm"]) if saved else None
    resumes = saved is not None and algorithm is not None
    try:
        if saved is not None and algorithm is not None:
            sent = {int(number): Sent(*part) for number, part in saved["sent"].items()}
            return _send(job, state, _resume(job, saved, algorithm), sent)
        end(job, state)  # one may be left from before the file changed
        return _send(job, state, _start(job), {})
    except (NotFound, StorageError) as error:
        # The upload has expired in the service, was aborted in S3, or can no longer be joined.
        gone = isinstance(error, NotFound) or error.code == GONE
        if not (resumes and gone) and error.code != CONFLICT:
            raise
    state.forget()
    job.counter.restart()
    return _send(job, state, _start(job), {})


def end(job: UploadJob, state: State) -> bool:
    """Abort the saved upload, so that S3 deletes its parts; return whether there was one."""
    saved = state.read({"target": job.target})
    if saved is None:
        return False
    abort(job, _resume(job, saved, checksums.SHA256))
    state.forget()
    return True


def abort(job: UploadJob, upload: Upload) -> None:
    """Abort an upload, or say that it may still have parts. It may be over already."""
    service = job.service
    try:
        send_with_retries(
            f"abort the upload to {job.target}",
            None,
            upload.abort,
            lambda url: service.wire.send(url.method, url.url, url.headers),
            service.patience,
        )
    except S3VendError as error:
        is_over = isinstance(error, NotFound) or getattr(error, "code", None) == GONE
        if not is_over:
            job.remark(
                f"The upload to {job.target} could not be aborted ({type(error).__name__}). Its "
                "parts cost money until the bucket's owner, or a lifecycle rule, removes them."
            )


def start(job: UploadJob, sizes: Mapping[str, object]) -> Upload:
    """Start an upload; ``sizes`` are the members that say how many parts there are."""
    lifetimes = Lifetimes()
    request = {
        **job.members,
        **sizes,
        "target": job.target,
        "checksumAlgorithm": job.algorithm.name,
    }
    answer = lifetimes.request(
        lambda seconds: job.service.ask("multipart-uploads", {**request, "expiresIn": seconds})
    )
    size, part_size = job.source.size, int(answer.get("partSize", 0))
    return Upload(answer["uploadId"], size, part_size, job.algorithm, job.service, lifetimes)


def _start(job: UploadJob) -> Upload:
    part_size = {"partSize": job.part_size} if job.part_size else {}
    return start(job, {"size": job.source.size, **part_size})


def _resume(job: UploadJob, saved: SavedState, algorithm: Algorithm) -> Upload:
    size = job.source.size
    return Upload(saved["upload"], size, saved["partSize"], algorithm, job.service)


def _send(job: UploadJob, state: State, upload: Upload, sent: dict[int, Sent]) -> Uploaded:
    resumed = sum(upload.span(number)[1] for number in sent)
    job.counter.add(resumed)
    crew: Crew[Part] = Crew(job.parallel)
    patience = job.service.patience._replace(sleep=crew.pause)
    lock = threading.Lock()

    def save() -> None:
        done = {str(number): [part.etag, part.checksum] for number, part in sent.items()}
        state.write(
            job.fingerprint
            | {"upload": upload.id, "partSize": upload.part_size, "sent": done}
            | {"algorithm": upload.algorithm.name}
        )

    def work(part: Part) -> None:
        action = f"put part {part.number} of {upload.count} of {job.target}"
        numbers = range(part.number, part.number + 1)
        answer = send_with_retries(
            action,
            part.url,
            lambda: upload.sign(numbers, [part.checksum])[0],
            lambda url: job.put(url, part.first, part.size, crew.check),
            patience,
        )
        with lock:
            sent[part.number] = Sent(etag_of(answer, action), part.checksum)
            if state.is_due(len(sent) * EACH):
                save()

    def give_up(*, hopeless: bool) -> None:
        if hopeless or not state.resumable:
            abort(job, upload)
            state.forget()

    save()
    try:
        crew.run(upload.missing(job.source, dict(sent)), work)
    except BaseException:
        with lock, suppress(S3VendError):
            save()
        give_up(hopeless=False)
        raise
    try:
        job.source.check()
        etag = join(job, upload, sent)
    except BaseException as error:
        refused = isinstance(error, StorageError) and 400 <= error.status < 500
        # These parts can never become that object.
        give_up(hopeless=refused or isinstance(error, FileChanged))
        raise
    state.forget()
    return Uploaded(job.target, job.source.size, etag, upload.algorithm.name, resumed)
