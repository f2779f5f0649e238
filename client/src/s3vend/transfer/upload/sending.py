"""The parameters of one upload, its result, and the sending of its bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from s3vend.errors import S3VendError, StorageError, TransferError
from s3vend.http.wire import Answer
from s3vend.presigning.presign import presign
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer import state
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.progress import Counter
from s3vend.transfer.upload.source import Content

SMALL = 16 * 1024 * 1024  # bytes up to which a file is sent in one request


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The result of an upload. ``resumed`` is the number of bytes that an earlier run sent."""

    target: str
    size: int
    etag: str
    algorithm: str  # of the checksums that S3 verified
    resumed: int = 0


@dataclass(frozen=True, slots=True)
class UploadJob:
    """An upload with the caller's parameters."""

    source: Content
    target: str
    service: Service
    members: Mapping[str, object]  # contentType, kmsKey, …
    overwrite: bool
    algorithm: Algorithm
    counter: Counter
    parallel: int
    part_size: int | None = None
    remark: state.Remark = bool

    @property
    def state_path(self) -> Path:
        """The path of the saved state, derived from service, target and file."""
        names = (self.service.settings.url, self.target, self.source.name)
        return state.state_file("upload", *names)

    @property
    def fingerprint(self) -> dict[str, object]:
        """The members that must equal those of an earlier run, so that this run can resume it."""
        return {
            "target": self.target,
            "stamp": list(self.source.stamp),
            "members": dict(sorted(self.members.items())),
        }

    @property
    def condition(self) -> dict[str, object]:
        """The condition on the last request: with ``overwrite`` False, no object exists."""
        return {} if self.overwrite else {"ifNoneMatch": "*"}

    def put(self, url: Url, first: int, size: int, check: Callable[[], object]) -> Answer:
        """Send these bytes of the file. ``check`` is called for each block and may raise."""
        sent = 0

        def on_block(length: int) -> None:
            nonlocal sent
            check()
            sent += length
            self.counter.add(length)

        done = False
        body = self.source.blocks(first, size, on_block) if size else b""
        headers = {"Content-Length": str(size), **url.headers}
        try:
            answer = self.service.wire.send(url.method, url.url, headers, body)
            done = answer.status < 300
        finally:
            if not done:
                self.counter.add(-sent)
        return answer


def etag_if_there(job: UploadJob, etag: str, error: StorageError) -> str:
    """Return the ETag if the object at the target is the one that was sent.

    An answer may get lost after S3 has made the object; ``error`` is the answer to a second try.

    Raises:
        TransferError: it is not, or it is unknown which object is there.
    """
    service = job.service
    try:
        [url] = presign([job.target], method="HEAD", expires_in=60, service=service)
        answer = service.wire.send("HEAD", url.url, url.headers)
        if answer.status == 200 and answer.headers.get("etag", "") == etag:
            return etag
        found = f"HEAD answers {answer.status} {answer.headers.get('etag', '')}"
    except S3VendError as refusal:
        found = f"HEAD failed with {type(refusal).__name__}"
    raise TransferError(
        f"The upload to {job.target} may or may not be complete: S3's answer was lost, and a "
        f"second try got {error.code} ({found}). Check whether the object exists with ETag {etag} "
        "before you upload it again."
    )
