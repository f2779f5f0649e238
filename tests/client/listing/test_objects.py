"""`list_objects`: pages of a list, from a service and an S3 that are real servers."""

import itertools
import tracemalloc
from base64 import b64encode
from typing import Any

import pytest

import s3vend
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import Shelf, contents, listing, of, serving_shelf

KEYS = ["p/a", "p/b/c", "p/b/d/e", "p/b.txt", "p/z"]


def listed(shelf: Shelf, serve: Serve, target: str = "s3://b/p/*", **more: Any) -> "list[str]":
    """The targets in a list."""
    entries = s3vend.list_objects(target, service=serving_shelf(shelf, serve), **more)
    return [entry.target.removeprefix("s3://b/") for entry in entries]


@pytest.mark.parametrize("target", ["s3://b/p/*", "s3://b/p/"])
def test_all_objects_below_a_prefix_are_listed(target: str, serve: Serve) -> None:
    shelf = of(*KEYS, "pq", "q/a")
    assert listed(shelf, serve, target) == sorted(KEYS)
    request = {"method": "LIST", "target": "s3://b/p/*"}
    assert shelf.signed == [{"expiresIn": 900, "requests": [request]}]


def test_a_whole_bucket_is_listed(serve: Serve) -> None:
    assert listed(of("b", "a/", "a/b"), serve, "s3://b/*") == ["a/", "a/b", "b"]


def test_one_level_has_objects_and_prefixes(serve: Serve) -> None:
    shelf = of(*KEYS, "p/", "p//x")
    found = listed(shelf, serve, recursive=False)
    assert found == ["p/", "p//", "p/a", "p/b.txt", "p/b/", "p/z"]
    assert shelf.signed[0]["requests"][0]["delimiter"] == "/"


def test_types_say_whether_there_are_prefixes(serve: Serve) -> None:
    """For mypy: without the overloads, these assignments are errors."""
    service = serving_shelf(of(*KEYS), serve)
    first: s3vend.Listed = next(s3vend.list_objects("s3://b/p/", service=service))
    either: s3vend.Listed | s3vend.CommonPrefix
    for either in s3vend.list_objects("s3://b/p/", recursive=False, service=service):
        assert either.target.startswith("s3://b/p/")
    assert first.size == 1


def test_nothing_is_an_empty_list(serve: Serve) -> None:
    assert listed(Shelf(), serve) == []


