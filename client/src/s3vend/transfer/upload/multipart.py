"""A multipart upload from its start, or from where an earlier run stopped, to its end."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from s3vend.errors import FileChanged, NotFound, S3VendError, StorageError
from s3vend.transfer import checksums
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.crew import Crew
from s3vend.transfer.state import State
from s3vend.transfer.storage import Lifetimes, send_with_retries
from s3vend.transfer.upload.join import join
from s3vend.transfer.upload.parts import Part, Sent, Upload
from s3vend.transfer.upload.sending import Uploaded, UploadJob

SavedState = Mapping[str, Any]
EACH = 0.001  # seconds between two notes of what is done, for each part that is in them


def run(sending: UploadJob, kept: State) -> Uploaded:
    """Go on with what is kept, or start; what cannot be gone on with is ended.

    Raises: as `upload`.
    """
    before = kept.read(sending.same)
    algorithm = checksums.by_name(before["algorithm"]) if before else None
    if before is None or algorithm is None:
        end(sending, kept)  # of another state of the file, if any
        return _send(sending, kept, _start(sending), {})
    sent = {int(number): Sent(*one) for number, one in before["sent"].items()}
    try:
        return _send(sending, kept, _resume(sending, before, algorithm), sent)
    except (NotFound, StorageError) as error:
        if not isinstance(error, NotFound) and error.code != "NoSuchUpload":
            raise
    kept.forget()  # its plan has ended, or somebody ended it
    sending.counter.restart()
    return _send(sending, kept, _start(sending), {})


def end(sending: UploadJob, kept: State) -> bool:
    """End the upload that is kept, if there is one; S3 drops its parts."""
    before = kept.read({"target": sending.target})
    if before is None:
        return False
    with suppress(S3VendError):  # it may have ended by itself, or its grant has
        running = _resume(sending, before, checksums.SHA256)
        service = sending.service
        send_with_retries(
            "end an upload",
            None,
            running.abort,
            lambda url: service.wire.send(url.method, url.url, url.headers),
            service.patience,
        )
    kept.forget()
    return True


def _start(sending: UploadJob) -> Upload:
    size, lives = sending.source.size, Lifetimes()
    asked = {
        **sending.members,
        "target": sending.target,
        "size": size,
        "checksumAlgorithm": sending.algorithm.name,
        **({"partSize": sending.part_size} if sending.part_size else {}),
    }
    made = lives.ask(
        lambda seconds: sending.service.ask("multipart-uploads", {**asked, "expiresIn": seconds})
    )
    part_size = int(made["partSize"])
    return Upload(made["uploadId"], size, part_size, sending.algorithm, sending.service, lives)


def _resume(sending: UploadJob, before: SavedState, algorithm: Algorithm) -> Upload:
    size = sending.source.size
    return Upload(before["upload"], size, before["partSize"], algorithm, sending.service)


def _send(sending: UploadJob, kept: State, upload: Upload, sent: dict[int, Sent]) -> Uploaded:
    resumed = sum(upload.place(number)[1] for number in sent)
    sending.counter.add(resumed)
    crew: Crew[Part] = Crew(sending.parallel)
    patience = replace(sending.service.patience, sleep=crew.pause)
    lock = threading.Lock()

    def save() -> None:
        done = {str(number): [one.etag, one.checksum] for number, one in sent.items()}
        kept.write(
            sending.same
            | {"upload": upload.id, "partSize": upload.part_size, "sent": done}
            | {"algorithm": upload.algorithm.name}
        )

    def work(part: Part) -> None:
        doing = f"take part {part.number} of {upload.count} of {sending.target}"
        numbers = range(part.number, part.number + 1)
        answer = send_with_retries(
            doing,
            part.url,
            lambda: upload.sign(numbers, [part.checksum])[0],
            lambda url: sending.put(url, part.first, part.size, crew.check),
            patience,
        )
        etag = answer.headers.get("etag")
        if not etag:
            raise StorageError(doing, answer.status, "NoETag")
        with lock:
            sent[part.number] = Sent(etag, part.checksum)
            if kept.due(len(sent) * EACH):
                save()

    save()
    try:
        crew.run(upload.missing(sending.source, dict(sent)), work)
    except BaseException:
        with lock, suppress(S3VendError):
            save()
        raise
    try:
        sending.source.check()
        etag = join(sending, upload, sent)
    except (FileChanged, StorageError) as error:
        if isinstance(error, FileChanged) or 400 <= error.status < 500:
            end(sending, kept)  # these parts will never become that object
        raise
    kept.forget()
    return Uploaded(sending.target, sending.source.size, etag, upload.algorithm.name, resumed)
