"""The members that S3 keeps with an object: on PUT, in forms and in parts alike."""

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.support.make import grant, location
from tests.unit.uploads.test_uploads import World, start
from tests.unit.urls.test_vend import KMS_KEY, compact, url
from vending.decision.effects import Known
from vending.denials.denials import NOTHING_DENIED
from vending.errors import InvalidRequest
from vending.grants.grant import Grant
from vending.urls.object_members import CacheControl, ContentEncoding, Metadata

WHOLE = grant(
    "s3://bkt/* WRITE",
    object_headers=(
        *("cacheControl", "contentDisposition", "contentEncoding"),
        *("metadata", "serverSideEncryption"),
    ),
    storage_classes=("GLACIER", "STANDARD_IA"),
    redirects=("https://app.example.com", "https://b.example.com:8443"),
)
USUAL = grant("s3://bkt/* WRITE")
MEMBERS: dict[str, Any] = {
    "serverSideEncryption": "AES256",
    "cacheControl": "private, max-age=3600",
    "contentDisposition": "attachment; filename*=UTF-8''%E2%82%AC.csv",
    "contentEncoding": "gzip",
    "metadata": {"project": "a b", "n-1": "x"},
    "storageClass": "GLACIER",
}
HEADERS = {
    "x-amz-server-side-encryption": "AES256",
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": "attachment; filename*=UTF-8''%E2%82%AC.csv",
    "Content-Encoding": "gzip",
    "x-amz-meta-project": "a b",
    "x-amz-meta-n-1": "x",
    "x-amz-storage-class": "GLACIER",
}


TAGGED = replace(WHOLE, tagging=True)
TAGS = {"pro ject": "a/b=c", "n": ""}


def refused(method: str, by: Any, **members: Any) -> list[str]:
    with pytest.raises(InvalidRequest) as error:
        url(method, by, None, **members) if method != "parts" else start(World(by), **members)
    return [fault.pointer for fault in error.value.faults]


def test_all_are_signed_headers_of_a_put() -> None:
    made = url("PUT", WHOLE, **MEMBERS)
    assert made.headers == HEADERS
    [signed] = parse_qs(urlsplit(made.url).query)["X-Amz-SignedHeaders"]
    assert signed.split(";") == sorted(["host", *map(str.lower, HEADERS)])


def test_all_are_signed_in_the_compact_form() -> None:
    made = compact(WHOLE, method="PUT", **MEMBERS)
    assert made.headers == HEADERS
    assert "x-amz-meta-project" in made.queries[0].query


def test_all_are_fields_of_a_form_and_bound_to_their_values() -> None:
    made = url("POST", WHOLE, **MEMBERS)
    assert made.fields is not None
    assert HEADERS.items() <= made.fields.items()
    conditions = json.loads(b64decode(made.fields["policy"]))["conditions"]
    for name, value in HEADERS.items():
        assert ["eq", f"${name}", value] in conditions


def test_all_start_an_upload_in_parts() -> None:
    world = World(WHOLE)
    start(world, **MEMBERS)
    [(_, headers)] = world.started
    assert HEADERS.items() <= headers.items()


@pytest.mark.parametrize("method", ["PUT", "POST", "parts"])
@pytest.mark.parametrize("member", ["cacheControl", "metadata", "storageClass"])
def test_a_grant_that_does_not_say_so_does_not_allow_it(method: str, member: str) -> None:
    [pointer] = refused(method, USUAL, **{member: MEMBERS[member]})
    assert pointer.endswith(f"/{member}")


@pytest.mark.parametrize("method", ["PUT", "POST", "parts"])
@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_grant_may_allow_none(method: str, member: str) -> None:
    none = replace(WHOLE, object_headers=(), storage_classes=())
    [pointer] = refused(method, none, **{member: MEMBERS[member]})
    assert pointer.endswith(f"/{member}")


@pytest.mark.parametrize("method", ["PUT", "POST", "parts"])
def test_a_storage_class_is_one_of_the_grants(method: str) -> None:
    [pointer] = refused(method, WHOLE, storageClass="DEEP_ARCHIVE")
    assert pointer.endswith("/storageClass")


@pytest.mark.parametrize(
    "member", ["serverSideEncryption", "contentDisposition", "contentEncoding"]
)
def test_these_are_allowed_without_a_word(member: str) -> None:
    assert url("PUT", USUAL, **{member: MEMBERS[member]}).headers


def with_key(by: Grant) -> Any:
    known = Known((by,), (location(kms_key=KMS_KEY),), NOTHING_DENIED)
    return lambda *_: known


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_the_keys_of_s3_are_refused_where_the_location_has_one_of_its_own(method: str) -> None:
    [pointer] = refused(method, with_key(WHOLE), serverSideEncryption="AES256")
    assert pointer.endswith("/serverSideEncryption")


