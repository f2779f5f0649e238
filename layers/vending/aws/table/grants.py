"""Reads from DynamoDB what decisions need; ``vending.table`` has the keys."""

from collections.abc import Iterator, Sequence
from typing import Any

from vending.answers import Position
from vending.aws.services.measuring import METER
from vending.aws.table.items import entries, read_items
from vending.decision.effects import Known
from vending.denials.denials import Denials
from vending.documents.grant import GrantBody
from vending.documents.location import LocationBody
from vending.errors import InvalidRequest
from vending.grants.grant import Grant
from vending.table import BLOCK, HOLDERS, grants_key, location_key


@METER.timed("grants")
def load(client: Any, table: str, grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
    """Load everything that a decision needs, denials included, in one consistent call.

    Raises:
        Unavailable: DynamoDB failed, or did not return all items.
    """
    grant_keys = [grants_key(key, bucket) for bucket in buckets for key in grantee_keys]
    places = [location_key(bucket) for bucket in buckets]
    documents = read_items(client, table, [*grant_keys, *places, BLOCK, HOLDERS], consistent=True)
    listed = (documents[key] for key in grant_keys if key in documents)
    return Known(
        tuple(grant for document in listed for grant in GrantBody.stored_grants(document)),
        tuple(LocationBody.stored_location(documents[at]) for at in places if at in documents),
        Denials.read(documents.get(BLOCK), documents.get(HOLDERS)),
    )


@METER.timed("table")
def load_denials(client: Any, table: str) -> Denials:
    """All denials, read consistently.

    Raises:
        Unavailable: DynamoDB failed, or did not return the item.
    """
    documents = read_items(client, table, [BLOCK, HOLDERS], consistent=True)
    return Denials.read(documents.get(BLOCK), documents.get(HOLDERS))


def grants_of_caller(
    client: Any, table: str, grantee_keys: Sequence[str], start: Position | None
) -> Iterator[tuple[Position, Grant]]:
    """Yield all grants under the grantee keys from ``start``, ordered by key, bucket and id.

    Raises:
        InvalidRequest: ``start`` is not under one of the caller's keys.
        Unavailable: DynamoDB failed.
    """
    keys = sorted(grantee_keys)
    if start and start[0] not in keys:
        raise InvalidRequest("'nextToken' is from another caller's list; start again without it.")
    for grantee_key in keys:
        if start and grantee_key < start[0]:
            continue
        first = start[1] if start and grantee_key == start[0] else ""
        for key, document in entries(client, table, grantee_key, start=first):
            for grant in sorted(GrantBody.stored_grants(document), key=lambda grant: grant.id):
                position = (grantee_key, key.sk, grant.id)
                if not start or position >= start:
                    yield position, grant
