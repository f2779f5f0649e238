"""The keys of a folder, as S3 lists them; apart, because the client of S3 needs nothing else."""

from datetime import datetime
from typing import NamedTuple


class ListedKey(NamedTuple):
    """One object, as S3 lists it."""

    key: str
    size: int
    modified: datetime


class Listing(NamedTuple):
    """A page of keys, and whether there are more."""

    keys: tuple[ListedKey, ...]
    truncated: bool
