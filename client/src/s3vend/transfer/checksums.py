"""Checksums that S3 compares: the fastest that is here, never one in plain Python."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A checksum: its name for the service, and what makes it."""

    name: str  # of a multipart upload's checksumAlgorithm, and in S3's XML
    member: str  # of a request for a URL
    make: Callable[[Iterable[bytes]], bytes]

    def of(self, blocks: Iterable[bytes]) -> str:
        """In base64."""
        return b64encode(self.make(blocks)).decode()


def _sha256(blocks: Iterable[bytes]) -> bytes:
    made = hashlib.sha256()
    for one in blocks:
        made.update(one)
    return made.digest()


def _from_step(step: Callable[[bytes, int], int], size: int) -> Callable[[Iterable[bytes]], bytes]:
    def made(blocks: Iterable[bytes]) -> bytes:
        value = 0
        for one in blocks:
            value = step(one, value)
        return value.to_bytes(size, "big")

    return made


def _crt() -> Algorithm | None:
    try:
        from awscrt.checksums import crc64nvme
    except ImportError:
        return None
    step: Any = crc64nvme
    return Algorithm("CRC64NVME", "checksumCrc64nvme", _from_step(step, 8))


def _google() -> Algorithm | None:
    try:
        import google_crc32c
    except ImportError:
        return None
    if google_crc32c.implementation != "c":
        return None

    def step(block: bytes, value: int) -> int:
        return int(google_crc32c.extend(value, block))

    return Algorithm("CRC32C", "checksumCrc32c", _from_step(step, 4))


SHA256 = Algorithm("SHA256", "checksumSha256", _sha256)


def fastest() -> Algorithm:
    """CRC-64/NVME with awscrt, CRC-32C with google-crc32c, else SHA-256, which Python has in C."""
    return _crt() or _google() or SHA256


def by_name(name: str) -> Algorithm | None:
    """The algorithm of this name, if it is here."""
    return next((one for one in (_crt(), _google(), SHA256) if one and one.name == name), None)
