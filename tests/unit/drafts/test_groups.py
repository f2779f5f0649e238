"""Changes in transactions: none is split that a grantee sees at once, and each fits DynamoDB."""

import random

from hypothesis import given
from hypothesis import strategies as some

from vending.drafts.changed import Changed, Draft
from vending.drafts.groups import BYTES, WRITES, Texts, Transaction, items_of, transactions
from vending.table import Key

DRAFTS = some.lists(
    some.tuples(
        some.integers(0, 400),  # the id
        some.integers(0, 20),  # the grantee before
        some.integers(0, 20),  # the grantee after
        some.integers(0, 3),  # the bucket
        some.booleans(),  # whether it narrows
    ),
    max_size=120,
    unique_by=lambda one: one[0],
)


def draft(id_: int, before: int, after: int, bucket: int, narrows: bool) -> Draft:
    keys = dict.fromkeys((Key(f"iam#{before}", f"b{bucket}"), Key(f"iam#{after}", f"b{bucket}")))
    change = Changed("grant", f"g{id_}", "/grants/0", f'{{"n":{id_}}}', f'{{"m":{id_}}}')
    return Draft(change, narrows, described=False, closes=False, keys=tuple(keys))


def standing(drafts: list[Draft]) -> dict[Key, Texts]:
    items: dict[Key, dict[str, str]] = {}
    for one in drafts:
        items.setdefault(one.keys[0], {})[one.change.id] = one.change.before or ""
        for key in one.keys:
            items.setdefault(key, {})["stays"] = '{"stays":1}'
    return {key: dict(texts) for key, texts in items.items()}


def seen(made: list[Transaction]) -> dict[Key, list[int]]:
    """In which transactions each item of decisions is written."""
    found: dict[Key, list[int]] = {}
    for number, one in enumerate(made):
        for key in one.decisions:
            found.setdefault(key, []).append(number)
    return found


@given(DRAFTS)
def test_every_item_is_written_once_and_whole_grantees_at_once(
    drawn: list[tuple[int, int, int, int, bool]],
) -> None:
    drafts = [draft(*one) for one in drawn]
    made, faults = transactions(drafts, standing(drafts))
    assert faults == []
    written = seen(made)
    assert written.keys() == {key for one in drafts for key in one.keys}
    assert all(len(numbers) == 1 for numbers in written.values())
    for grantee in {key.pk for key in written}:
        assert len({numbers[0] for key, numbers in written.items() if key.pk == grantee}) == 1
    for one in drafts:
        assert len({written[key][0] for key in one.keys}) == 1, "both grantees of a move"
    told = [change.id for one in made for change in one.changes]
    assert sorted(told) == sorted(one.change.id for one in drafts)


@given(DRAFTS)
def test_every_transaction_fits_and_a_group_is_not_left_in_the_middle(
    drawn: list[tuple[int, int, int, int, bool]],
) -> None:
    drafts = [draft(*one) for one in drawn]
    made, _ = transactions(drafts, standing(drafts))
    for number, one in enumerate(made):
        assert 0 < 2 * len(one.changes) + len(one.decisions) <= WRITES
        assert sum(len(text) for text in one.writes.values() if text) <= BYTES
        assert not one.joined or number > 0
        if one.joined:
            assert not one.decisions, "what decisions read is written before"


@given(DRAFTS)
def test_groups_that_narrow_come_before_all_others(
    drawn: list[tuple[int, int, int, int, bool]],
) -> None:
    drafts = [draft(*one) for one in drawn]
    made, _ = transactions(drafts, standing(drafts))
    narrow = {one.change.id: one.narrows for one in drafts}
    whole = [
        all(narrow[change.id] for change in one.changes)
        for one in made
        if one.changes
        and not one.joined
        and len({narrow[change.id] for change in one.changes}) == 1
    ]
    assert whole == sorted(whole, reverse=True)


def test_an_item_is_deleted_with_its_last_grant_and_keeps_the_others() -> None:
    gone = Changed("grant", "a", "/grants", '{"id":"a"}', None)
    key, other = Key("iam#1", "b"), Key("iam#2", "b")
    drafts = [
        Draft(gone, narrows=True, described=False, closes=True, keys=(key,)),
        Draft(Changed("grant", "c", "/grants", '{"id":"c"}', None), narrows=True, described=False, closes=True, keys=(other,)),
    ]  # fmt: skip
    items = {key: {"a": '{"id":"a"}'}, other: {"b": '{"id":"b"}', "c": '{"id":"c"}'}}
    (made,), _ = transactions(drafts, items)
    assert made.decisions == {key: None, other: '[{"id":"b"}]'}
    assert made.writes[Key("grants", "a")] is None


def test_the_items_of_drafts_have_what_stands_beside_them() -> None:
    chance = random.Random(3)
    grantee = {"iam": "arn:aws:iam::123456789012:role/A"}
    stand = {
        f"g{n}": f'{{"id":"g{n}","grantee":{{"iam":"{grantee["iam"]}"}},"scope":"s3://b{chance.randrange(2)}/x/*"}}'
        for n in range(20)
    }
    key = Key("iam#123456789012#role#A", "b1")
    change = Changed("grant", "new", "/grants/0", None, "{}")
    drafts = [Draft(change, narrows=False, described=False, closes=False, keys=(key,))]
    assert items_of(drafts, stand) == {
        key: {id_: text for id_, text in stand.items() if "s3://b1/" in text}
    }
