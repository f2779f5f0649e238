"""Reads and writes revocations in DynamoDB, and the reconciler's item of denials."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.items import entries, item, read_items, unchanged
from vending.denials.ended import kept_until, later
from vending.errors import InternalError, PreconditionFailed, Unavailable
from vending.revocations.ended import EndedShares, ended_shares
from vending.revocations.revocation import Revocation
from vending.table import BLOCK, HOLDERS, Key, ended_key, revocation_key

TRIES = 8  # of a transaction that another one came before


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
    """Write a revocation, and in the same transaction the time before which it ends shares.

    Succeeds if an earlier try, whose answer got lost, has written it.
    """
    document = revocation.encode()
    entry = item(revocation_key(revocation.id), document)
    if ends := revocation.kept_until:
        entry["ttl"] = {"N": str(int(ends.timestamp()))}
    put = {
        "TableName": table,
        "Item": entry,
        "ConditionExpression": f"{condition} OR document = :document",
        "ExpressionAttributeValues": values | {":document": {"S": document}},
    }
    ended = ended_shares(revocation)
    for _ in range(TRIES):
        writes = [{"Put": put}, *(_end_shares(client, table, ended) if ended else ())]
        with translate_errors():
            try:
                client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                reasons = [one.get("Code") for one in error.response.get("CancellationReasons", [])]
                if reasons[:1] == ["ConditionalCheckFailed"]:
                    raise PreconditionFailed(
                        "Another administrator changed this revocation first. Read it again and "
                        "retry."
                    ) from error
                if not {*reasons} & {"ConditionalCheckFailed", "TransactionConflict"}:
                    raise
            else:
                return
    raise Unavailable("EndedKeptChanging")


def _end_shares(client: Any, table: str, ended: EndedShares) -> Iterator[dict[str, Any]]:
    """The write of its time; where a later one is there already, a check that it stays."""
    key = ended_key(ended.part)
    before = read_items(client, table, [key], consistent=True).get(key)
    after = later(before, ended.time, ended.holders)
    same = unchanged(before)
    if after == before:
        yield {"ConditionCheck": {"TableName": table, "Key": item(key), **same}}
        return
    ttl = {"ttl": {"N": str(int(kept_until(after).timestamp()))}}
    yield {"Put": {"TableName": table, "Item": item(key, after) | ttl, **same}}
