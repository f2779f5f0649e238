"""Items of the table, read in as many calls as DynamoDB needs, and in no more than it may need."""

from collections.abc import Iterable, Iterator, Sequence
from secrets import randbelow
from time import sleep
from typing import Any

from vending.aws.services.client import translated
from vending.errors import Unavailable
from vending.table import Key

KEYS_A_CALL = 100  # BatchGetItem
ROUNDS = 4  # of it, for what it left out: an answer has 16 MB at most
EMPTY_PAGES = 5  # in a row; it may give a few
PAUSE = 500  # milliseconds at most, before what is throttled is asked for again


def read_items(
    client: Any, table: str, keys: Iterable[Key], *, consistent: bool = False
) -> dict[Key, str]:
    """The documents of those items that exist.

    Raises:
        Unavailable: DynamoDB failed, or gave none of the items that it had left out.
    """
    wanted = list(dict.fromkeys(keys))
    documents: dict[Key, str] = {}
    for start in range(0, len(wanted), KEYS_A_CALL):
        left = wanted[start : start + KEYS_A_CALL]
        for asked in range(ROUNDS):
            found, left_out = _batch(client, table, left, consistent=consistent)
            documents |= found
            if not left_out:
                break
            if not found and asked:
                raise Unavailable("UnprocessedKeys")
            if not found:
                sleep(randbelow(PAUSE) / 1000)
            left = left_out
        else:
            raise Unavailable("UnprocessedKeys")
    return documents


def _batch(
    client: Any, table: str, keys: Sequence[Key], *, consistent: bool
) -> tuple[dict[Key, str], list[Key]]:
    """What DynamoDB gives of these items, and what it leaves for another call."""
    asked = {"Keys": [item(key) for key in keys], "ConsistentRead": consistent}
    with translated():
        answer = client.batch_get_item(RequestItems={table: asked})
        found = dict(map(_read_item, answer["Responses"].get(table, [])))
        left_out = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        left = [_key_of(one) for one in left_out]
    if not {*found, *left} <= set(keys):
        raise Unavailable("OtherItems")
    return found, left


def entries(
    client: Any, table: str, pk: str, *, start: str = "", consistent: bool = False
) -> Iterator[tuple[Key, str]]:
    """The items of a partition in order of ``sk``, from ``start`` on, read as they are taken.

    Raises:
        Unavailable: DynamoDB failed.
    """
    values = {":pk": {"S": pk}} | ({":start": {"S": start}} if start else {})
    asked: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "pk = :pk" + (" AND sk >= :start" if start else ""),
        "ExpressionAttributeValues": values,
        "ConsistentRead": consistent,
    }
    last, empty = start, 0
    while True:
        with translated():
            answer = client.query(**asked)
            page = [_read_item(one) for one in answer["Items"]]
            after = _key_of(answer["LastEvaluatedKey"]) if "LastEvaluatedKey" in answer else None
        if not all(key.pk == pk and key.sk >= start for key, _ in page):
            raise Unavailable("OtherItems")
        yield from page
        if after is None:
            return
        empty = 0 if page else empty + 1
        if after.pk != pk or after.sk <= last or empty > EMPTY_PAGES:
            raise Unavailable("NoProgress")
        last, asked["ExclusiveStartKey"] = after.sk, item(after)


def item(key: Key, document: str | None = None) -> dict[str, dict[str, str]]:
    """As DynamoDB takes it; without a document its key alone."""
    members = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    return members if document is None else members | {"document": {"S": document}}


def _key_of(one: Any) -> Key:
    return Key(one["pk"]["S"], one["sk"]["S"])


def _read_item(one: Any) -> tuple[Key, str]:
    return _key_of(one), one["document"]["S"]
