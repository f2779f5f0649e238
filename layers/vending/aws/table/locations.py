"""Locations in DynamoDB, apart from the catalogue, whose models take long to load."""

from collections.abc import Iterator
from typing import Any

from vending.aws.table.items import entries
from vending.documents.location import LocationBody
from vending.grants.location import Location


def locations(client: Any, table: str) -> Iterator[Location]:
    """All locations, one for each bucket.

    Raises:
        Unavailable: DynamoDB failed.
    """
    for _, document in entries(client, table, "locations"):
        yield LocationBody.stored_location(document)
