"""Copies an object to a stream. Bytes that were written cannot be taken back."""

from hashlib import md5
from typing import IO, TYPE_CHECKING

from s3vend.errors import ChecksumMismatch
from s3vend.http.wire import Answer
from s3vend.service.urls import Url
from s3vend.transfer.download.ranges import Object, find
from s3vend.transfer.storage import Lifetimes, send_with_retries

if TYPE_CHECKING:
    from s3vend.service.connect import Service


def stream(service: "Service", target: str, out: IO[bytes]) -> None:
    """Write the object to ``out``, range by range; a range is written only when it is complete.

    Raises:
        StorageError: S3 refused a request.
        ObjectChanged: the object was replaced during the copy.
        ChecksumMismatch: the bytes, which are all written by then, differ from the object.
    """
    remote = find(target, service, Lifetimes())
    digest, url = md5(usedforsecurity=False), remote.url
    for number in range(remote.count):
        first, size = remote.span(number)
        block, url = _range(remote, url, first, size)
        digest.update(block)
        out.write(block)
    out.flush()
    if remote.md5 is not None and digest.hexdigest() != remote.md5:
        raise ChecksumMismatch(
            f"The bytes written do not have the MD5 of {target}. Discard them and copy it again."
        )


def _range(remote: Object, url: Url | None, first: int, size: int) -> tuple[bytes, Url | None]:
    current = url

    def sign() -> Url:
        return remote.sign()

    def send(signed: Url) -> Answer:
        nonlocal current
        current = signed
        answer, blocks = remote.open(signed, first, size)
        return Answer(answer.status, answer.headers, b"".join(blocks) or answer.body)

    answer = send_with_retries(f"get {remote.target}", url, sign, send, remote.service.patience)
    return answer.body, current
