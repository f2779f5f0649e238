"""Reads and writes revocations in DynamoDB, and the reconciler's item of denials."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.items import entries, item, read_items
from vending.errors import InternalError, PreconditionFailed
from vending.revocations.revocation import Revocation
from vending.table import BLOCK, HOLDERS, Key, revocation_key


def read(client: Any, table: str, id_: str) -> Revocation | None:
    """The revocation with this id, if it exists.

    Raises:
        Unavailable: DynamoDB failed.
    """
    key = revocation_key(id_)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Revocation.decode(id_, document)


def every(client: Any, table: str, *, start: str = "") -> Iterator[Revocation]:
    """Yield all revocations, the newest first, including those that have ended.

    Raises:
        Unavailable: DynamoDB failed.
    """
    kind = revocation_key("").pk
    for key, document in entries(client, table, kind, start=start, consistent=True):
        yield Revocation.decode(key.sk, document)


def readable(client: Any, table: str) -> Iterator[Revocation | str]:
    """Yield every revocation as ``every`` does; for a damaged one, yield its id.

    Raises:
        Unavailable: DynamoDB failed.
    """
    for key, document in entries(client, table, revocation_key("").pk, consistent=True):
        try:
            yield Revocation.decode(key.sk, document)
        except InternalError:
            yield key.sk


def add(client: Any, table: str, revocation: Revocation) -> None:
    """Write a new revocation.

    Raises:
        PreconditionFailed: a revocation with this id exists.
        Unavailable: DynamoDB failed.
    """
    _put(client, table, revocation, "attribute_not_exists(pk)", {})


def lift(client: Any, table: str, before: Revocation, after: Revocation) -> None:
    """Replace ``before`` with ``after``.

    Raises:
        PreconditionFailed: the table has something other than ``before``.
        Unavailable: DynamoDB failed.
    """
    _put(client, table, after, "document = :before", {":before": {"S": before.encode()}})


def denials_texts(client: Any, table: str) -> tuple[str | None, str | None]:
    """The texts of all denials, of places and of holders; None if none was written yet.

    Raises:
        Unavailable: DynamoDB failed.
    """
    documents = read_items(client, table, [BLOCK, HOLDERS], consistent=True)
    return documents.get(BLOCK), documents.get(HOLDERS)


def save_denials(
    client: Any, table: str, document: str, before: str | None, *, key: Key = BLOCK
) -> None:
    """Replace the denials ``before`` in an item with ``document``; call it only with the lease.

    The comparison with ``before`` keeps a late, abandoned write from undoing a newer one.

    Raises:
        Unavailable: DynamoDB failed, or the table has something other than ``before``.
    """
    values = {":document": {"S": document}}
    condition = "attribute_not_exists(pk)"
    if before is not None:
        condition, values = "document = :before", values | {":before": {"S": before}}
    with translate_errors():
        client.put_item(
            TableName=table,
            Item=item(key, document),
            ConditionExpression=f"{condition} OR document = :document",
            ExpressionAttributeValues=values,
        )


def _put(
    client: Any, table: str, revocation: Revocation, condition: str, values: dict[str, Any]
) -> None:
    """Write a revocation; succeeds if an earlier try, whose answer got lost, has written it."""
    document = revocation.encode()
    entry = item(revocation_key(revocation.id), document)
    if ends := revocation.kept_until:
        entry["ttl"] = {"N": str(int(ends.timestamp()))}
    with translate_errors():
        try:
            client.put_item(
                TableName=table,
                Item=entry,
                ConditionExpression=f"{condition} OR document = :document",
                ExpressionAttributeValues=values | {":document": {"S": document}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise PreconditionFailed(
                    "Another administrator changed this revocation first. Read it again and retry."
                ) from error
            raise
