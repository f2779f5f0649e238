"""Reads shares, and in one consistent call everything that judges them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from vending.aws.services.measuring import METER
from vending.aws.table.items import entries, read_each, read_items
from vending.errors import InternalError
from vending.shares.share import Share, Used
from vending.shares.standing import Link, Standing, Ticket
from vending.table import Key, ended_key, link_key, owned_key, share_key, ticket_key

_SHARES = share_key("").pk


@METER.timed("table")
def find(client: Any, table: str, hashed: str) -> Link | None:
    """Where the link with this hash leads, if there is one.

    Raises:
        Unavailable: DynamoDB failed.
    """
    key = link_key(hashed)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Link.decode(document)


@METER.timed("grants")
def read(
    client: Any, table: str, link: Link, ticket: str | None
) -> tuple[Standing | None, Ticket | None]:
    """The share of a link with all that judges it now, and the ticket with this hash.

    Raises:
        Unavailable: DynamoDB failed.
        InternalError: an item is damaged.
    """
    keys = [*link.keys, *([ticket_key(ticket)] if ticket else [])]
    found = read_each(client, table, keys, _read_item, consistent=True)
    documents = {key: document for key, (document, _) in found.items()}
    known = Ticket.read(ticket, documents) if ticket else None
    key = share_key(link.id)
    if key not in found:
        return None, known
    share = Share.decode(link.id, *found[key])
    if Link.of(share) != link:
        raise InternalError("Something went wrong here.", reason="DamagedItem")
    return Standing.read(share, documents), known


@METER.timed("table")
def standings(client: Any, table: str, ids: Iterable[str]) -> Iterator[Standing]:
    """The standing of each of these shares that exists, in the same order; raises as ``read``."""
    listed = list(ids)
    found = read_each(client, table, map(share_key, listed), _read_item, consistent=True)
    shares = [Share.decode(id_, *found[key]) for id_ in listed if (key := share_key(id_)) in found]
    keys = {key for share in shares for key in Link.of(share).keys}
    documents = read_items(client, table, keys - found.keys(), consistent=True)
    return iter([Standing.read(share, documents) for share in shares])


def owned(client: Any, table: str, owner: str, start: str) -> Iterator[str]:
    """Yield the ids of an owner's shares, the newest first; raises ``Unavailable``."""
    for key, _ in entries(client, table, owned_key(owner, "").pk, start=start, consistent=True):
        yield key.sk


def every(client: Any, table: str, start: str) -> Iterator[str]:
    """Yield the ids of all shares, the newest first; raises ``Unavailable``."""
    for key, _ in entries(client, table, _SHARES, start=start, consistent=True):
        yield key.sk


@METER.timed("table")
def ended(client: Any, table: str, parts: Sequence[str]) -> dict[str, str]:
    """The items of these parts that exist, read consistently; raises ``Unavailable``."""
    documents = read_items(client, table, map(ended_key, parts), consistent=True)
    return {key.sk: document for key, document in documents.items()}


def _read_item(item: Any) -> tuple[Key, tuple[str, Used]]:
    """An item with the counters that a share has."""
    uses, size = (int(item.get(name, {}).get("N", "0")) for name in ("uses", "bytes"))
    taken = item.get("taken", {}).get("S")
    used = Used(uses, size, datetime.fromisoformat(taken).astimezone(UTC) if taken else None)
    return Key(item["pk"]["S"], item["sk"]["S"]), (item["document"]["S"], used)
