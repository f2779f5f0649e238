"""Checksums that S3 verifies or returns: those that are fast here, never one in pure Python."""

import hashlib
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol


class Running(Protocol):
    """A checksum of the bytes so far, as `hashlib` has them."""

    def update(self, block: bytes, /) -> object:
        """Add a block of bytes."""

    def digest(self) -> bytes:
        """Return the checksum."""


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A checksum algorithm, by its name in S3's API."""

    name: str  # the value of checksumAlgorithm, and a part of element names in S3's XML
    start: Callable[[], Running]

    @property
    def member(self) -> str:
        """The member of a request for a URL."""
        return f"checksum{self.name.capitalize()}"

    def of(self, blocks: Iterable[bytes]) -> str:
        """Return the checksum of the blocks in base64."""
        running = self.start()
        for block in blocks:
            running.update(block)
        return b64encode(running.digest()).decode()


class _Crc:
    def __init__(self, step: Callable[[bytes, int], int], size: int) -> None:
        self._step, self._size, self._value = step, size, 0

    def update(self, block: bytes, /) -> None:
        self._value = self._step(block, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(self._size, "big")


def _crc64nvme() -> Algorithm | None:
    try:
        from awscrt.checksums import crc64nvme
    except ImportError:
        return None
    return Algorithm("CRC64NVME", lambda: _Crc(crc64nvme, 8))


def _google_crc32c() -> Algorithm | None:
    try:
        import google_crc32c
    except ImportError:
        return None
    if google_crc32c.implementation != "c":
        return None

    def step(block: bytes, value: int) -> int:
        return int(google_crc32c.extend(value, block))

    return Algorithm("CRC32C", lambda: _Crc(step, 4))


def _crt_crc32c() -> Algorithm | None:
    try:
        from awscrt.checksums import crc32c
    except ImportError:
        return None
    return Algorithm("CRC32C", lambda: _Crc(crc32c, 4))


SHA256 = Algorithm("SHA256", hashlib.sha256)
ALWAYS = (
    SHA256,
    Algorithm("SHA512", hashlib.sha512),
    Algorithm("SHA1", lambda: hashlib.sha1(usedforsecurity=False)),
    Algorithm("MD5", lambda: hashlib.md5(usedforsecurity=False)),
    Algorithm("CRC32", lambda: _Crc(zlib.crc32, 4)),
)


def fastest() -> Algorithm:
    """Return CRC-64/NVME with awscrt, CRC-32C with google-crc32c, else SHA-256 of `hashlib`."""
    return _crc64nvme() or _google_crc32c() or SHA256


def by_name(name: str) -> Algorithm | None:
    """Return the algorithm with this name; None if it is not installed."""
    optional = (_crc64nvme(), _google_crc32c(), _crt_crc32c())
    installed = [*ALWAYS, *(algorithm for algorithm in optional if algorithm)]
    return next((algorithm for algorithm in installed if algorithm.name == name), None)
