"""An object read in ranges, all from the version that existed when the download began."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from s3vend.errors import ObjectChanged, TransferError
from s3vend.http.wire import BLOCK, Answer, TranslateErrors, lower_names
from s3vend.presigning.batches import presign_urls
from s3vend.presigning.urls import Url
from s3vend.service.connect import Service
from s3vend.transfer.download.checksum import Checksum, checksum_of
from s3vend.transfer.storage import Lifetimes, send_with_retries

SIZE = 16 * 1024 * 1024  # bytes of a range
Request = Mapping[str, object]
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Object:
    """The object to download, as it was when the download began."""

    target: str
    size: int  # bytes
    etag: str
    checksum: Checksum | str  # or why there is none to compare the bytes with
    service: Service
    url: Url | None = field(repr=False)
    lifetimes: Lifetimes
    part_size: int  # bytes of a range

    @property
    def count(self) -> int:
        """The number of ranges."""
        return -(-self.size // self.part_size)

    def span(self, number: int) -> tuple[int, int]:
        """Return the first byte and the size of a range; ranges are counted from 0."""
        first = number * self.part_size
        return first, min(self.part_size, self.size - first)

    def sign(self) -> Url:
        """Return a new URL to read the object."""
        return self.presign([_get(self.target)])[0]

    def presign(self, requests: Sequence[Request]) -> list[Url]:
        """Return a URL for each request, with the longest lifetime that the grant allows."""
        return _presign(self.service, self.lifetimes, requests)

    def open(self, url: Url, first: int, size: int) -> tuple[Answer, Iterator[bytes]]:
        """Request a range; return S3's answer and the bytes of the range as they arrive.

        The bytes of an error answer are in its ``body`` instead.

        Raises:
            ObjectChanged: the object was replaced since the download began.
            TransferError: S3 answered with another range.
            Unreachable: no answer, or only a part of one.
        """
        wire = self.service.wire
        headers = {**url.headers, "Range": f"bytes={first}-{first + size - 1}"}
        headers |= {"If-Match": self.etag, "Accept-Encoding": "identity"}
        response = wire.open(url.method, url.url, headers)
        response_headers = lower_names(response.headers)
        if response.status not in (200, 206):
            with TranslateErrors(url.url):
                body = response.read(decode_content=True)
            response.release_conn()
            if response.status == 412:
                raise self.changed_error()
            return Answer(response.status, response_headers, body), iter(())
        span = _RANGE.fullmatch(response_headers.get("content-range", ""))
        received = tuple(map(int, span.groups())) if span else (0, self.size - 1, self.size)
        if response_headers.get("etag", self.etag) != self.etag or received[2] != self.size:
            response.close()
            raise self.changed_error()
        if received[:2] != (first, first + size - 1):
            response.close()
            raise TransferError(
                f"S3 answered with bytes {received[0]} to {received[1]} of {self.target} instead "
                f"of {first} to {first + size - 1}. Download it again."
            )

        def blocks() -> Iterator[bytes]:
            done, left = False, size
            try:
                while left:
                    with TranslateErrors(url.url):
                        block = response.read(min(BLOCK, left), decode_content=False)
                        left -= len(block)
                        more = not left and response.read(1, decode_content=False)
                    if not block:
                        break
                    if more:
                        raise TransferError(
                            f"S3 sent more bytes of {self.target} than requested. Download it "
                            "again."
                        )
                    done = not left  # before the last block, since nobody may ask for another
                    yield block
            finally:
                response.release_conn() if done else response.close()

        return Answer(response.status, response_headers, b""), blocks()

    def changed_error(self) -> ObjectChanged:
        """Return the error for an object that was replaced."""
        return ObjectChanged(
            f"{self.target} was replaced during the download. Download it again when no other "
            "program writes to it."
        )


def find(target: str, service: Service, lifetimes: Lifetimes, part_size: int = SIZE) -> Object:
    """Return the object that is at the target now.

    Raises:
        StorageError: the target does not exist, or S3 refused the request.
        TransferError: S3's answer has no size or no ETag.
        ServiceError: the service refused to sign the URLs.
    """
    head = head_request(target)
    found, get = _presign(service, lifetimes, [head, _get(target)])
    answer = send_with_retries(
        f"find {target}",
        found,
        lambda: _presign(service, lifetimes, [head])[0],
        lambda url: service.wire.send(url.method, url.url, url.headers),
        service.patience,
    )
    size, etag = answer.headers.get("content-length", ""), answer.headers.get("etag", "")
    if not size.isdecimal() or not etag:
        raise TransferError(f"S3's answer for {target} has no size or no ETag.")
    checksum = checksum_of(answer.headers)
    return Object(target, int(size), etag, checksum, service, get, lifetimes, part_size)


def _get(target: str) -> Request:
    return {"method": "GET", "target": target}


def head_request(target: str, **members: object) -> Request:
    """Return a request for a URL that asks for the object's properties and checksum."""
    return {"method": "HEAD", "target": target, "checksumMode": "ENABLED", **members}


def _presign(service: Service, lifetimes: Lifetimes, requests: Sequence[Request]) -> list[Url]:
    return lifetimes.request(lambda seconds: presign_urls(service, requests, seconds))
