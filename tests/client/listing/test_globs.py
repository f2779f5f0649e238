"""The objects that a key, a prefix or a pattern names."""

import pytest

import s3vend
from s3vend.listing.globs import is_prefix, matching
from tests.client.conftest import Serve
from tests.client.shelf import of, serving_shelf

KEYS = ["p/a.csv", "p/b.csv", "p/c.txt", "p/d/a.csv", "p/d/e/f.csv", "p/*", "p/a[1].csv", "q"]


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        ("s3://b/p/*", [key for key in KEYS if key != "q"]),
        ("s3://b/p/d/", ["p/d/a.csv", "p/d/e/f.csv"]),
        ("s3://b/*", KEYS),
        ("s3://b/p/*.csv", ["p/a.csv", "p/b.csv", "p/a[1].csv"]),
        ("s3://b/p/**/*.csv", [key for key in KEYS if key.endswith(".csv")]),
        ("s3://b/*/d/*", ["p/d/a.csv"]),
        ("s3://b/p/c.txt", ["p/c.txt"]),
        ("s3://b/p/none*", []),
    ],
)
def test_a_target_is_a_key_a_prefix_or_a_pattern(
    target: str, keys: "list[str]", serve: Serve
) -> None:
    service = serving_shelf(of(*KEYS), serve)
    assert [one.key for one in matching(target, service=service)] == sorted(keys)


@pytest.mark.parametrize("key", ["p/*", "p/a[1].csv"])
def test_a_literal_target_is_a_key_with_these_characters(key: str, serve: Serve) -> None:
    shelf = of(*KEYS)
    service = serving_shelf(shelf, serve)
    assert [one.key for one in matching(f"s3://b/{key}", service=service, literal=True)] == [key]
    request = {"method": "HEAD", "target": {"bucket": "b", "key": key}}
    assert shelf.signed[0]["requests"] == [request]


def test_only_a_pattern_across_segments_lists_more_than_one_level(serve: Serve) -> None:
    shelf = of(*KEYS)
    service = serving_shelf(shelf, serve)
    for pattern in ("*.csv", "**/*.csv"):
        list(matching(f"s3://b/p/{pattern}", service=service))
    requests = [body["requests"][0] for body in shelf.signed]
    assert [request.get("delimiter") for request in requests] == ["/", None]
    assert {request["target"] for request in requests} == {"s3://b/p/*"}


def test_a_key_that_is_not_there_is_an_error(serve: Serve) -> None:
    with pytest.raises(s3vend.StorageError, match=r"^Could not find s3://b/p/x: .*does not exist"):
        matching("s3://b/p/x", service=serving_shelf(of(*KEYS), serve))


@pytest.mark.parametrize(
    ("target", "usually", "literally"),
    [
        ("s3://b", True, True),
        ("s3://b/", True, True),
        ("s3://b/p/", True, True),
        ("s3://b/p/*", True, False),
        ("s3://b/*", True, False),
        ("s3://b/p/q*/*", False, False),
        ("s3://b/p/q*", False, False),
        ("s3://b/**", False, False),
        ("s3://b/p", False, False),
    ],
)
def test_a_prefix_ends_with_a_slash_or_a_star(
    target: str,
    usually: bool,
    literally: bool,
) -> None:
    assert (is_prefix(target), is_prefix(target, literal=True)) == (usually, literally)
