"""One object, by S3's answer to a HEAD."""

from datetime import datetime, timezone

import pytest

import s3vend
from s3vend.listing.entries import Listed
from s3vend.listing.head import find_object
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
