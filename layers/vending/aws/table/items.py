"""Reads items, in as many calls as DynamoDB needs, up to a limit; writes them in a transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from secrets import randbelow
from time import sleep
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.errors import PreconditionFailed, Unavailable
from vending.table import REVISION, Key

KEYS_A_CALL = 100  # the most keys that BatchGetItem accepts
ROUNDS = 4  # calls of BatchGetItem; each returns at most 16 MB and leaves out the rest
EMPTY_PAGES = 5  # consecutive empty pages; DynamoDB may return a few
NO_REVISION = "0"  # of a table that has no item of the revision yet
PAUSE = 500  # milliseconds at most, before a throttled call is repeated


type Reader[Read] = Callable[[Any], tuple[Key, Read]]  # of an item as DynamoDB has it


def read_items(
    client: Any, table: str, keys: Iterable[Key], *, consistent: bool = False
) -> dict[Key, str]:
    """The documents of the items that exist, by key; raises as ``read_each``."""
    return read_each(client, table, keys, _read_item, consistent=consistent)


def read_each[Read](
    client: Any, table: str, keys: Iterable[Key], read: Reader[Read], *, consistent: bool
) -> dict[Key, Read]:
    """The items that exist, by key, as ``read`` makes them of DynamoDB's JSON.

    Raises:
        Unavailable: DynamoDB failed, or kept leaving items out.
    """
    wanted = list(dict.fromkeys(keys))
    documents: dict[Key, Read] = {}
    for start in range(0, len(wanted), KEYS_A_CALL):
        left = wanted[start : start + KEYS_A_CALL]
        for round_number in range(ROUNDS):
            found, left_out = _batch(client, table, left, read, consistent=consistent)
            documents |= found
            if not left_out:
                break
            if not found and round_number:
                raise Unavailable("UnprocessedKeys")
            if not found:
                sleep(randbelow(PAUSE) / 1000)
            left = left_out
        else:
            raise Unavailable("UnprocessedKeys")
    return documents


def _batch[Read](
    client: Any, table: str, keys: Sequence[Key], read: Reader[Read], *, consistent: bool
) -> tuple[dict[Key, Read], list[Key]]:
    """The items that DynamoDB returns, and the keys that it leaves for another call."""
    parameters = {"Keys": [item(key) for key in keys], "ConsistentRead": consistent}
    with translate_errors():
        answer = client.batch_get_item(RequestItems={table: parameters})
        found = dict(map(read, answer["Responses"].get(table, [])))
        left_out = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        left = list(map(_key_of, left_out))
    if not {*found, *left} <= set(keys):
        raise Unavailable("OtherItems")
    return found, left


def entries(
    client: Any,
    table: str,
    pk: str,
    *,
    start: str = "",
    consistent: bool = False,
    backwards: bool = False,
) -> Iterator[tuple[Key, str]]:
    """Yield the items of a partition in the order of ``sk``, from ``start``, page by page.

    ``backwards``: in the opposite order, from the last item on, without a ``start``.

    Raises:
        Unavailable: DynamoDB failed.
    """
    values = {":pk": {"S": pk}} | ({":start": {"S": start}} if start else {})
    parameters: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk" + (" AND sk >= :start" if start else ""),
        "ExpressionAttributeValues": values,
        "ConsistentRead": consistent,
        "ScanIndexForward": not backwards,
    }
    last, empty = start, 0
    while True:
        with translate_errors():
            answer = client.query(**parameters)
            page = list(map(_read_item, answer["Items"]))
            after = _key_of(answer["LastEvaluatedKey"]) if "LastEvaluatedKey" in answer else None
        if not all(key.pk == pk and key.sk >= start for key, _ in page):
            raise Unavailable("OtherItems")
        yield from page
        if after is None:
            return
        empty = 0 if page else empty + 1
        moves = after.sk > last if not backwards else after.sk < last or not last
        if after.pk != pk or not moves or empty > EMPTY_PAGES:
            raise Unavailable("NoProgress")
        last, parameters["ExclusiveStartKey"] = after.sk, item(after)


def is_unmet(error: ClientError) -> bool:
    """Whether a write failed because its condition does not hold."""
    return bool(error.response["Error"]["Code"] == "ConditionalCheckFailedException")


def transact(
    client: Any,
    table: str,
    revision: tuple[str, str],
    writes: Mapping[Key, str | None],
    more: Iterable[Mapping[str, Any]],
) -> None:
    """Write everything, or nothing; ``revision`` is the text of its item before and after.

    None in ``writes`` deletes an item. ``more`` are further writes, as DynamoDB takes them.

    Raises:
        PreconditionFailed: the revision is another one, or another condition does not hold.
        Unavailable: DynamoDB failed.
    """
    before, after = revision
    is_first = before == NO_REVISION
    condition = (
        {"ConditionExpression": "attribute_not_exists(pk)"} if is_first else replacing(before)
    )
    put = {"TableName": table, "Item": item(REVISION, after)} | condition
    items = [
        {"Delete": {"TableName": table, "Key": item(key)}}
        if document is None
        else {"Put": {"TableName": table, "Item": item(key, document)}}
        for key, document in writes.items()
    ]
    with translate_errors():
        try:
            client.transact_write_items(TransactItems=[{"Put": put}, *items, *more])
        except ClientError as error:
            reasons = {
                reason.get("Code") for reason in error.response.get("CancellationReasons", [])
            }
            if reasons & {"ConditionalCheckFailed", "TransactionConflict"}:
                raise PreconditionFailed(
                    "Somebody else changed the grants in the meantime. Read them again and retry."
                ) from error
            raise


def replacing(document: str) -> dict[str, Any]:
    """The condition of a write that the item is still this text."""
    return {
        "ConditionExpression": "document = :before",
        "ExpressionAttributeValues": {":before": {"S": document}},
    }


def item(key: Key, document: str | None = None) -> dict[str, dict[str, str]]:
    """An item in DynamoDB's JSON; without a document, only its key."""
    members = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    return members if document is None else members | {"document": {"S": document}}


def unchanged(before: str | None) -> dict[str, Any]:
    """The condition that an item is still as it was read; None: it was not there."""
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "document = :before",
        "ExpressionAttributeValues": {":before": {"S": before}},
    }


def _key_of(item: Any) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def _read_item(item: Any) -> tuple[Key, str]:
    return _key_of(item), item["document"]["S"]
