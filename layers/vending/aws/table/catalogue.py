"""The catalogue in DynamoDB: reads its revision and history, and commits changes to it.

A question about a bucket reads the grants of all buckets: a query returns about 3,000 of them. An
index by bucket would be a second place that says who is granted what, and an answer from one that
is incomplete would be "nobody".
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.items import entries, item, read_items
from vending.catalogue.batches import Batch, encode
from vending.catalogue.changes import Kind
from vending.catalogue.history import Event
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
from vending.errors import PreconditionFailed, Unavailable
from vending.grants.grant import Grant
from vending.questions.standing import KINDS, Standing
from vending.table import HISTORY, HOLDERS, REVISION, Key, catalogue_key

TRIES = 3  # to read all entries at one revision


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


def commit(
    client: Any, table: str, batch: Batch, revision: int, history: Iterable[Event] = ()
) -> int:
    """Write a whole batch and the history of its changes, or nothing, and return the new revision.

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
    remembered = [_remembered(table, event) for event in history]
    with translate_errors():
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, *writes, *remembered])
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


def _remembered(table: str, event: Event) -> dict[str, object]:
    """The write of an item of the history; DynamoDB deletes it when it has expired."""
    expires = {"ttl": {"N": str(int(event.until.timestamp()))}}
    return {"Put": {"TableName": table, "Item": item(event.key, encode(event.as_json())) | expires}}


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


def standing(client: Any, table: str, kept: Standing | None) -> Standing:
    """The catalogue as it is now; ``kept`` if it is of this revision.

    Raises:
        Unavailable: DynamoDB failed, or the catalogue kept changing while it was read.
    """
    before = revision(client, table)
    for _ in range(TRIES):
        if kept and kept.revision == before:
            return kept
        texts = {
            kind: {
                key.sk: text for key, text in entries(client, table, f"{kind}s", consistent=True)
            }
            for kind in KINDS
        }
        after = revision(client, table)
        if after == before:
            return Standing(before, texts)
        before = after
    raise Unavailable("KeptChanging")


def history(client: Any, table: str) -> Iterator[Event]:
    """Yield the changes, from the newest on.

    Raises:
        Unavailable: DynamoDB failed.
        InternalError: an item is damaged.
    """
    for key, text in entries(client, table, HISTORY, consistent=True, backwards=True):
        yield Event.read(key, text)
