"""What a list of objects has: the objects, and prefixes that many of them share."""

from datetime import datetime
from typing import NamedTuple


class Listed(NamedTuple):
    """An object, as it was when S3 listed it."""

    target: str  # `s3://bucket/key`
    key: str
    size: int  # bytes
    modified: datetime  # in UTC
    etag: str
    storage_class: str  # such as `STANDARD`

    @property
    def modified_ns(self) -> int:
        """When S3 got it, in nanoseconds since 1970."""
        return int(self.modified.timestamp()) * 10**9 + self.modified.microsecond * 1000


class CommonPrefix(NamedTuple):
    """A prefix one level below the listed one, with all objects below it."""

    target: str  # `s3://bucket/prefix/`
    prefix: str  # from the beginning of the key, with the slash at its end
