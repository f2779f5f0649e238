"""Verifies the bytes of a download, and says by which checksum, or why not."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from s3vend.errors import ChecksumMismatch, StorageError
from s3vend.presigning.urls import Url
from s3vend.transfer.download.checksum import Checksum, Comparison, even_sizes
from s3vend.transfer.download.ranges import Object, Request, head_request
from s3vend.transfer.storage import send_with_retries

NOT_VERIFIED = "not verified"
BATCH = 500  # URLs of parts signed at once
NO_SIZES = "S3 does not say how large its parts are, which its checksum is made of"
Blocks = Callable[[], Iterable[bytes]]


class NotVerifiable(Exception):
    """The bytes cannot be compared with a checksum. The message says why."""


def verify(remote: Object, blocks: Blocks) -> str:
    """Compare the bytes with the object's checksum, and return the name of its algorithm.

    Raises:
        NotVerifiable: S3 has no checksum that can be computed here.
        ChecksumMismatch: the bytes differ from the object.
        TransferError, ServiceError, Unreachable: S3 did not say how large the parts are.
    """
    checksum = comparable(remote)
    for sizes in _possible_sizes(remote, checksum):
        comparison = Comparison(checksum, sizes)
        for block in blocks():
            comparison.update(block)
        if comparison.matches():
            return checksum.algorithm.name
    raise mismatch(remote, checksum)


def comparable(remote: Object) -> Checksum:
    """Return the object's checksum; raise `NotVerifiable` if it has none."""
    if isinstance(remote.checksum, str):
        raise NotVerifiable(remote.checksum)
    return remote.checksum


def likely_sizes(remote: Object, checksum: Checksum) -> Sequence[int]:
    """Return the sizes of the parts, as they are if all but the last are as large as the first.

    Empty for a checksum that is not made of parts. Raises as `verify`.
    """
    if not checksum.parts:
        return ()
    [first] = _sizes(remote, checksum, [1])
    return even_sizes(remote.size, checksum.parts, first) or exact_sizes(remote, checksum)


def exact_sizes(remote: Object, checksum: Checksum) -> Sequence[int]:
    """Return the sizes of the parts, from one request for each. Raises as `verify`."""
    if not checksum.parts:
        return ()
    sizes = _sizes(remote, checksum, range(1, checksum.parts + 1))
    if sum(sizes) != remote.size:
        raise NotVerifiable(NO_SIZES)
    return sizes


def mismatch(remote: Object, checksum: Checksum) -> ChecksumMismatch:
    """Return the error for bytes that differ from the object."""
    return ChecksumMismatch(
        f"The downloaded bytes do not have the {checksum.algorithm.name} of {remote.target}."
    )


def _possible_sizes(remote: Object, checksum: Checksum) -> Iterator[Sequence[int]]:
    """Yield the likely sizes, then the exact ones if they differ."""
    likely = likely_sizes(remote, checksum)
    yield likely
    exact = exact_sizes(remote, checksum)
    if exact != likely:
        yield exact


def _sizes(remote: Object, checksum: Checksum, numbers: Sequence[int]) -> list[int]:
    sizes = []
    for at in range(0, len(numbers), BATCH):
        batch = numbers[at : at + BATCH]
        requests = [head_request(remote.target, partNumber=number) for number in batch]
        for request, url in zip(requests, remote.presign(requests), strict=True):
            headers = _head(remote, request, url)
            size = headers.get("content-length", "")
            counted = headers.get("x-amz-mp-parts-count") == str(checksum.parts)
            if not counted or not size.isdecimal():
                raise NotVerifiable(NO_SIZES)
            sizes.append(int(size))
    return sizes


def _head(remote: Object, request: Request, url: Url) -> Mapping[str, str]:
    service = remote.service
    try:
        answer = send_with_retries(
            f"find a part of {remote.target}",
            url,
            lambda: remote.presign([request])[0],
            lambda signed: service.wire.send(
                signed.method, signed.url, {**signed.headers, "If-Match": remote.etag}
            ),
            service.patience,
        )
    except StorageError as error:
        if error.status == 412:
            raise remote.changed_error() from None
        raise
    if answer.headers.get("etag", remote.etag) != remote.etag:
        raise remote.changed_error()
    return answer.headers
