"""What a copy of many files is between: a directory of this machine, or all below a prefix."""

import os
from dataclasses import dataclass
from pathlib import Path

from s3vend.errors import SettingsError
from s3vend.listing.entries import Listed
from s3vend.listing.target import SCHEME, below

Place = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Prefix:
    """All keys below a prefix, ``s3://bucket/prefix/``."""

    address: str

    @property
    def key(self) -> str:
        """The prefix in the bucket, which is empty or ends with a slash."""
        return below(self.address).prefix

    def name_of(self, listed: Listed) -> str:
        """Return the name of an object below the prefix."""
        return listed.target[len(self.address) :]

    def __str__(self) -> str:
        return self.address


Root = Path | Prefix


def root_of(place: Place) -> Root:
    """Return the directory or the prefix that a text means; a slash at the end changes nothing.

    Raises:
        SettingsError: it is empty, or neither.
    """
    text = os.fspath(place)
    if not isinstance(text, str) or not text:
        raise SettingsError(f"{text!r} is neither a directory nor s3://bucket/prefix/.")
    if not text.startswith(SCHEME):
        return Path(text).absolute()
    return Prefix(below(text if text.endswith(("/", "/*")) else f"{text}/").address)