@pytest.mark.parametrize("more", [{}, {"recursive": False}, {"start_after": "p/00010"}], ids=str)
@pytest.mark.parametrize("page", [1, 7, 50, 1000])
def test_pages_follow_each_other_without_gaps(
    page: int, more: "dict[str, Any]", serve: Serve
) -> None:
    keys = [f"p/{number:05}" for number in range(50)]
    shelf = of(*keys, page=page)
    wanted = keys[11:] if "start_after" in more else keys
    assert listed(shelf, serve, **more) == wanted
    assert len(shelf.signed) == len(shelf.seen) == -(-len(wanted) // page)


def test_a_page_may_end_with_the_longest_key(serve: Serve) -> None:
    """Its token may contain the key."""
    keys = [f"p/{'k' * 1021}{letter}" for letter in "abc"]
    assert listed(of(*keys, page=1), serve) == keys


def test_a_page_takes_one_request_to_the_service_and_later_pages_have_the_token(
    serve: Serve,
) -> None:
    shelf = of(*KEYS, page=2)
    listed(shelf, serve, start_after="p/a", recursive=False)
    first, second = (body["requests"][0] for body in shelf.signed)
    assert first == {"method": "LIST", "target": "s3://b/p/*", "delimiter": "/", "startAfter": "p/a"}  # fmt: skip
    assert set(second) == {"method", "target", "delimiter", "continuationToken"}


def test_a_page_is_requested_when_it_is_needed(serve: Serve) -> None:
    shelf = of(*KEYS, page=2)
    entries = s3vend.list_objects("s3://b/p/", service=serving_shelf(shelf, serve))
    assert shelf.signed == []
    assert [entry.key for entry in itertools.islice(entries, 2)] == ["p/a", "p/b.txt"]
    assert len(shelf.signed) == 1
    assert len(list(entries)) == 3


def test_memory_does_not_grow_with_the_list(serve: Serve) -> None:
    def endless(asked: Asked, reply: Reply) -> Reply:
        del shelf.seen[:], shelf.signed[:]
        nodes = [contents(f"p/{next(numbers)}") for _ in range(1000)]
        token = b64encode(f"p/{next(numbers)}".encode()).decode()
        more = f"<NextContinuationToken>{token}</NextContinuationToken>"
        return 200, {}, listing(*nodes, is_truncated=True, more=more)

    numbers, shelf = itertools.count(10_000_000), of(instead=endless)
    entries = s3vend.list_objects("s3://b/p/", service=serving_shelf(shelf, serve))
    peaks = []
    for count in (3_000, 15_000):
        tracemalloc.start()
        assert sum(1 for _ in itertools.islice(entries, count)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def once(reply: Reply, then: "list[Reply] | None" = None) -> Any:
    """S3 answers with these first, and then as always."""
    left = [reply, *(then or [])]
    return lambda asked, usual: left.pop(0) if left else usual


@pytest.mark.parametrize(
    ("reply", "signed"),
    [
        ((403, {}, b"<Error><Code>AccessDenied</Code></Error>"), 2),
        ((400, {}, b"<Error><Code>ExpiredToken</Code></Error>"), 2),
        ((503, {}, b"<Error><Code>SlowDown</Code></Error>"), 1),
        ((200, {}, b"<Error><Code>InternalError</Code></Error>"), 1),
        ((200, {}, listing(contents("p/a"))[:200]), 1),
        ((200, {}, b""), 1),
    ],
    ids=["denied", "expired", "slow", "late error", "half", "empty"],
)  # fmt: skip
def test_a_page_that_fails_is_requested_again(reply: Reply, signed: int, serve: Serve) -> None:
    shelf = of(*KEYS, page=3, instead=once(reply))
    assert listed(shelf, serve) == sorted(KEYS)
    assert len(shelf.signed) == signed + 1


def test_a_list_that_stays_half_is_said_to_be_cut_off(serve: Serve) -> None:
    half: Reply = 200, {}, listing(contents("p/a"))[:200]
    with pytest.raises(s3vend.Unreachable, match=r"list of s3://b/p/\* is cut off"):
        listed(of(*KEYS, instead=lambda asked, reply: half), serve)


def test_a_denied_list_names_what_was_listed(serve: Serve) -> None:
    denied: Reply = 403, {}, b"<Error><Code>AccessDenied</Code></Error>"
    with pytest.raises(s3vend.StorageError, match=r"^Could not list s3://b/p/\*: S3 answered 403"):
        listed(of(*KEYS, instead=lambda asked, reply: denied), serve)


def test_a_list_that_leads_back_is_refused(serve: Serve) -> None:
    pages = [
        listing(is_truncated=True, more=f"<NextContinuationToken>{name}</NextContinuationToken>")
        for name in ("AAAA", "BBBB", "AAAA", "BBBB", "AAAA")
    ]
    replies: list[Reply] = [(200, {}, page) for page in pages]
    with pytest.raises(s3vend.TransferError, match="leads back to an earlier page"):
        listed(of(instead=once(replies[0], replies[1:])), serve)


def test_what_is_not_a_list_is_refused(serve: Serve) -> None:
    shelf = of(instead=lambda asked, reply: (200, {}, b"<html/>"))
    with pytest.raises(s3vend.TransferError, match="is not a list of S3"):
        listed(shelf, serve)
    assert len(shelf.seen) == 1


def test_a_refusal_of_the_service_is_raised_as_it_is(serve: Serve) -> None:
    refused: Reply = 403, {}, {"code": "AccessDenied", "detail": "None of your grants allows READ."}
    shelf = of(*KEYS, refuse=lambda body: refused)
    with pytest.raises(s3vend.AccessDenied, match="allows READ"):
        listed(shelf, serve)
    assert shelf.seen == []


def test_a_grant_of_a_short_life_is_asked_for_less_once(serve: Serve) -> None:
    refused: Reply = 400, {}, {"code": "DurationNotAllowed", "detail": "less"}
    shelf = of(*KEYS, page=2, refuse=lambda body: refused if body["expiresIn"] > 300 else None)
    assert listed(shelf, serve) == sorted(KEYS)
    assert [body["expiresIn"] for body in shelf.signed] == [900, 300, 300, 300]


def test_the_service_chooses_no_other_method(serve: Serve) -> None:
    shelf = of(*KEYS)

    def lie(body: "dict[str, Any]") -> Reply:
        shelf.refuse = lambda body: None
        base = service.settings.url.partition("/v1")[0]
        url = {"method": "DELETE", "url": f"{base}/b/p/a", "headers": {}}
        return 200, {}, {"urls": [url | {"expiresAt": "2099-01-01T00:00:00Z"}]}

    shelf.refuse = lie
    service = serving_shelf(shelf, serve)
    with pytest.raises(s3vend.S3VendError):
        list(s3vend.list_objects("s3://b/p/", service=service))
    assert shelf.keys == sorted(KEYS)


@pytest.mark.parametrize(
    ("target", "more", "said"),
    [
        ("s3://b/p", {}, "is not a prefix"),
        ("s3://b/p/", {"start_after": "s3://b/p/a"}, "start_after is a key without s3://"),
        ("s3://b/p/", {"start_after": ""}, "start_after is a key"),
    ],
)
def test_an_argument_is_refused_at_once(
    target: str, more: "dict[str, Any]", said: str, nobody: None
) -> None:
    with pytest.raises(s3vend.SettingsError, match=said):
        s3vend.list_objects(target, **more)
