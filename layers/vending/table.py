"""The keys of all items in the table."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from vending.errors import InternalError


@lru_cache(maxsize=1000)
def table_key(*parts: str) -> str:
    """The parts joined by ``#``; ``#`` and ``%`` inside a part are percent-encoded."""
    return "#".join(part.replace("%", "%25").replace("#", "%23") for part in parts)


def key_parts(key: str) -> list[str]:
    """The parts of which ``table_key`` made a key."""
    return [part.replace("%23", "#").replace("%25", "%") for part in key.split("#")]


class Key(NamedTuple):
    """The key of an item."""

    pk: str
    sk: str


REVISION = Key("revision", "revision")
BLOCK = Key("block", "block")  # all denials by parts of the role session name
HOLDERS = Key("block", "holders")  # all denials of holders of claims
LEASE = Key("lease", "reconciler")
STAGED = "staged"  # the partition of all staged changes, for administrators
HISTORY = "history"  # the partition of all changes, for administrators


def catalogue_key(kind: str, id_: str) -> Key:
    """One entry of the catalogue, for administrators."""
    return Key(f"{kind}s", id_)


def location_key(bucket: str) -> Key:
    """The location of a bucket, for decisions."""
    return Key(table_key("location", bucket), "location")


def grants_key(grantee_key: str, bucket: str) -> Key:
    """The grants of a grantee in a bucket, for decisions."""
    return Key(grantee_key, bucket)


def upload_key(id_: str) -> Key:
    """The plan of a multipart upload; DynamoDB deletes it when it has expired."""
    return Key(table_key("upload", id_), "upload")


def staged_key(id_: str) -> Key:
    """A staged change; DynamoDB deletes it some time after it has expired."""
    return Key(STAGED, id_)


def staged_texts_key(id_: str, name: str) -> Key:
    """A text that belongs to a staged change: a part, or what was found in it."""
    return Key(table_key(STAGED, id_), name)


def link_key(hashed: str) -> Key:
    """Where a link leads, by the hash of its token."""
    return Key(table_key("link", hashed), "link")


def share_key(id_: str) -> Key:
    """One share: its terms and its counters."""
    return Key("shares", id_)


def owned_key(owner: str, id_: str) -> Key:
    """One share in its owner's list."""
    return Key(table_key("owned", owner), id_)


def owner_key(owner: str) -> Key:
    """An owner of shares, as of its last request."""
    return Key(table_key("owner", owner), "owner")


def tries_key(id_: str) -> Key:
    """The last tries of a share's password."""
    return Key(table_key("tries", id_), "tries")


def ticket_key(hashed: str) -> Key:
    """A ticket to a share with a password, by its hash."""
    return Key(table_key("ticket", hashed), "ticket")


def plan_key(id_: str) -> Key:
    """The plan of an upload in parts that belongs to a share."""
    return Key(table_key("plan", id_), "plan")


def ended_key(part: str) -> Key:
    """The time before which the shares of this part are over."""
    return Key("ended", part)


def rate_key(caller: str, minute: str) -> Key:
    """The counters of a caller (a hash) for a minute; DynamoDB deletes them later."""
    return Key(table_key("rate", caller), minute)


def revocation_key(id_: str) -> Key:
    """One revocation."""
    return catalogue_key("revocation", id_)


@contextmanager
def refuse_damaged_item() -> Iterator[None]:
    """Turn errors while decoding an item into ``InternalError``: the caller did not cause them.

    Raises:
        InternalError: this service did not write the item, or not like this.
    """
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise InternalError("Something went wrong here.", reason="DamagedItem") from error
