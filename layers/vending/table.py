"""Keys of the items in the one table."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from vending.errors import InternalError


@lru_cache(maxsize=1000)
def table_key(*parts: str) -> str:
    """The parts joined by ``#``; ``#`` and ``%`` inside a part are percent-encoded."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


class Key(NamedTuple):
    """Where an item lies in the table."""

    pk: str
    sk: str


REVISION = Key("revision", "revision")
BLOCK = Key("block", "block")  # what is denied, to anybody
LEASE = Key("lease", "reconciler")


def catalogue_key(kind: str, id_: str) -> Key:
    """The entry that administrators read."""
    return Key(f"{kind}s", id_)


def location_key(bucket: str) -> Key:
    """The location that a decision reads."""
    return Key(table_key("location", bucket), "location")


def grants_key(grantee_key: str, bucket: str) -> Key:
    """The grants that a decision reads."""
    return Key(grantee_key, bucket)


def upload_key(id_: str) -> Key:
    """The plan of a multipart upload; it goes by itself when its time is over."""
    return Key(table_key("upload", id_), "upload")


def rate_key(caller: str, minute: str) -> Key:
    """What a caller (its hash) asked for in a minute; it goes by itself."""
    return Key(table_key("rate", caller), minute)


def revocation_key(id_: str) -> Key:
    """What an administrator has revoked."""
    return catalogue_key("revocation", id_)


@contextmanager
def refuse_damaged_item() -> Iterator[None]:
    """Around the reading of an item that this service wrote: its errors are not the caller's.

    Raises:
        InternalError: the item is not what this service writes.
    """
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise InternalError("Something went wrong here.", reason="DamagedItem") from error
