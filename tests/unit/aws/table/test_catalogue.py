"""The whole catalogue at one revision, and the history of its changes, from the table."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, grant, location
from tests.support.stack.tables import TABLE
from tests.support.tokens import issuer
from vending.aws.table import catalogue
from vending.catalogue.batches import batches
from vending.catalogue.changes import Change
from vending.catalogue.history import events
from vending.errors import Unavailable
from vending.questions.past import past
from vending.questions.standing import Standing

KEPT = timedelta(days=400)


def write(dynamodb: Any, *changes: Change, revision: int = 0) -> int:
    for batch in batches(changes, {}):
        history = events(batch.changes, revision + 1, NOW + timedelta(hours=revision), KEPT)
        revision = catalogue.commit(dynamodb, TABLE, batch, revision, history)
    return revision


def added(count: int) -> list[Change]:
    return [
        Change("grant", f"g{n:03}", "", None, grant(f"s3://bkt/{n}/* READ", id=f"g{n:03}"))
        for n in range(count)
    ]


def test_everything_that_was_written_stands(dynamodb: Any) -> None:
    write(
        dynamodb,
        Change("location", "bkt", "", None, location()),
        Change("issuer", issuer().id, "", None, issuer()),
        *added(200),
    )
    found = catalogue.standing(dynamodb, TABLE, None)
    assert found.revision == 5
    assert {kind: len(texts) for kind, texts in found.texts.items()} == {
        "grant": 200,
        "issuer": 1,
        "location": 1,
    }
    assert len(list(found.grants([]))) == 200
    assert len(list(found.grants([('"scope":"s3://bkt/',)]))) == 200
    assert list(found.grants([('"scope":"s3://other/',)])) == []
    assert list(found.locations()) == [location()]


def test_a_kept_catalogue_is_used_as_long_as_its_revision_is_current(dynamodb: Any) -> None:
    write(dynamodb, *added(3))
    first = catalogue.standing(dynamodb, TABLE, None)
    assert catalogue.standing(dynamodb, TABLE, first) is first
    write(dynamodb, Change("grant", "g000", "", added(1)[0].after, None), revision=1)
    assert len(catalogue.standing(dynamodb, TABLE, first).texts["grant"]) == 2


def test_a_kept_catalogue_is_brought_up_to_date_by_the_history(dynamodb: Any) -> None:
    first = write(dynamodb, Change("location", "bkt", "", None, location()), *added(120))
    kept = catalogue.standing(dynamodb, TABLE, None)
    gone, _, stays = added(3)
    other = grant("s3://bkt/other/* READ", id="g001")
    revision = write(
        dynamodb,
        Change("grant", "g000", "", gone.after, None),
        Change("grant", "g001", "", added(2)[1].after, other),
        revision=first,
    )
    revision = write(dynamodb, *added(130)[120:], revision=revision)
    asked: list[str] = []
    seen = dynamodb.meta.events
    seen.register(
        "before-call.dynamodb.Query", lambda params, **_: asked.append(params["body"].decode())
    )
    brought = catalogue.standing(dynamodb, TABLE, kept)
    assert len(asked) == 1
    assert '"history"' in asked[0]
    assert brought == catalogue.standing(dynamodb, TABLE, None)
    assert brought.texts["grant"].keys() >= {"g001", stays.id}
    assert "g000" not in brought.texts["grant"]
    assert kept.revision == first, "the old one stays as it is"


def test_a_kept_catalogue_is_read_again_where_the_history_has_a_gap(dynamodb: Any) -> None:
    revision = write(dynamodb, *added(3))
    kept = catalogue.standing(dynamodb, TABLE, None)
    revision = write(dynamodb, *added(6)[3:], revision=revision)
    (lost,) = batches([Change("grant", "g000", "", added(1)[0].after, None)], {})
    revision = catalogue.commit(dynamodb, TABLE, lost, revision)  # by an older release
    write(dynamodb, *added(8)[6:], revision=revision)
    assert catalogue.standing(dynamodb, TABLE, kept) == catalogue.standing(dynamodb, TABLE, None)


def test_the_history_begins_with_the_newest_change_and_undoes_every_batch(dynamodb: Any) -> None:
    revision = write(dynamodb, *added(120))
    history = list(catalogue.history(dynamodb, TABLE))
    assert [one.revision for one in history] == sorted(
        (one.revision for one in history), reverse=True
    )
    assert {(one.revision, one.count) for one in history} == {(1, 49), (2, 49), (3, 22)}
    now = catalogue.standing(dynamodb, TABLE, None)
    assert now.revision == revision == 3
    later = NOW + timedelta(days=1)
    assert len(past(now, history, NOW + timedelta(hours=1), later).texts["grant"]) == 98
    assert past(now, history, NOW - timedelta(hours=1), later).texts["grant"] == {}


def test_dynamodb_deletes_what_is_older_than_the_history(dynamodb: Any) -> None:
    write(dynamodb, *added(1))
    (stored,) = dynamodb.query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "history"}},
    )["Items"]
    assert stored["ttl"] == {"N": str(int((NOW + KEPT).timestamp()))}


def test_a_catalogue_that_keeps_changing_is_never_read_in_part(
    dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions = iter(range(100))
    monkeypatch.setattr(catalogue, "revision", lambda *_: next(revisions))
    with pytest.raises(Unavailable):
        catalogue.standing(dynamodb, TABLE, None)
    monkeypatch.setattr(catalogue, "revision", lambda *_: 7)
    assert catalogue.standing(dynamodb, TABLE, Standing(6, {})).revision == 7
