"""Staged changes in DynamoDB: the change itself, and its texts, each compressed and in pieces."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from vending.aws.services.client import translate_errors
from vending.aws.table.catalogue import remembered
from vending.aws.table.items import entries, is_unmet, item, read_items, replacing, transact
from vending.catalogue.history import Event
from vending.documents.expectation import ExpectationBody
from vending.errors import PreconditionFailed
from vending.grants.expectation import Expectation
from vending.staging.effects import Write
from vending.staging.staged import Staged
from vending.table import STAGED, refuse_damaged_item, staged_key, staged_texts_key

PIECE = 350_000  # characters of an item; DynamoDB takes 400 KB


def tests(client: Any, table: str) -> dict[str, Expectation]:
    """All tests, by id; raises ``Unavailable`` if DynamoDB failed."""
    found = entries(client, table, "tests", consistent=True)
    return {key.sk: ExpectationBody.stored_expectation(text) for key, text in found}


def load(client: Any, table: str, id_: str) -> Staged | None:
    """The staged change with this id, if it exists; raises ``Unavailable`` if DynamoDB failed."""
    key = staged_key(id_)
    document = read_items(client, table, [key], consistent=True).get(key)
    return None if document is None else Staged.read(id_, document)


def every(client: Any, table: str) -> Iterator[Staged]:
    """Yield all staged changes that are still there; raises ``Unavailable`` if DynamoDB failed."""
    for key, document in entries(client, table, STAGED, consistent=True):
        yield Staged.read(key.sk, document)


def save(client: Any, table: str, staged: Staged, before: Staged | None) -> None:
    """Write a change in place of ``before``; succeeds if an earlier try has written it.

    Raises:
        PreconditionFailed: the table has something other than ``before``.
        Unavailable: DynamoDB failed.
    """
    document = staged.encode()
    values = {":document": {"S": document}}
    condition = "attribute_not_exists(pk)"
    if before:
        condition, values = "document = :before", values | {":before": {"S": before.encode()}}
    with translate_errors():
        try:
            client.put_item(
                TableName=table,
                Item=_item(staged),
                ConditionExpression=f"{condition} OR document = :document",
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if is_unmet(error):
                raise PreconditionFailed(
                    "Another request changed this staged change first. Look at it, and try again."
                ) from error
            raise


def keep(client: Any, table: str, staged: Staged, name: str, text: str) -> None:
    """Write a text under a name, in place of an earlier one.

    Raises:
        Unavailable: DynamoDB failed.
    """
    packed = b64encode(zlib.compress(text.encode())).decode()
    pieces = [packed[start : start + PIECE] for start in range(0, len(packed), PIECE)]
    for place, piece in enumerate(pieces):
        key = staged_texts_key(staged.id, f"{name}#{place:03}")
        with translate_errors():
            client.put_item(
                TableName=table, Item=item(key, f"{len(pieces)} {piece}") | _ttl(staged.kept_until)
            )


def kept(client: Any, table: str, staged: Staged, start: str) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a change, in the order of their names, from ``start`` on.

    Raises:
        InternalError: a text is not whole.
        Unavailable: DynamoDB failed.
    """
    pieces: list[str] = []
    place = staged_texts_key(staged.id, "").pk
    for key, document in entries(client, table, place, start=start, consistent=True):
        name, _, number = key.sk.rpartition("#")
        count, _, piece = document.partition(" ")
        with refuse_damaged_item():
            if int(number) == 0:
                pieces, total = [], int(count)
            if int(number) != len(pieces) or int(number) >= total:
                continue  # of an earlier text under this name, which was longer
            pieces.append(piece)
            if len(pieces) < total:
                continue
            text = _unpacked("".join(pieces))
        yield name, text


def _unpacked(packed: str) -> str:
    try:
        return zlib.decompress(b64decode(packed, validate=True)).decode()
    except zlib.error as error:
        raise ValueError("not compressed") from error


def write(client: Any, table: str, made: Write, history: Iterable[Event]) -> None:
    """Write one transaction of a staged change.

    Raises:
        PreconditionFailed: another request, or a cancellation, came first.
        Unavailable: DynamoDB failed.
    """
    more = [*remembered(table, history)]
    if made.staged:
        before, after = made.staged
        put = {"TableName": table, "Item": _item(after)} | replacing(before.encode())
        more.append({"Put": put})
    transact(client, table, (str(made.before), str(made.after)), made.items, more)


def _item(staged: Staged) -> dict[str, Any]:
    """The item of a change; it stays as long as the revision names it."""
    ttl = {} if staged.state == "writing" else _ttl(staged.kept_until)
    return item(staged_key(staged.id), staged.encode()) | ttl


def _ttl(until: datetime) -> dict[str, Any]:
    return {"ttl": {"N": str(int(until.timestamp()))}}
