"""Answers that are not what the route answers, as from another service at the same address."""

from collections.abc import Callable
from typing import Any

import pytest

import s3vend
from s3vend.service.members import members_of
from s3vend.service.pages import pages
from tests.client.asking import service
from tests.client.conftest import Serve

CALLS: dict[str, Callable[[Any], object]] = {
    "credentials": lambda asked: s3vend.credentials("s3://b/k", service=asked),
    "URLs": lambda asked: s3vend.presign(["s3://b/k"], service=asked),
    "URLs below a prefix": lambda asked: s3vend.presign(
        ["s3://b/p/k", "s3://b/p/l"], service=asked
    ),
    "a list": lambda asked: list(pages(asked, "grants", "grants")),
    "a download": lambda asked: s3vend.download("s3://b/k", "report.csv", service=asked),
}


@pytest.mark.parametrize("answer", [{}, {"ok": True}, {"urls": [{}], "credentials": {}}])
@pytest.mark.parametrize("name", CALLS)
def test_a_member_that_is_missing_is_an_error_with_advice(
    serve: Serve, alone: pytest.MonkeyPatch, tmp_path: Any, name: str, answer: object
) -> None:
    alone.chdir(tmp_path)
    with pytest.raises(s3vend.ServiceError, match="has no member") as refused:
        CALLS[name](service(serve(lambda asked: (200, {}, answer)).url))
    assert refused.value.code == "UnexpectedAnswer"
    assert "Check the service's address" in str(refused.value)
    assert not (tmp_path / "report.csv").exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"[" * 100_000, b'{"a":' + b"9" * 5000])
def test_what_is_not_an_object_is_none(body: bytes) -> None:
    assert members_of(body) is None


def test_a_time_that_is_none_is_an_error(serve: Serve) -> None:
    answer = {"urls": [{"method": "GET", "url": "https://h/k", "expiresAt": "\x1b[2J"}]}
    with pytest.raises(s3vend.S3VendError, match="in place of a time"):
        s3vend.presign(["s3://b/k"], service=service(serve(lambda asked: (200, {}, answer)).url))
