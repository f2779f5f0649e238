"""What a URL and a form of the service's answer may be."""

from datetime import datetime, timezone

import pytest

import s3vend
from s3vend.presigning.urls import Form, Url

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
        *(
            "https://h/a b",
            "https://h/\nk",
            "https://h/\u202ek",
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
    ],
)
def test_a_header_that_is_something_else_is_refused(name: str, value: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Url("GET", "https://h/k", {name: value}, NOW).check()
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Form("s3://b/k", "https://h/k", {}, NOW, {name: value}).check()


@pytest.mark.parametrize("name", ["", 'a"b', "a\r\nb", "a b", "\u00e4"])
def test_a_field_whose_name_ends_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Form("s3://b/k", "https://h/", {name: "x"}, NOW).check()
