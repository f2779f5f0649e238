"""Revocations in DynamoDB, and what the decision reads of them."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translated
from vending.aws.table.items import entries, item, read_items
from vending.denials.denials import Denials
from vending.errors import InternalError, PreconditionFailed
from vending.revocations.revocation import Revocation
from vending.table import BLOCK, revocation_key


def read(client: Any, table: str, id_: str) -> Revocation | None:
    """One of them, if it is there.

    Raises:
        Unavailable: DynamoDB failed.
    """
    key = revocation_key(id_)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Revocation.decode(id_, document)


def every(client: Any, table: str, *, start: str = "") -> Iterator[Revocation]:
    """All of them, the newest first, also those that are over.

    Raises:
        Unavailable: DynamoDB failed.
    """
    kind = revocation_key("").pk
    for key, document in entries(client, table, kind, start=start, consistent=True):
        yield Revocation.decode(key.sk, document)


def readable(client: Any, table: str) -> Iterator[Revocation | str]:
    """As ``every``; of one that is damaged its id.

    Raises:
        Unavailable: DynamoDB failed.
    """
    for key, document in entries(client, table, revocation_key("").pk, consistent=True):
        try:
            yield Revocation.decode(key.sk, document)
        except InternalError:
            yield key.sk


def add(client: Any, table: str, revocation: Revocation) -> None:
    """Write down a new one.

    Raises:
        PreconditionFailed: there is one of this id.
        Unavailable: DynamoDB failed.
    """
    _put(client, table, revocation, "attribute_not_exists(pk)", {})


def lift(client: Any, table: str, before: Revocation, after: Revocation) -> None:
    """Write ``after`` over ``before``.

    Raises:
        PreconditionFailed: it is not ``before`` any more.
        Unavailable: DynamoDB failed.
    """
    _put(client, table, after, "document = :before", {":before": {"S": before.encode()}})


def denied(client: Any, table: str) -> Denials:
    """What is denied to anybody, as the decision reads it.

    Raises:
        Unavailable: DynamoDB failed.
    """
    return Denials.decode(read_items(client, table, [BLOCK]).get(BLOCK))


def denials(client: Any, table: str) -> str | None:
    """The same as text, and as it is now.

    Raises:
        Unavailable: DynamoDB failed.
    """
    return read_items(client, table, [BLOCK], consistent=True).get(BLOCK)


def save_denials(client: Any, table: str, document: str, before: str | None) -> None:
    """Write what the decision reads over ``before``; only who has the lease does.

    A write that hung, and that nobody waits for any more, so undoes no later one.

    Raises:
        Unavailable: DynamoDB failed, or it is not ``before`` any more.
    """
    values = {":document": {"S": document}}
    condition = "attribute_not_exists(pk)"
    if before is not None:
        condition, values = "document = :before", values | {":before": {"S": before}}
    with translated():
        client.put_item(
            TableName=table,
            Item=item(BLOCK, document),
            ConditionExpression=f"{condition} OR document = :document",
            ExpressionAttributeValues=values,
        )


def _put(
    client: Any, table: str, revocation: Revocation, condition: str, values: dict[str, Any]
) -> None:
    """Also where a try that nobody heard of has written it already."""
    document = revocation.encode()
    entry = item(revocation_key(revocation.id), document)
    if ends := revocation.kept_until:
        entry["ttl"] = {"N": str(int(ends.timestamp()))}
    with translated():
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
                    "Another administrator was here first. Read the revocation and try again."
                ) from error
            raise
