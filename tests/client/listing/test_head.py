"""One object, by S3's answer to a HEAD."""

import sys
from datetime import datetime, timezone
from importlib import import_module

import pytest

import s3vend
from s3vend.listing.entries import Listed
from s3vend.listing.head import find_object, is_listed
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import etag, of, serving_shelf

FINE = {"Content-Length": "3", "Last-Modified": "Sat, 28 Nov 2026 10:20:30 GMT"}


def test_an_object_is_found_as_a_list_would_have_it(serve: Serve) -> None:
    shelf = of("p/a b+%", classes={"p/a b+%": "GLACIER"})
    found = find_object("s3://b/p/a b+%", serving_shelf(shelf, serve))
    modified = datetime(2026, 11, 28, 10, 20, 30, tzinfo=timezone.utc)
    assert found == Listed("s3://b/p/a b+%", "p/a b+%", 1, modified, etag(b"x"), "GLACIER")
    assert shelf.seen[0].method == "HEAD"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "3"},
        {**FINE, "Last-Modified": "yesterday"},
        {**FINE, "Last-Modified": "Sat, 99 Nov 2026 10:20:30 GMT"},
    ],
    ids=str,
)
def test_an_answer_without_size_or_time_is_refused(headers: "dict[str, str]", serve: Serve) -> None:
    def instead(asked: Asked, reply: Reply) -> Reply:
        return 200, headers, b""

    with pytest.raises(s3vend.TransferError, match="s3://b/k has no size or no time"):
        find_object("s3://b/k", serving_shelf(of(instead=instead), serve))


@pytest.mark.parametrize(
    ("key", "listed"),
    [
        ("p/k", True),
        ("p/", True),
        ("p/sub/", True),
        ("top", True),
        ("p/\ue000", True),
        ("p/\U0001f600", True),
        ("p/k ", True),
        ("p/\xa0", True),
        ("p/j", False),
        ("p/ka", False),
        ("p", False),
        ("p/sub", False),
        ("q/k", False),
    ],
)
def test_the_list_tells_whether_a_key_is_there(key: str, listed: bool, serve: Serve) -> None:
    last = ("p/\ue000", "p/\U0001f600", "p/k ", "p/\xa0", "p/a", "p/z")
    shelf = of("p/k", "p/", "p/sub/", "p/sub/a", "top", *last)
    assert is_listed(f"s3://b/{key}", serving_shelf(shelf, serve)) == listed
    [request] = shelf.signed[0]["requests"]
    assert request["maxKeys"] == 1
    if sys.version_info >= (3, 13):  # which the service's core needs
        import_module("vending.grants.keys").check_key(request["startAfter"])


def test_who_may_not_list_cannot_know(serve: Serve) -> None:
    refused: Reply = 403, {}, {"code": "AccessDenied", "detail": "No."}
    service = serving_shelf(of("p/k", refuse=lambda body: refused), serve)
    assert is_listed("s3://b/p/k", service) is None
