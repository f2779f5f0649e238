"""Whether a file has the content of an object, by the object's ETag.

The ETag of an object that was put as a whole is its MD5; of one in parts it is the MD5 of the MD5s
of the parts, whose size it does not tell. An equal ETag proves equal content all the same.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

from s3vend.errors import TransferError
from s3vend.listing.entries import Listed
from s3vend.transfer.state import Remark
from s3vend.tree.found import LocalFile

if TYPE_CHECKING:
    from io import FileIO

BLOCK = 1024 * 1024
MIB = 1024 * 1024
# What programs use: the AWS CLI and SDKs 8 MiB, rclone 5, others a power of two.
PART_SIZES = (8, 5, 16, 10, 15, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024)
_ETAG = re.compile(r'"?([0-9a-f]{32})(?:-([1-9][0-9]{0,4}))?"?')


@dataclass(slots=True)
class Content:
    """Compares files with objects, and says once what cannot be known."""

    remark: Remark
    _has_said: bool = False

    def differs(self, file: LocalFile, listed: Listed) -> bool:
        """Whether a copy is due: the contents differ, or it cannot be known.

        Raises:
            TransferError: the file cannot be read.
        """
        if file.size != listed.size:
            return True
        match = _ETAG.fullmatch(listed.etag)
        if match is None:
            return self._say(listed, "its ETag is not an MD5")
        if match[2] is None:
            return _md5s(file, None)[0].hex() != match[1]
        parts = int(match[2])
        if not any(_of_parts(file, size) == match[1] for size in _sizes(file.size, parts)):
            return self._say(listed, f"it has {parts} parts, and may be encrypted")
        return False

    def _say(self, listed: Listed, reason: str) -> bool:
        if not self._has_said:
            self.remark(
                f"The content of {listed.target} cannot be compared: {reason}. It is copied, as "
                "are others of this kind."
            )
        self._has_said = True
        return True


def _sizes(size: int, parts: int) -> Iterator[int]:
    """Yield the sizes of parts with which a file of this size has so many."""
    even = -(-size // parts)
    for part in dict.fromkeys(
        [*(count * MIB for count in PART_SIZES), even, -(-even // MIB) * MIB]
    ):
        if -(-size // part) == parts:
            yield part


def _of_parts(file: LocalFile, part: int) -> str:
    return md5(b"".join(_md5s(file, part)), usedforsecurity=False).hexdigest()


def _md5s(file: LocalFile, part: int | None) -> list[bytes]:
    """Return the MD5 of each part of a file, or of the whole."""
    try:
        with open(file.place, "rb", buffering=0) as stream:  # noqa: PTH123 - for speed
            digests = []
            left = file.size
            while True:
                digests.append(_md5(stream, min(left, part or left)))
                left -= min(left, part or left)
                if not left:
                    return digests
    except OSError as error:
        raise TransferError(f"{file.path} cannot be read: {error.strerror}.") from None


def _md5(stream: "FileIO", size: int) -> bytes:
    running = md5(usedforsecurity=False)
    while size and (block := stream.read(min(BLOCK, size))):
        running.update(block)
        size -= len(block)
    return running.digest()
