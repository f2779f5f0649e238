"""Checksums that S3 verifies: the fastest one that is installed, never one in pure Python."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A checksum algorithm, and its names in the service's API."""

    name: str  # the value of checksumAlgorithm, and a part of element names in S3's XML
    member: str  # the member of a request for a URL
    make: Callable[[Iterable[bytes]], bytes]

    def of(self, blocks: Iterable[bytes]) -> str:
        """Return the checksum of the blocks in base64."""
        return b64encode(self.make(blocks)).decode()


def _sha256(blocks: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.digest()


def _from_step(step: Callable[[bytes, int], int], size: int) -> Callable[[Iterable[bytes]], bytes]:
    def compute(blocks: Iterable[bytes]) -> bytes:
        value = 0
        for block in blocks:
            value = step(block, value)
        return value.to_bytes(size, "big")

    return compute


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
    """Return CRC-64/NVME with awscrt, CRC-32C with google-crc32c, else SHA-256 of `hashlib`."""
    return _crt() or _google() or SHA256


def by_name(name: str) -> Algorithm | None:
    """Return the algorithm with this name; None if it is not installed."""
    installed = [algorithm for algorithm in (_crt(), _google(), SHA256) if algorithm]
    return next((algorithm for algorithm in installed if algorithm.name == name), None)
