"""What a URL and a form of the service's answer may be."""

from datetime import datetime, timezone
from typing import Any

import pytest

import s3vend
from s3vend.presigning.urls import Form, Url, form_of, url_of, urls_of

NOW = datetime.now(timezone.utc)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "https://b.s3.amazonaws.com/k?X-Amz-Signature=s",
            "http://127.0.0.1:9/k",
            "http://[::1]/k",
        ),
        "http://localhost:4566/k",
    ],
)
def test_a_url_of_a_storage_can_be_used(address: str) -> None:
    Url("GET", address, {"x-amz-acl": "private", "a_b": "\u00e9"}, NOW).check()
    Form("s3://b/k", address, {"Content-Type": "a\r\nb", "x-amz-date": "1"}, NOW).check()


@pytest.mark.parametrize(
    "address",
    [
        *("http://evil.example.com/k", "http://127.0.0.1.evil.example.com/k", "ftp://h/k", ""),
        *("file:///etc/passwd", "--output=/home/u/.bashrc", "-K/tmp/x", "//h/k", "http://[/k"),
        *("https:///k", "https://h:x/k", "https://h:99999/k", "https://[::1/k"),
        *(
            "https://h/a b",
            "https://h/\nk",
            "https://h/\u202ek",
            "https://h/\ud800k",
            "https://h/\x7fk",
            "HTTPS//h",
            "http://localhost@h/k",
        ),
    ],
)
def test_any_other_is_refused(address: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="does not begin with https://") as refused:
        Url("GET", f"{address}?X-Amz-Signature=sig", {}, NOW).check()
    assert "Signature" not in str(refused.value)
    with pytest.raises(s3vend.S3VendError, match="does not begin with https://"):
        Form("s3://b/k", address, {}, NOW).check()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@/etc/passwd", "x"),
        ("a b", "x"),
        ("", "x"),
        ("A\r\nB", "x"),
        ("a", "x\r\nB: y"),
        ("a", "\0"),
        ("a", "\u20ac"),
        ("a", 5),
    ],
)
def test_a_header_that_is_something_else_is_refused(name: str, value: Any) -> None:
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Url("GET", "https://h/k", {name: value}, NOW).check()
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Form("s3://b/k", "https://h/k", {}, NOW, {name: value}).check()


@pytest.mark.parametrize("name", ["", 'a"b', "a\r\nb", "a b", "\u00e4"])
def test_a_field_whose_name_ends_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Form("s3://b/k", "https://h/", {name: "x"}, NOW).check()


ENTRY = {"method": "GET", "url": "https://h/k", "expiresAt": "2099-01-01T00:00:00Z"}
ELSEWHERE = "https://vend.example.com/v1"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"url": "file:///etc/passwd"}, "does not begin with https://"),
        ({"url": "--output=/home/u/.bashrc"}, "does not begin with https://"),
        ({"url": 5}, "does not begin with https://"),
        ({"method": "GET\r\nX: y"}, "cannot be sent"),
        ({"method": 5}, "cannot be sent"),
        ({"headers": {"a": "b\n"}}, "cannot be sent"),
        ({"headers": [1]}, "has list in place of a URL's headers"),
        ({"expiresAt": 5}, "in place of a time"),
    ],
)
def test_an_answer_with_something_else_is_refused_when_it_is_read(
    members: "dict[str, Any]", message: str
) -> None:
    with pytest.raises(s3vend.S3VendError, match=message):
        url_of(ENTRY | members, ELSEWHERE)
    with pytest.raises(s3vend.S3VendError, match=message):
        form_of({"fields": {}} | ENTRY | members, "s3://b/k", ELSEWHERE)


@pytest.mark.parametrize("entries", [5, {}, [], [ENTRY], [ENTRY] * 3])
def test_an_answer_has_as_many_urls_as_were_requested(entries: object) -> None:
    with pytest.raises(s3vend.S3VendError, match="does not have the 2 URLs"):
        urls_of(entries, 2, ELSEWHERE)
    assert len(urls_of([ENTRY] * 2, 2, ELSEWHERE)) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:2375/k", "http://[::1]/k", "http://localhost/k"])
def test_only_a_service_on_this_machine_names_programs_on_this_machine(url: str) -> None:
    entry = ENTRY | {"url": url}
    with pytest.raises(
        s3vend.S3VendError, match="on this machine, where the service itself is not"
    ):
        url_of(entry, ELSEWHERE)
    assert url_of(entry, "https://localhost:8443/v1").url == url
    assert url_of(entry, "http://127.0.0.1:3000").url == url


@pytest.mark.parametrize("fields", [5, {"a": 5}, {'a"': "b"}])
def test_a_form_has_fields_that_are_texts(fields: object) -> None:
    with pytest.raises(s3vend.S3VendError, match=r"in place of a form's fields|cannot be sent"):
        form_of(ENTRY | {"fields": fields}, "s3://b/k", ELSEWHERE)