def test_tags_are_a_header_of_a_put_and_of_parts_and_xml_in_a_form() -> None:
    header = {"x-amz-tagging": "pro%20ject=a%2Fb%3Dc&n="}
    assert url("PUT", TAGGED, tags=TAGS).headers == header
    world = World(TAGGED)
    start(world, tags=TAGS)
    assert header.items() <= world.started[0][1].items()
    fields = url("POST", TAGGED, tags=TAGS).fields or {}
    pairs = (
        "<Tag><Key>pro ject</Key><Value>a/b=c</Value></Tag><Tag><Key>n</Key><Value></Value></Tag>"
    )
    assert fields["tagging"] == f"<Tagging><TagSet>{pairs}</TagSet></Tagging>"
    conditions = json.loads(b64decode(fields["policy"]))["conditions"]
    assert ["eq", "$tagging", fields["tagging"]] in conditions


@pytest.mark.parametrize("method", ["PUT", "POST", "parts"])
def test_tags_need_a_grant_that_says_so(method: str) -> None:
    [pointer] = refused(method, WHOLE, tags={"a": "b"})
    assert pointer.endswith("/tags")


@pytest.mark.parametrize(
    "tags",
    [
        *({}, {"": "a"}, {"aws:a": "b"}, {"AWS:a": "b"}, {"a": "<x>"}, {"a&b": "c"}, {"a": "b\n"}),
        *({"a": "x" * 257}, {"x" * 129: "a"}, {"a": 1}, {f"a{n}": "b" for n in range(11)}),
        *({"${filename}": "a"}, [["a", "b"]], "a=b"),
    ],
)
def test_bad_tags_are_refused(tags: object) -> None:
    [pointer, *_] = refused("PUT", TAGGED, tags=tags)
    assert pointer.startswith("/requests/0/tags")


def test_a_form_says_what_comes_after_it() -> None:
    for status in (200, 201, 204):
        fields = url("POST", USUAL, successActionStatus=status).fields or {}
        assert fields["success_action_status"] == str(status)
    for redirect in ("https://app.example.com/done?a=b", "https://b.example.com:8443/"):
        fields = url("POST", WHOLE, successActionRedirect=redirect).fields or {}
        assert fields["success_action_redirect"] == redirect
        conditions = json.loads(b64decode(fields["policy"]))["conditions"]
        assert ["eq", "$success_action_redirect", redirect] in conditions


@pytest.mark.parametrize(
    "redirect",
    [
        *("https://evil.example.com/", "https://app.example.com.evil.example.com/"),
        *("https://app.example.com:444/", "https://b.example.com/", "http://app.example.com/"),
        *(
            "https://app.example.com@evil.example.com/",
            "https://app.example.com",
            "//app.example.com/",
        ),
        *(
            "https://APP.example.com/",
            "https://app.example.com\\@evil.example.com/",
            "javascript:alert(1)",
        ),
        *(
            "https://app.example.com/${filename}",
            "https://app.example.com/\r\na",
            "https://app.example.com./",
        ),
    ],
)
def test_a_redirect_leads_only_to_an_origin_of_the_grant(redirect: str) -> None:
    [pointer] = refused("POST", WHOLE, successActionRedirect=redirect)
    assert "successActionRedirect" in pointer


def test_a_form_has_one_of_both() -> None:
    with pytest.raises(InvalidRequest):
        url(
            "POST",
            WHOLE,
            None,
            successActionStatus=201,
            successActionRedirect="https://app.example.com/",
        )
    with pytest.raises(InvalidRequest):
        url("POST", WHOLE, None, successActionStatus=301)


def test_a_form_keeps_nothing_that_s3_would_replace() -> None:
    assert refused("POST", WHOLE, metadata={"name": "${filename}"})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CacheControl, "no-store"),
        (CacheControl, "public,max-age=60, s-maxage=1"),
        (CacheControl, 'no-cache="a b"'),
        (ContentEncoding, "gzip"),
        (ContentEncoding, "br, gzip"),
        (Metadata, {"a": "b"}),
        (Metadata, {"a": "x" * 2047}),
    ],
)
def test_good_values(kind: Any, value: object) -> None:
    assert TypeAdapter(kind).validate_python(value) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (CacheControl, ""),
        (CacheControl, "private\r\nx-amz-acl: public-read"),
        (CacheControl, "private,"),
        (CacheControl, 'no-cache="a'),
        (CacheControl, ", ".join(["a"] * 11)),
        (ContentEncoding, "aws-chunked"),
        (ContentEncoding, "gzip, aws-chunked"),
        (ContentEncoding, "GZIP"),
        (ContentEncoding, "gzip\n"),
        (Metadata, {}),
        (Metadata, {"A": "b"}),
        (Metadata, {"a b": "c"}),
        (Metadata, {"a:b": "c"}),
        (Metadata, {"": "c"}),
        (Metadata, {"a": ""}),
        (Metadata, {"a": " b"}),
        (Metadata, {"a": "b\r\nx-amz-acl: public-read"}),
        (Metadata, {"a": "\u20ac"}),
        (Metadata, {"a": 1}),
        (Metadata, {"a": "x" * 2048}),
        (Metadata, {f"a{n}": "b" for n in range(21)}),
        (Metadata, [["a", "b"]]),
    ],
)
def test_bad_values(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_a_reading_url_has_none_of_them() -> None:
    for method in ("GET", "HEAD", "DELETE"):
        with pytest.raises(InvalidRequest):
            url(method, grant("s3://bkt/* READWRITE"), None, cacheControl="no-store")
