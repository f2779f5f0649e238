"""What a decision needs to know, in DynamoDB; ``vending.table`` has the keys."""

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
from vending.table import BLOCK, grants_key, location_key


@METER.timed("grants")
def load(client: Any, table: str, grantee_keys: Sequence[str], bucket: str) -> Known:
    """What a decision needs to know, in one call.

    Raises:
        Unavailable: DynamoDB failed, or left items out.
    """
    grant_keys = [grants_key(one, bucket) for one in grantee_keys]
    place = location_key(bucket)
    documents = read_items(client, table, [*grant_keys, place, BLOCK])
    listed = (documents[key] for key in grant_keys if key in documents)
    return Known(
        tuple(grant for document in listed for grant in GrantBody.stored_grants(document)),
        LocationBody.stored_location(documents[place]) if place in documents else None,
        Denials.decode(documents.get(BLOCK)),
    )


def grants_of_caller(
    client: Any, table: str, grantee_keys: Sequence[str], start: Position | None
) -> Iterator[tuple[Position, Grant]]:
    """Every grant under the keys, ordered by key, bucket and id, from ``start`` on.

    Raises:
        InvalidRequest: ``start`` lies under no key of the caller.
        Unavailable: DynamoDB failed.
    """
    keys = sorted(grantee_keys)
    if start and start[0] not in keys:
        raise InvalidRequest("'nextToken' belongs to another caller; start again without it.")
    for grantee_key in keys:
        if start and grantee_key < start[0]:
            continue
        first = start[1] if start and grantee_key == start[0] else ""
        for key, document in entries(client, table, grantee_key, start=first):
            for grant in sorted(GrantBody.stored_grants(document), key=lambda one: one.id):
                position = (grantee_key, key.sk, grant.id)
                if not start or position >= start:
                    yield position, grant
