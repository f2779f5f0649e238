"""What is copied, and the result."""

from dataclasses import dataclass
from typing import Protocol


class Original(Protocol):
    """An object to copy, as it was when it was listed or found."""

    @property
    def target(self) -> str:
        """`s3://bucket/key`."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    @property
    def etag(self) -> str:
        """The ETag; what S3 has by then must have it too."""


@dataclass(frozen=True, slots=True)
class Copied:
    """An object that was copied."""

    source: str
    target: str
    size: int
    etag: str  # of the copy
