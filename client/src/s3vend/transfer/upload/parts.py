"""A multipart upload as the service plans it: its parts, and the URLs for them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from s3vend.errors import StorageError
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url, url_of, urls_of
from s3vend.service.connect import Service
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.storage import Lifetimes
from s3vend.transfer.upload.source import Content

FEW, MOST = 2, 100  # parts signed at once: few at first, so that sending starts soon


@dataclass(frozen=True, slots=True)
class Sent:
    """A part that S3 has, with the ETag from S3's answer and its checksum in base64."""

    etag: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part to send."""

    number: int  # counted from 1
    first: int  # its first byte in the file
    size: int  # bytes
    checksum: str
    url: Url


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload in progress. ``id`` is the service's id; S3's id stays in the service."""

    id: str
    size: int
    part_size: int
    algorithm: Algorithm
    service: Service
    lifetimes: Lifetimes = field(default_factory=Lifetimes)

    @property
    def count(self) -> int:
        """The number of parts."""
        return -(-self.size // self.part_size)

    def sign(self, numbers: range, checksums: Iterable[str]) -> list[Url]:
        """Return URLs for consecutive parts, in order."""
        members = {"from": numbers[0], "to": numbers[-1], "checksums": list(checksums)}
        entries = self._request("parts", members)["parts"]
        return urls_of(entries, len(numbers), self.service.settings.url)

    def completion(self, condition: Mapping[str, object]) -> Url:
        """Return the URL that joins the parts."""
        return url_of(self._request("completion", condition), self.service.settings.url)

    def abort(self) -> Url:
        """Return the URL that aborts the upload and deletes its parts."""
        return url_of(self._request("abort", {}), self.service.settings.url)

    def missing(self, source: Content, sent: Mapping[int, Sent]) -> Iterator[Part]:
        """Yield the parts that S3 does not have yet, with their URLs.

        Parts are signed in batches whose size doubles.
        """
        batch = FEW
        for numbers in runs([n for n in range(1, self.count + 1) if n not in sent]):
            at = 0
            while at < len(numbers):
                some = numbers[at : at + batch]
                yield from self._sign_parts(source, some)
                at, batch = at + len(some), min(MOST, batch * 2)

    def _sign_parts(self, source: Content, numbers: range) -> Iterator[Part]:
        spans = [self.span(number) for number in numbers]
        checksums = [self.algorithm.of(source.blocks(first, size)) for first, size in spans]
        urls = self.sign(numbers, checksums)
        for number, (first, size), checksum, url in zip(
            numbers, spans, checksums, urls, strict=True
        ):
            yield Part(number, first, size, checksum, url)

    def span(self, number: int) -> tuple[int, int]:
        """Return the first byte and the size of a part."""
        first = (number - 1) * self.part_size
        return first, min(self.part_size, self.size - first)

    def completion_body(self, sent: Mapping[int, Sent]) -> bytes:
        """Return the body of the request that joins the parts.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
        """
        from xml.etree import ElementTree as ET

        root = ET.Element(
            "CompleteMultipartUpload", xmlns="http://s3.amazonaws.com/doc/2006-03-01/"
        )
        for number, part in sorted(sent.items()):
            element = ET.SubElement(root, "Part")
            ET.SubElement(element, "PartNumber").text = str(number)
            ET.SubElement(element, "ETag").text = part.etag
            ET.SubElement(element, f"Checksum{self.algorithm.name}").text = part.checksum
        return ET.tostring(root)

    def _request(self, action: str, members: Mapping[str, object]) -> dict[str, Any]:
        route = f"multipart-uploads/{quote(self.id, safe='')}/{action}"
        return self.lifetimes.request(
            lambda seconds: self.service.ask(route, {**members, "expiresIn": seconds})
        )


def etag_of(answer: Answer, action: str) -> str:
    """Return the ETag of a part that S3 has taken; ``action`` is for messages.

    Raises:
        StorageError: the answer has none.
    """
    etag = answer.headers.get("etag")
    if not etag:
        raise StorageError(action, answer.status, "NoETag")
    return etag


def runs(numbers: list[int]) -> Iterator[range]:
    """Yield ascending numbers as ranges without gaps."""
    begin = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield range(numbers[begin], numbers[at - 1] + 1)
            begin = at
