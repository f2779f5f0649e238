"""A multipart upload as the service plans it: its parts signed, sent, and joined."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from s3vend.service.connect import Service
from s3vend.service.urls import Url, url_of
from s3vend.transfer.checksums import Algorithm
from s3vend.transfer.storage import Lifetimes
from s3vend.transfer.upload.source import Source

FEW, MOST = 2, 100  # parts that are signed at once: few in the beginning, so that it begins soon


@dataclass(frozen=True, slots=True)
class Sent:
    """A part that S3 has: its ETag as S3 gave it, and its checksum."""

    etag: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is to be sent."""

    number: int
    first: int  # byte in the file
    size: int
    checksum: str
    url: Url


@dataclass(frozen=True, slots=True)
class Upload:
    """A running upload. ``id`` is the service's own; S3's stays there."""

    id: str
    size: int
    part_size: int
    algorithm: Algorithm
    service: Service
    lives: Lifetimes = field(default_factory=Lifetimes)

    @property
    def count(self) -> int:
        """How many parts it has."""
        return -(-self.size // self.part_size)

    def sign(self, numbers: range, checksums: Iterable[str]) -> list[Url]:
        """URLs for parts that follow each other."""
        asked = {"from": numbers[0], "to": numbers[-1], "checksums": list(checksums)}
        return [url_of(one) for one in self._ask("parts", asked)["parts"]]

    def completion(self, more: Mapping[str, object]) -> Url:
        """The URL that joins the parts."""
        return url_of(self._ask("completion", more))

    def abort(self) -> Url:
        """The URL that ends the upload and drops its parts."""
        return url_of(self._ask("abort", {}))

    def missing(self, source: Source, sent: Mapping[int, Sent]) -> Iterator[Part]:
        """Parts that S3 does not have yet, signed; some at once, and more each time."""
        least = FEW
        for numbers in runs([n for n in range(1, self.count + 1) if n not in sent]):
            at = 0
            while at < len(numbers):
                some = numbers[at : at + least]
                yield from self._signed(source, some)
                at, least = at + len(some), min(MOST, least * 2)

    def _signed(self, source: Source, numbers: range) -> Iterator[Part]:
        places = [self.place(number) for number in numbers]
        checksums = [self.algorithm.of(source.blocks(first, size)) for first, size in places]
        urls = self.sign(numbers, checksums)
        for number, (first, size), checksum, url in zip(
            numbers, places, checksums, urls, strict=True
        ):
            yield Part(number, first, size, checksum, url)

    def place(self, number: int) -> tuple[int, int]:
        """First byte and size of a part."""
        first = (number - 1) * self.part_size
        return first, min(self.part_size, self.size - first)

    def joined(self, sent: Mapping[int, Sent]) -> bytes:
        """What S3 is told when the parts are joined."""
        from xml.etree import ElementTree as ET

        root = ET.Element(
            "CompleteMultipartUpload", xmlns="http://s3.amazonaws.com/doc/2006-03-01/"
        )
        for number, one in sorted(sent.items()):
            part = ET.SubElement(root, "Part")
            ET.SubElement(part, "PartNumber").text = str(number)
            ET.SubElement(part, "ETag").text = one.etag
            ET.SubElement(part, f"Checksum{self.algorithm.name}").text = one.checksum
        return ET.tostring(root)

    def _ask(self, what: str, members: Mapping[str, object]) -> dict[str, Any]:
        route = f"multipart-uploads/{quote(self.id, safe='')}/{what}"
        return self.lives.ask(
            lambda seconds: self.service.ask(route, {**members, "expiresIn": seconds})
        )


def runs(numbers: list[int]) -> Iterator[range]:
    """Ascending numbers as ranges without gaps."""
    begin = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield range(numbers[begin], numbers[at - 1] + 1)
            begin = at
