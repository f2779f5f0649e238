"""An object to a stream, range after range: what has gone out cannot be taken back."""

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
    """Write the object; a range is asked for again where it breaks off, and written once whole.

    Raises:
        TransferError: StorageError, ObjectChanged, or ChecksumMismatch at the very end.
    """
    there = find(target, service, Lifetimes())
    whole, url = md5(usedforsecurity=False), there.url
    for number in range(there.count):
        first, size = there.place(number)
        block, url = _range(there, url, first, size)
        whole.update(block)
        out.write(block)
    out.flush()
    if there.md5 is not None and whole.hexdigest() != there.md5:
        raise ChecksumMismatch(f"What came of {target} is not what S3 has: take none of it.")


def _range(there: Object, url: Url | None, first: int, size: int) -> tuple[bytes, Url | None]:
    used = url

    def sign() -> Url:
        return there.sign()

    def send(signed: Url) -> Answer:
        nonlocal used
        used = signed
        answer, blocks = there.open(signed, first, size)
        return Answer(answer.status, answer.headers, b"".join(blocks) or answer.body)

    answer = send_with_retries(f"get {there.target}", url, sign, send, there.service.patience)
    return answer.body, used
