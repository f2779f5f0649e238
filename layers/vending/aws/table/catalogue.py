"""The catalogue in DynamoDB: reads its revision and commits changes to it."""

from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translated
from vending.aws.table.items import item, read_items
from vending.catalogue.batches import Batch
from vending.errors import PreconditionFailed
from vending.table import REVISION


def revision(client: Any, table: str) -> int:
    """The number of the last change; 0 for a new table.

    Raises:
        Unavailable: DynamoDB failed.
    """
    return int(read_items(client, table, [REVISION], consistent=True).get(REVISION, "0"))


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
    with translated():
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
