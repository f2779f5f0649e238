"""Staged changes in DynamoDB: texts in pieces, and transactions that hold together or not at all."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, grant
from tests.support.stack.tables import TABLE
from vending.aws.staging import staged as table
from vending.aws.table import catalogue
from vending.catalogue.batches import encode
from vending.drafts.changed import Changed, events_of
from vending.errors import InternalError, PreconditionFailed
from vending.staging.effects import Write
from vending.staging.revision import Revision
from vending.staging.staged import Announced, Staged
from vending.table import catalogue_key, staged_texts_key

CHANGE = Staged(
    "abcdefghij234567",
    "arn:x AROA",
    NOW,
    Announced("0" * 64, {"grants": 1}, 1, None, None, prune=False),
)
KEPT = timedelta(days=400)


def added(id_: str = "g") -> Changed:
    text = encode(grant("s3://bkt/a/* READ", id=id_).as_json())
    return Changed("grant", id_, "/grants/0", None, text)


def write(dynamodb: Any, made: Write) -> None:
    table.write(dynamodb, TABLE, made, events_of(made.changes, made.after.number, NOW, KEPT))


def test_a_change_is_read_as_it_was_saved(dynamodb: Any) -> None:
    table.save(dynamodb, TABLE, CHANGE, None)
    assert table.load(dynamodb, TABLE, CHANGE.id) == CHANGE
    assert list(table.every(dynamodb, TABLE)) == [CHANGE]
    assert table.load(dynamodb, TABLE, "nothing") is None


def test_a_change_is_only_replaced_as_it_was_read(dynamodb: Any) -> None:
    table.save(dynamodb, TABLE, CHANGE, None)
    later = replace(CHANGE, state="cancelled")
    table.save(dynamodb, TABLE, later, CHANGE)
    table.save(dynamodb, TABLE, later, CHANGE)  # again, since an answer was lost
    with pytest.raises(PreconditionFailed):
        table.save(dynamodb, TABLE, replace(CHANGE, checked=1), CHANGE)
    with pytest.raises(PreconditionFailed):
        table.save(dynamodb, TABLE, CHANGE, None)


@pytest.mark.parametrize("size", [0, 10, 400_000, 1_500_000])
def test_a_text_of_any_size_is_kept_in_pieces(size: int, dynamodb: Any) -> None:
    chance = random.Random(size)
    text = "é" + "".join(map(chr, (chance.randrange(32, 127) for _ in range(size))))
    table.keep(dynamodb, TABLE, CHANGE, "part#00001", text)
    table.keep(dynamodb, TABLE, CHANGE, "part#00000", "first")
    found = list(table.kept(dynamodb, TABLE, CHANGE, "part#"))
    assert found == [("part#00000", "first"), ("part#00001", text)]
    assert list(table.kept(dynamodb, TABLE, CHANGE, "part#00001")) == found[1:]


def test_a_shorter_text_replaces_a_longer_one(dynamodb: Any) -> None:
    chance = random.Random(7)
    long = "".join(map(chr, (chance.randrange(32, 127) for _ in range(900_000))))
    table.keep(dynamodb, TABLE, CHANGE, "part#00000", long)
    table.keep(dynamodb, TABLE, CHANGE, "part#00000", "short")
    assert list(table.kept(dynamodb, TABLE, CHANGE, "")) == [("part#00000", "short")]


def test_a_damaged_piece_is_an_error(dynamodb: Any) -> None:
    table.keep(dynamodb, TABLE, CHANGE, "part#00000", "text")
    key = staged_texts_key(CHANGE.id, "part#00000#000")
    names = {"pk": {"S": key.pk}, "sk": {"S": key.sk}}
    dynamodb.put_item(TableName=TABLE, Item=names | {"document": {"S": "1 bm90IHppcHBlZA=="}})
    with pytest.raises(InternalError):
        list(table.kept(dynamodb, TABLE, CHANGE, ""))


def test_the_first_transaction_begins_the_writing_and_nobody_else_can_write(dynamodb: Any) -> None:
    table.save(dynamodb, TABLE, CHANGE, None)
    writing, change = replace(CHANGE, state="writing"), added()
    items = {catalogue_key("grant", "g"): change.after}
    after = Revision(1, CHANGE.id)
    write(dynamodb, Write(Revision(0), after, items, (change,), (CHANGE, writing)))
    assert catalogue.read_revision(dynamodb, TABLE) == after
    assert table.load(dynamodb, TABLE, CHANGE.id) == writing
    (event,) = catalogue.history(dynamodb, TABLE)
    assert (event.revision, event.id, event.after) == (
        1,
        "g",
        grant("s3://bkt/a/* READ", id="g").as_json(),
    )
    with pytest.raises(PreconditionFailed):
        write(dynamodb, Write(Revision(1), Revision(2), {}))
    with pytest.raises(PreconditionFailed):
        write(dynamodb, Write(Revision(0), after, items, (change,), (CHANGE, writing)))
    write(
        dynamodb, Write(after, Revision(1), {}, (), (writing, replace(writing, state="cancelled")))
    )
    assert catalogue.revision(dynamodb, TABLE) == 1


def test_a_transaction_of_a_change_that_became_another_writes_nothing(dynamodb: Any) -> None:
    table.save(dynamodb, TABLE, CHANGE, None)
    stale = replace(CHANGE, checked=5)
    with pytest.raises(PreconditionFailed):
        write(
            dynamodb,
            Write(
                Revision(0), Revision(1), {catalogue_key("grant", "g"): "{}"}, (), (stale, stale)
            ),
        )
    assert catalogue.revision(dynamodb, TABLE) == 0


def test_everything_of_a_change_expires(dynamodb: Any) -> None:
    table.save(dynamodb, TABLE, CHANGE, None)
    table.keep(dynamodb, TABLE, CHANGE, "part#00000", "text")
    items = dynamodb.scan(TableName=TABLE)["Items"]
    until = {"N": str(int((NOW + timedelta(days=1)).timestamp()))}
    assert [one["ttl"] for one in items] == [until, until]


def test_a_change_stays_as_long_as_the_revision_names_it(dynamodb: Any) -> None:
    """Without it, nobody could resume or cancel it, and all others would wait for ever."""
    writing = replace(CHANGE, state="writing")
    table.save(dynamodb, TABLE, CHANGE, None)
    write(dynamodb, Write(Revision(0), Revision(1, CHANGE.id), {}, (), (CHANGE, writing)))
    (kept,) = (one for one in dynamodb.scan(TableName=TABLE)["Items"] if one["pk"]["S"] == "staged")
    assert "ttl" not in kept
    write(dynamodb, Write(Revision(1, CHANGE.id), Revision(1), {}, (), (writing, CHANGE)))
    (kept,) = (one for one in dynamodb.scan(TableName=TABLE)["Items"] if one["pk"]["S"] == "staged")
    assert "ttl" in kept
