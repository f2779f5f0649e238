"""Each change is an event, which its item in the table says whole."""

import json
from datetime import timedelta

import pytest

from tests.support.make import NOW, grant
from vending.catalogue.batches import encode
from vending.catalogue.changes import Change
from vending.catalogue.history import EXTRA_BYTES, Event, events
from vending.errors import InternalError
from vending.table import Key

BEFORE, AFTER = grant("s3://bkt/a/* READ"), grant("s3://bkt/a/* WRITE")
CHANGES = [
    Change("grant", "a-grant", "/grants/0", BEFORE, AFTER),
    Change("grant", "new", "/grants/1", None, grant("s3://bkt/* READ", id="new")),
    Change("grant", "old", "/grants", grant("s3://bkt/* READ", id="old"), None),
]


def test_an_event_is_read_as_it_was_written() -> None:
    for event in events(CHANGES, 12, NOW, timedelta(days=400)):
        assert Event.read(event.key, encode(event.as_json())) == event


def test_an_event_has_the_entry_before_and_after() -> None:
    changed, added, removed = events(CHANGES, 12, NOW, timedelta(days=400))
    assert (changed.before, changed.after) == (BEFORE.as_json(), AFTER.as_json())
    assert (added.before, removed.after) == (None, None)
    assert {one.count for one in (changed, added, removed)} == {3}
    assert changed.until == NOW + timedelta(days=400)


def test_keys_sort_by_revision_and_then_in_the_order_of_the_changes() -> None:
    keys = [
        one.key
        for revision in (9, 10, 11, 1_000_000)
        for one in events(CHANGES, revision, NOW, timedelta(1))
    ]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_an_item_has_no_more_than_its_entries_and_the_bytes_that_a_batch_counts() -> None:
    for event, change in zip(events(CHANGES, 10**11, NOW, timedelta(1)), CHANGES, strict=True):
        own = sum(len(encode(one.as_json())) for one in change.entries)
        assert len(encode(event.as_json())) + len("".join(event.key)) <= own + EXTRA_BYTES


@pytest.mark.parametrize(
    ("key", "document"),
    [
        (Key("history", "x#000"), "{}"),
        (Key("history", "000000000001#000"), "{}"),
        (Key("history", "000000000001#000"), "[]"),
        (Key("history", "000000000001#000"), json.dumps({"time": "yesterday"})),
    ],
)
def test_an_item_that_this_service_did_not_write_is_an_error(key: Key, document: str) -> None:
    with pytest.raises(InternalError):
        Event.read(key, document)
