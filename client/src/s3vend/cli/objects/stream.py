"""Copies an object to a stream. Bytes that were written cannot be taken back."""

from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from s3vend.cli.terminal.screen import screen_or_file
from s3vend.errors import ChecksumMismatch, Unreachable
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.transfer.download.checksum import Comparison
from s3vend.transfer.download.ranges import Object, find
from s3vend.transfer.download.verify import (
    NOT_VERIFIED,
    NotVerifiable,
    comparable,
    exact_sizes,
    likely_sizes,
    mismatch,
)
from s3vend.transfer.state import Remark
from s3vend.transfer.storage import Lifetimes, send_with_retries

if TYPE_CHECKING:
    from s3vend.service.connect import Service


UNEVEN = "its parts have different sizes; copy it to a file to verify it"


def stream(service: "Service", target: str, out: IO[bytes], remark: Remark = bool) -> str:
    """Write the object to ``out``, range by range; a range is written only when it is complete.

    Return the name of the checksum that the bytes match; else `not verified`, and ``remark`` is
    called with the reason. A terminal shows the object as text, with control characters escaped.

    Raises:
        ChecksumMismatch: the bytes, which are all written by then, differ from the object.
        StorageError: S3 refused a request.
        ObjectChanged: the object was replaced during the copy.
    """
    remote = find(target, service, Lifetimes())
    try:
        checksum = comparable(remote)
        sizes = likely_sizes(remote, checksum)
    except NotVerifiable as reason:
        _write(remote, out, len)
        remark(f"{target} is {NOT_VERIFIED}: {reason}.")
        return NOT_VERIFIED
    comparison = Comparison(checksum, sizes)
    _write(remote, out, comparison.update)
    if comparison.matches():
        return checksum.algorithm.name
    if exact_sizes(remote, checksum) != sizes:
        remark(f"{target} is {NOT_VERIFIED}: {UNEVEN}.")
        return NOT_VERIFIED
    raise ChecksumMismatch(f"{mismatch(remote, checksum)} Discard them and copy it again.")


def _write(remote: Object, out: IO[bytes], see: Callable[[bytes], object]) -> None:
    url, shown = remote.url, screen_or_file(out)
    for number in range(remote.count):
        first, size = remote.span(number)
        block, url = _range(remote, url, first, size)
        see(block)
        shown.write(block)
    out.flush()


def _range(remote: Object, url: Url | None, first: int, size: int) -> tuple[bytes, Url | None]:
    current = url

    def sign() -> Url:
        return remote.sign()

    def send(signed: Url) -> Answer:
        nonlocal current
        current = signed
        answer, blocks = remote.open(signed, first, size)
        body = b"".join(blocks)
        if answer.status < 300 and len(body) < size:
            raise Unreachable(f"S3 ended the answer for {remote.target} early")
        return Answer(answer.status, answer.headers, body or answer.body)

    answer = send_with_retries(f"get {remote.target}", url, sign, send, remote.service.patience)
    return answer.body, current
