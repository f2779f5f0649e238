"""Compares the bytes of a download with the checksum that S3 has of the object.

A checksum of the whole object is computed over all bytes. A composite one, which ends in the number
of parts, is the checksum of the checksums of the parts, so it needs their sizes.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from s3vend.transfer.checksums import Algorithm, by_name

PREFIX = "x-amz-checksum-"
# Strongest first. S3 has more algorithms (XXHASH…), which Python does not have.
NAMES = ("SHA512", "SHA256", "SHA1", "CRC64NVME", "CRC32C", "CRC32", "MD5")
_VALUE = re.compile(r"([A-Za-z0-9+/]+={0,2})(?:-([1-9][0-9]{0,4}))?")
_MD5 = re.compile(r'"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum of an object; ``parts`` is the number of parts of a composite one."""

    algorithm: Algorithm
    value: bytes
    parts: int | None = None


def checksum_of(headers: Mapping[str, str]) -> Checksum | str:
    """Return the checksum in S3's answer to a HEAD, or why there is none that can be compared."""
    composite_without_count = False
    missing = []
    for name in NAMES:
        match = _VALUE.fullmatch(headers.get(f"{PREFIX}{name.lower()}", ""))
        if match is None:
            continue
        if (algorithm := by_name(name)) is None:
            missing.append(name)
            continue
        parts = int(match[2]) if match[2] else None
        if parts is None and headers.get("x-amz-checksum-type") == "COMPOSITE":
            composite_without_count = True
            continue
        try:
            return Checksum(algorithm, b64decode(match[1], validate=True), parts)
        except binascii.Error:
            continue
    encryption = headers.get("x-amz-server-side-encryption", "AES256")
    if (match := _MD5.fullmatch(headers.get("etag", ""))) and encryption == "AES256":
        md5 = by_name("MD5")
        assert md5 is not None
        return Checksum(md5, bytes.fromhex(match[1]))
    if missing:
        return (
            f"S3 has its {' and '.join(missing)}, which Python computes only with awscrt: "
            "install the extra s3vend[crc]"
        )
    if composite_without_count:
        return "S3 does not say of how many parts its checksum is"
    return "S3 has no checksum of it that can be compared"


class Comparison:
    """Computes a checksum from the blocks of an object, in order.

    ``sizes`` are the sizes of the parts, for a composite checksum.
    """

    def __init__(self, checksum: Checksum, sizes: Sequence[int] = ()) -> None:
        self._checksum = checksum
        self._sizes = iter(sizes if checksum.parts else ())
        self._digests = b""
        self._running = checksum.algorithm.start()
        self._left = next(self._sizes, None)  # bytes of the current part; None: all that follow

    def update(self, block: bytes) -> None:
        """Add a block."""
        while self._left is not None and len(block) >= self._left:
            self._running.update(block[: self._left])
            block = block[self._left :]
            self._end_part()
        if block:
            self._running.update(block)
            if self._left is not None:
                self._left -= len(block)

    def matches(self) -> bool:
        """Whether the blocks have the checksum."""
        if not self._checksum.parts:
            return self._running.digest() == self._checksum.value
        whole = self._checksum.algorithm.start()
        whole.update(self._digests)
        return whole.digest() == self._checksum.value

    def _end_part(self) -> None:
        self._digests += self._running.digest()
        self._running = self._checksum.algorithm.start()
        self._left = next(self._sizes, None)


def even_sizes(size: int, parts: int, first: int) -> list[int] | None:
    """Return the sizes of the parts if all but the last are as large as the first; else None."""
    last = size - first * (parts - 1)
    return [first] * (parts - 1) + [last] if 0 < last <= first else None
