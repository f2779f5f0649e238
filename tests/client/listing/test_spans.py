"""A list in spans: the same objects in the same order as in a chain of pages, in fewer turns."""

import random
from collections.abc import Sequence

import pytest

from s3vend.listing.spans import SPANS, list_in_spans, unknown
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import Shelf, contents, listing, of, serving_shelf

KEYS = [f"p/{number:03}" for number in range(70)]


def listed(shelf: Shelf, serve: Serve, expected: Sequence[str], step: int = 5) -> "list[str]":
    """The keys that are listed for a caller who expects some, and says every few of them."""

    def keys_after(key: str) -> "list[str]":
        return [one for one in expected if one > key][step - 1 : -1 : step]

    service = serving_shelf(shelf, serve)
    return [one.key for one in list_in_spans("s3://b/p/", service, keys_after)]


def test_pages_are_read_at_once_with_one_request_to_the_service(serve: Serve) -> None:
    shelf = of(*KEYS, page=5)
    assert listed(shelf, serve, KEYS) == KEYS
    assert [len(body["requests"]) for body in shelf.signed] == [SPANS, len(KEYS) // 5 - SPANS]
    assert len(shelf.seen) == len(KEYS) // 5


def test_who_knows_nothing_gets_a_chain_of_pages(serve: Serve) -> None:
    shelf = of(*KEYS, page=5)
    service = serving_shelf(shelf, serve)
    assert [one.key for one in list_in_spans("s3://b/p/", service, unknown)] == KEYS
    assert [len(body["requests"]) for body in shelf.signed] == [1] * 14


def test_where_few_are_expected_a_page_takes_one_request(serve: Serve) -> None:
    shelf = of(*KEYS)
    assert listed(shelf, serve, KEYS, len(KEYS)) == KEYS
    assert len(shelf.seen) == 1


def test_what_is_not_there_is_looked_for_in_one_turn(serve: Serve) -> None:
    shelf = Shelf()
    assert listed(shelf, serve, KEYS) == []
    assert [len(body["requests"]) for body in shelf.signed] == [SPANS]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_expected_all_objects_are_listed_once_and_in_order(
    seed: int, serve: Serve
) -> None:
    draw = random.Random(seed)
    there = sorted(draw.sample(KEYS, draw.randint(0, 70)))
    expected = sorted(draw.sample(KEYS, draw.randint(0, 70)))
    shelf = of(*there, page=draw.randint(1, 9))
    assert listed(shelf, serve, expected, draw.randint(1, 9)) == there


@pytest.mark.parametrize("seed", range(100))
def test_of_a_storage_with_an_order_of_its_own_all_is_listed_once_too(
    seed: int, serve: Serve
) -> None:
    """Such as by directories, where `a/b` comes before `a-b`."""
    draw = random.Random(seed)
    names = ["a", "a b", "a-b", "a.b/c", "a/b", "a/c/d", "b", "b-", "b/a", "c.d", "c/a", "c/a/b"]
    expected = sorted(f"p/{name}" for name in draw.sample(names, draw.randint(2, 12)))
    there = draw.sample(expected, draw.randint(1, len(expected)))
    shelf = of(*there, page=draw.randint(1, 4), place=lambda key: key.split("/"))
    assert sorted(listed(shelf, serve, expected, draw.randint(1, 3))) == sorted(there)


def test_a_storage_that_begins_elsewhere_is_seen_to_be_out_of_order(serve: Serve) -> None:
    """It ignores startAfter, so that keys come again, which the comparison refuses."""
    shelf = of(*KEYS, page=5)

    def ignoring(asked: Asked, reply: Reply) -> Reply:
        if "start-after" not in asked.path:
            return reply
        return 200, {}, listing(*map(contents, KEYS[:5]), is_truncated=False)

    shelf.instead = ignoring
    found = listed(shelf, serve, KEYS)
    assert found != sorted(found)
