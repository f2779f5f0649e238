"""One object in ranges, each of the very object that was there at the beginning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from s3vend.errors import ObjectChanged, TransferError
from s3vend.http.wire import BLOCK, Answer, TranslateErrors, lower_names
from s3vend.service.connect import Service
from s3vend.service.urls import Url, url_of
from s3vend.transfer.storage import Lifetimes, send_with_retries

SIZE = 16 * 1024 * 1024  # bytes of a range
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_MD5 = re.compile(r'"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class Object:
    """An object as it was when the download began."""

    target: str
    size: int
    etag: str
    md5: str | None  # of all bytes, where S3 says so
    service: Service
    url: Url | None = field(repr=False)
    lives: Lifetimes
    part_size: int  # bytes of a range

    @property
    def count(self) -> int:
        """How many ranges."""
        return -(-self.size // self.part_size)

    def place(self, number: int) -> tuple[int, int]:
        """First byte and size of a range, counted from 0."""
        first = number * self.part_size
        return first, min(self.part_size, self.size - first)

    def sign(self) -> Url:
        """Another URL to read it."""
        return url_of(_presign(self.service, self.lives, self.target, "GET")[0])

    def open(self, url: Url, first: int, size: int) -> tuple[Answer, Iterator[bytes]]:
        """S3's answer, and the bytes of this range as they come if it is a good one.

        Raises:
            ObjectChanged: there is another object now. Unreachable: no answer, or not all of it.
        """
        wire = self.service.wire
        headers = {**url.headers, "Range": f"bytes={first}-{first + size - 1}"}
        headers |= {"If-Match": self.etag, "Accept-Encoding": "identity"}
        response = wire.open(url.method, url.url, headers)
        answered = lower_names(response.headers)
        if response.status not in (200, 206):
            with TranslateErrors(url.url):
                body = response.read(decode_content=True)
            response.release_conn()
            if response.status == 412:
                raise self.changed()
            return Answer(response.status, answered, body), iter(())
        span = _RANGE.fullmatch(answered.get("content-range", ""))
        got = tuple(map(int, span.groups())) if span else (0, self.size - 1, self.size)
        if answered.get("etag", self.etag) != self.etag or got[2] != self.size:
            response.close()
            raise self.changed()
        if got[:2] != (first, first + size - 1):
            response.close()
            raise TransferError(f"S3 answered other bytes of {self.target} than it was asked for.")

        def blocks() -> Iterator[bytes]:
            done = False
            try:
                left = size
                while left:
                    with TranslateErrors(url.url):
                        block = response.read(min(BLOCK, left), decode_content=False)
                    if not block:
                        break
                    left -= len(block)
                    yield block
                done = not left
            finally:
                response.release_conn() if done else response.close()

        return Answer(response.status, answered, b""), blocks()

    def changed(self) -> ObjectChanged:
        """What is said of another object in its place."""
        return ObjectChanged(f"{self.target} became another object while it was downloaded.")


def find(target: str, service: Service, lives: Lifetimes, part_size: int = SIZE) -> Object:
    """What is there now.

    Raises:
        StorageError: nothing is. ServiceError: refused.
    """
    head, get = (url_of(one) for one in _presign(service, lives, target, "HEAD", "GET"))
    answer = send_with_retries(
        f"find {target}",
        head,
        lambda: url_of(_presign(service, lives, target, "HEAD")[0]),
        lambda url: service.wire.send(url.method, url.url, url.headers),
        service.patience,
    )
    size, etag = answer.headers.get("content-length", ""), answer.headers.get("etag", "")
    if not size.isdecimal() or not etag:
        raise TransferError(f"S3 says neither size nor ETag of {target}.")
    plain = answer.headers.get("x-amz-server-side-encryption", "AES256") == "AES256"
    found = _MD5.fullmatch(etag)
    md5 = found[1] if found and plain else None
    return Object(target, int(size), etag, md5, service, get, lives, part_size)


def _presign(
    service: Service, lives: Lifetimes, target: str, *methods: str
) -> list[dict[str, Any]]:
    requests = [{"method": method, "target": target} for method in methods]
    made = lives.ask(
        lambda seconds: service.ask("presigned-urls", {"expiresIn": seconds, "requests": requests})
    )
    urls: list[dict[str, Any]] = made["urls"]
    return urls
