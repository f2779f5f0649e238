"""Shares as values, from what the service answers."""

from datetime import datetime, timezone
from typing import Any

import pytest

from s3vend.errors import S3VendError
from s3vend.sharing.entries import new_share_of, share_of
from tests.client.links import DOWNLOAD, LINK, OWNER, UPLOAD, made

SERVICE = "https://vend.example.com/v1"


def test_a_share_has_what_the_service_says_in_types_of_python() -> None:
    share = share_of(UPLOAD | OWNER)
    assert share.until == datetime(2026, 12, 6, 10, tzinfo=timezone.utc)
    assert (share.uses, share.left, share.reserved) == (2, 1, 3 * 1024**2)
    assert share.content_types == ("image/*",)
    assert share.owner == OWNER["owner"]
    assert share_of(DOWNLOAD).reserved is None
    assert share_of({**DOWNLOAD, "takenBackAt": "2026-11-30T00:00:00Z"}).taken_back_at
    assert hash(share) != hash(share_of(DOWNLOAD))


def test_a_key_that_ends_in_a_star_is_a_text_too() -> None:
    assert share_of({**DOWNLOAD, "target": {"bucket": "b", "key": "a/*"}}).target == "s3://b/a/*"


def test_no_repr_shows_the_link() -> None:
    share = new_share_of(made(), SERVICE)
    assert share.url == LINK
    assert LINK not in repr(share)


@pytest.mark.parametrize(
    "link",
    [
        "http://vend.example.com/v1/s/secret",
        "http://127.0.0.1:8000/v1/s/secret",
        "javascript:alert('secret')",
        "file:///secret",
        "https://u:secret@vend.example.com/s/x",
        "https://vend.example.com/s/x?secret",
        "https://vend.example.com/s/\x1b[2Jsecret",
        "-secret",
        "",
        None,
        7,
    ],
)
def test_a_link_that_is_not_a_web_address_is_refused_and_not_repeated(link: Any) -> None:
    with pytest.raises(S3VendError, match="has a link that is not a web address") as refused:
        new_share_of(made(url=link), SERVICE)
    assert "secret" not in str(refused.value)


def test_a_link_leads_to_this_machine_only_where_the_service_is_here() -> None:
    link = "http://127.0.0.1:8000/v1/s/x"
    assert new_share_of(made(url=link), "http://localhost:8000/v1").url == link
