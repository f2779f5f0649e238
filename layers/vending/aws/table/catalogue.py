"""The catalogue in DynamoDB: reads its revision and commits changes to it."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.items import entries, item, read_items
from vending.catalogue.batches import Batch
from vending.catalogue.changes import Kind
from vending.catalogue.plan import buckets_to_judge
from vending.catalogue.proposal import (
    Stored,
    needs_all_grants,
    needs_all_locations,
    touched_ids,
)
from vending.denials.holders import Holders, decode
from vending.documents.document import ChangesRequest
from vending.documents.expectation import ExpectationBody
from vending.documents.grant import GrantBody
from vending.documents.issuer import IssuerBody
from vending.documents.location import LocationBody
from vending.errors import PreconditionFailed
from vending.grants.grant import Grant
from vending.table import HOLDERS, REVISION, Key, catalogue_key


def revision(client: Any, table: str) -> int:
    """The number of the last change; 0 for a new table.

    Raises:
        Unavailable: DynamoDB failed.
    """
    return int(read_items(client, table, [REVISION], consistent=True).get(REVISION, "0"))


def blocked(client: Any, table: str) -> list[Holders]:
    """The holders of claims whom a standing block refuses.

    Raises:
        Unavailable: DynamoDB failed.
    """
    denied = decode(read_items(client, table, [HOLDERS], consistent=True).get(HOLDERS))
    return [one for one, before in denied.items() if before is None]


def commit(client: Any, table: str, batch: Batch, revision: int) -> int:
    """Write a whole batch or none of it, and return the new revision.

    Raises:
        PreconditionFailed: the table is no longer at ``revision``.
        Unavailable: DynamoDB failed.
    """
    put = {"TableName": table, "Item": item(REVISION, str(revision + 1))}
    put |= (
        {
            "ConditionExpression": "document = :revision",
            "ExpressionAttributeValues": {":revision": {"S": str(revision)}},
        }
        if revision
        else {"ConditionExpression": "attribute_not_exists(pk)"}
    )
    writes = [
        {"Delete": {"TableName": table, "Key": item(key)}}
        if document is None
        else {"Put": {"TableName": table, "Item": item(key, document)}}
        for key, document in batch.writes.items()
    ]
    with translate_errors():
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, *writes])
        except ClientError as error:
            reasons = {
                reason.get("Code") for reason in error.response.get("CancellationReasons", [])
            }
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise PreconditionFailed(
                    "Somebody else changed the grants in the meantime. Read them again and retry."
                ) from error
            raise
    return revision + 1


def stored_for(client: Any, table: str, request: ChangesRequest) -> Stored:
    """The stored entries that a document may change or need.

    Raises:
        Unavailable: DynamoDB failed.
    """
    # All issuers: there are few, and the document's grants may need any of them.
    trusted = entries(client, table, "issuers", consistent=True)
    issuers = {key.sk: IssuerBody.stored_issuer(text) for key, text in trusted}

    def found[E](kind: Kind, read: Callable[[str], E], *, whole: bool) -> dict[str, E]:
        if whole:
            documents = dict(entries(client, table, f"{kind}s", consistent=True))
        else:
            keys = [catalogue_key(kind, id_) for id_ in touched_ids(request)[kind]]
            documents = read_items(client, table, keys, consistent=True)
        return {key.sk: read(text) for key, text in documents.items()}

    locations = found("location", LocationBody.stored_location, whole=needs_all_locations(request))
    whole = needs_all_grants(request, issuers, locations)
    grants = found("grant", GrantBody.stored_grant, whole=whole)
    expected = entries(client, table, "tests", consistent=True)
    tests = {key.sk: ExpectationBody.stored_expectation(text) for key, text in expected}
    stored = Stored(grants, issuers, locations, tests)
    buckets = buckets_to_judge(request, stored)
    near: Iterable[Grant] = () if whole or not buckets else _grants_near(client, table, buckets)
    places = [catalogue_key("location", bucket) for bucket in buckets - locations.keys()]
    documents = read_items(client, table, places, consistent=True)
    return replace(
        stored,
        near_grants=tuple(one for one in near if one.id not in grants),
        near_locations=tuple(map(LocationBody.stored_location, documents.values())),
    )


def _grants_near(client: Any, table: str, buckets: Collection[str]) -> Iterator[Grant]:
    """All grants in these buckets. Those of others are read too, since none is parsed."""
    scopes = tuple(f'"s3://{bucket}/' for bucket in buckets)
    for _, text in entries(client, table, "grants", consistent=True):
        if any(scope in text for scope in scopes):
            yield GrantBody.stored_grant(text)


def decision_grants(client: Any, table: str, keys: Iterable[Key]) -> dict[Key, list[Grant]]:
    """The grants of each decision item.

    Raises:
        Unavailable: DynamoDB failed.
    """
    documents = read_items(client, table, keys, consistent=True)
    return {key: GrantBody.stored_grants(document) for key, document in documents.items()}
