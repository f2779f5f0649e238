"""Grants, issuers and locations in DynamoDB; how they lie there is in ``vending.layout``."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.calls import translated
from vending.aws.items import entries, item, read
from vending.aws.measuring import METER
from vending.decision import Known
from vending.errors import InvalidRequest, PreconditionFailed
from vending.grants import Grant
from vending.issuer import Issuer
from vending.layout import BLOCK, REVISION, Batch, grants_key, location_key, upload_key
from vending.pages import Position
from vending.stored import denials_of, grants_of, issuer_of, location_of
from vending.upload import Upload

__all__ = ["entries", "read"]


@METER.timed("grants")
def load(client: Any, table: str, grantee_keys: Sequence[str], bucket: str) -> Known:
    """What a decision needs to know, in one call.

    Raises:
        Unavailable: DynamoDB failed, or left items out.
    """
    grant_keys = [grants_key(one, bucket) for one in grantee_keys]
    place = location_key(bucket)
    documents = read(client, table, [*grant_keys, place, BLOCK])
    listed = (documents[key] for key in grant_keys if key in documents)
    return Known(
        tuple(grant for document in listed for grant in grants_of(document)),
        location_of(documents[place]) if place in documents else None,
        denials_of(documents.get(BLOCK)),
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
            for grant in sorted(grants_of(document), key=lambda one: one.id):
                position = (grantee_key, key.sk, grant.id)
                if not start or position >= start:
                    yield position, grant


@METER.timed("issuers")
def issuers(client: Any, table: str) -> dict[str, Issuer]:
    """Every issuer, by its URL.

    Raises:
        Unavailable: DynamoDB failed.
    """
    found = (issuer_of(document) for _, document in entries(client, table, "issuers"))
    return {issuer.url: issuer for issuer in found}


def revision(client: Any, table: str) -> int:
    """The number of the last change; 0 for a new table."""
    return int(read(client, table, [REVISION], consistent=True).get(REVISION, "0"))


def commit(client: Any, table: str, batch: Batch, revision: int) -> int:
    """Writes a batch, whole or not at all; the new revision.

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
    with translated():
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, *writes])
        except ClientError as error:
            reasons = {one.get("Code") for one in error.response.get("CancellationReasons", [])}
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise PreconditionFailed(
                    "Somebody else changed the grants in the meantime. Read them and try again."
                ) from error
            raise
    return revision + 1


@METER.timed("table")
def save_upload(client: Any, table: str, upload: Upload) -> None:
    """Keep what was agreed, until it ends; a second try finds what the first one wrote.

    Raises:
        Unavailable: DynamoDB failed, or there is another one of this id.
    """
    ends = {"ttl": {"N": str(int(upload.ends.timestamp()))}}
    with translated():
        client.put_item(
            TableName=table,
            Item=item(upload_key(upload.id), upload.encode()) | ends,
            ConditionExpression="attribute_not_exists(pk) OR document = :document",
            ExpressionAttributeValues={":document": {"S": upload.encode()}},
        )


@METER.timed("table")
def load_upload(client: Any, table: str, id_: str) -> Upload | None:
    """What was agreed, if there is such an upload.

    Raises:
        Unavailable: DynamoDB failed.
    """
    if not re.fullmatch("[a-z2-7]{16}", id_):
        return None  # of no form of ours, and DynamoDB might not take it as a key
    key = upload_key(id_)
    document = read(client, table, [key], consistent=True).get(key)
    return None if document is None else Upload.read(id_, document)
