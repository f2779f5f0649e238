"""URLs of every method in both forms: what is signed, and what a grant's limits refuse."""

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.effects import presign_effects
from tests.support.make import (
    ACCOUNT,
    NOW,
    Sts,
    caller,
    grant,
    knowing,
    location,
    record,
)
from vending.audit.record import Record
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import NOTHING_DENIED
from vending.errors import AccessDenied, InvalidRequest, TooLarge, VendingError
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.sessions.signing_sessions import SigningSessions
from vending.urls.answer import Url, VendedCompact
from vending.urls.compact import COMPACT_BYTES, Alike, Compact, parse_urls
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_compact, vend_presigned

KMS_KEY = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/0a1b2c3d"
PNG: dict[str, Any] = {"contentType": "image/png", "contentLength": 10}
LIMITED = grant("s3://bkt/* READWRITE", max_object_size=10, content_types=("image/*",))


def signing(grants: LoadGrants, sts: Sts) -> PresignEffects:
    sessions = SigningSessions(sts.assume_role, lambda: "asession", lambda: NOW)
    return presign_effects(grants, sessions.lasting_until)


def sign(
    *requests: dict[str, Any], by: Grant | LoadGrants, sts: Sts | None = None
) -> tuple[Url, ...]:
    grants = knowing(by) if isinstance(by, Grant) else by
    body = parse_urls(json.dumps({"expiresIn": 60, "requests": requests}))
    vended = vend_presigned(caller(), body, record(), signing(grants, sts or Sts()))
    assert not isinstance(vended, VendedCompact)
    return vended.urls


def url(method: str, by: Grant | LoadGrants, sts: Sts | None = None, **members: object) -> Url:
    [made] = sign({"method": method, "target": "s3://bkt/a"} | members, by=by, sts=sts)
    return made


def compact(by: Grant, notes: Record | None = None, **members: object) -> VendedCompact:
    usual = {"format": "compact", "method": "GET", "prefix": "s3://bkt/a/", "keys": ["x"]}
    body = parse_urls(json.dumps({"expiresIn": 60} | usual | members, ensure_ascii=False))
    assert isinstance(body, Compact | Alike)
    return vend_compact(caller(), body, notes or record(), signing(knowing(by), Sts()))


def query(made: Url) -> dict[str, list[str]]:
    return parse_qs(urlsplit(made.url).query)


def test_what_the_client_must_send_comes_back_and_is_signed() -> None:
    owner_and_key = {"kmsKey": KMS_KEY, "expectedBucketOwner": ACCOUNT}
    members: dict[str, Any] = {
        "checksumSha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        **owner_and_key,
    }
    here = Known((grant("s3://bkt/* WRITE"),), (location(kms_key=KMS_KEY),), NOTHING_DENIED)

    def load(_: object, __: object) -> Known:
        return here

    made = url("PUT", load, ifNoneMatch="*", **PNG, **members)
    assert made.headers == {
        "Content-Type": "image/png",
        "Content-Length": "10",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": members["checksumSha256"],
        "x-amz-expected-bucket-owner": ACCOUNT,
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": KMS_KEY,
    }
    [signed] = query(made)["X-Amz-SignedHeaders"]
    assert signed.split(";") == sorted(["host", *(name.lower() for name in made.headers)])


@pytest.mark.parametrize(
    ("member", "value", "header"),
    [
        ("checksumCrc32c", "yZRlqg==", "x-amz-checksum-crc32c"),
        ("checksumCrc64nvme", "rosUhgp5mIg=", "x-amz-checksum-crc64nvme"),
    ],
)
def test_a_checksum_is_one_of_three(member: str, value: str, header: str) -> None:
    assert url("PUT", grant("s3://bkt/* WRITE"), None, **{member: value}).headers == {header: value}
    with pytest.raises(InvalidRequest):
        url(
            "PUT", grant("s3://bkt/* WRITE"), None, checksumSha256="A" * 43 + "=", **{member: value}
        )


def test_how_an_answer_shall_look_is_in_the_signed_query() -> None:
    made = url(
        "GET",
        grant("s3://bkt/* READ", versions=True),
        responseContentType="text/csv",
        responseContentDisposition='attachment; filename="a b.csv"',
        versionId="v1",
    )
    assert made.headers == {}
    asked = query(made)
    assert asked["response-content-type"] == ["text/csv"]
    assert asked["response-content-disposition"] == ['attachment; filename="a b.csv"']
    assert asked["versionId"] == ["v1"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_checksum_or_a_part_to_read_is_asked_for_in_what_is_signed(method: str) -> None:
    by = grant("s3://bkt/* READ")
    made = url(method, by, checksumMode="ENABLED", partNumber=10_000)
    assert made.headers == {"x-amz-checksum-mode": "ENABLED"}
    assert query(made)["partNumber"] == ["10000"]
    assert query(made)["X-Amz-SignedHeaders"] == ["host;x-amz-checksum-mode"]
    many = compact(by, method=method, checksumMode="ENABLED")
    assert many.headers == {"x-amz-checksum-mode": "ENABLED"}
    assert "SignedHeaders=host%3Bx-amz-checksum-mode" in many.queries[0].query
    assert "partNumber" not in many.queries[0].query


@pytest.mark.parametrize(
    ("method", "member", "value"),
    [
        *(
            ("GET", "checksumMode", value)
            for value in ("enabled", "", "DISABLED", True, None, ["ENABLED"])
        ),
        *(("GET", "partNumber", value) for value in (0, -1, 10_001, "1", 1.0, True, None, [1])),
        *((method, "checksumMode", "ENABLED") for method in ("PUT", "DELETE", "POST")),
        *((method, "partNumber", 1) for method in ("PUT", "DELETE", "POST")),
    ],
)
def test_such_a_member_is_for_reading_and_of_one_kind(
    method: str, member: str, value: object
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        url(method, grant("s3://bkt/* READWRITE"), None, **{member: value})
    assert [fault.pointer for fault in refused.value.faults] == [f"/requests/0/{member}"]


@pytest.mark.parametrize(
    ("method", "member", "value"),
    [
        ("GET", "checksumMode", "enabled"),
        ("PUT", "checksumMode", "ENABLED"),
        ("DELETE", "checksumMode", "ENABLED"),
        ("GET", "partNumber", 1),
        ("GET", "checksumMode", None),
    ],
)
def test_the_compact_form_names_such_a_member_too(method: str, member: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        compact(grant("s3://bkt/* READWRITE"), None, method=method, **{member: value})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{member}"]


def test_requests_that_differ_are_signed_each_with_its_own() -> None:
    plain, first, second = sign(
        {"method": "PUT", "target": "s3://bkt/a"},
        {"method": "PUT", "target": "s3://bkt/a", "contentLength": 1},
        {"method": "PUT", "target": "s3://bkt/a", "contentLength": 2},
        by=grant("s3://bkt/* WRITE"),
    )
    signatures = {query(one)["X-Amz-Signature"][0] for one in (plain, first, second)}
    assert len(signatures) == 3
    assert (first.headers, second.headers) == ({"Content-Length": "1"}, {"Content-Length": "2"})


def test_requests_of_several_kinds_are_answered_in_their_order() -> None:
    granted = grant("s3://bkt/* READWRITE")
    one_byte, two_bytes = {"contentLength": 1}, {"contentLength": 2}
    kinds: list[tuple[str, dict[str, Any]]] = [
        *[("GET", {}), ("PUT", one_byte), ("POST", {}), ("GET", {}), ("DELETE", {})],
        *[("PUT", two_bytes), ("POST", {}), ("PUT", one_byte), ("HEAD", {}), ("PUT", {})],
        ("GET", {"responseContentType": "text/csv"}),
    ]
    requests = [
        {"method": method, "target": f"s3://bkt/{position} é"} | members
        for position, (method, members) in enumerate(kinds)
    ]
    together = sign(*requests, by=granted)
    assert together == tuple(sign(one, by=granted)[0] for one in requests)
    assert [one.method for one in together] == [method for method, _ in kinds]


def test_one_session_signs_a_batch_whatever_its_methods() -> None:
    sts = Sts()
    made = sign(
        *(
            {"method": method, "target": "s3://bkt/a"}
            for method in ("GET", "PUT", "DELETE", "POST")
        ),
        by=grant("s3://bkt/* READWRITE"),
        sts=sts,
    )
    assert [one.method for one in made] == ["GET", "PUT", "DELETE", "POST"]
    assert len(sts.asked) == 1


REFUSED: list[tuple[str, Grant, str, dict[str, Any], type[VendingError], str]] = [
    ("a version without the grant for it", grant("s3://bkt/* READ"), "GET", {"versionId": "v"}, AccessDenied, "versionId"),
    ("content that runs", grant("s3://bkt/* READ"), "GET", {"responseContentType": "text/html"}, AccessDenied, "responseContentType"),
    ("no length under a limit", LIMITED, "PUT", {"contentType": "image/png"}, InvalidRequest, "contentLength"),
    ("too long", LIMITED, "PUT", PNG | {"contentLength": 11}, InvalidRequest, "contentLength"),
    ("no type under a rule", LIMITED, "PUT", {"contentLength": 1}, InvalidRequest, "contentType"),
    ("another type", LIMITED, "PUT", PNG | {"contentType": "text/html"}, InvalidRequest, "contentType"),
    ("no length under a rule about types", replace(LIMITED, max_object_size=None), "PUT", {"contentType": "image/png"}, InvalidRequest, "contentLength"),
    ("another owner", grant("s3://bkt/* WRITE"), "PUT", {"expectedBucketOwner": "9" * 12}, InvalidRequest, "expectedBucketOwner"),
    ("another key", grant("s3://bkt/* WRITE"), "PUT", {"kmsKey": KMS_KEY}, InvalidRequest, "kmsKey"),
    ("another key in a form", grant("s3://bkt/* WRITE"), "POST", {"kmsKey": KMS_KEY}, InvalidRequest, "kmsKey"),
    ("a form over the limit", LIMITED, "POST", {"contentType": "image/png", "contentLengthRange": [0, 11]}, InvalidRequest, "contentLengthRange"),
    ("a form without the type", LIMITED, "POST", {}, InvalidRequest, "contentType"),
    ("a form with the file's own name", grant("s3://bkt/* WRITE"), "POST", {"target": "s3://bkt/${filename}"}, InvalidRequest, "target"),
    ("a form below the file's own name", grant("s3://bkt/* WRITE"), "POST", {"target": "s3://bkt/${filename}/*"}, InvalidRequest, "target"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "granted", "method", "members", "refused", "member"),
    REFUSED,
    ids=[row[0] for row in REFUSED],
)
def test_what_the_grant_does_not_take_is_refused_before_sts_is_called(
    sentence: str,
    granted: Grant,
    method: str,
    members: dict[str, Any],
    refused: type[VendingError],
    member: str,
) -> None:
    sts = Sts()
    with pytest.raises(refused) as error:
        url(method, granted, sts, **members)
    assert [fault.pointer for fault in error.value.faults] == [f"/requests/0/{member}"]
    assert sts.asked == []


def test_what_the_grant_takes_is_signed() -> None:
    assert url("PUT", LIMITED, **PNG)
    assert url(
        "GET", grant("s3://bkt/* READ", active_content=True), responseContentType="text/html"
    )
    assert url("DELETE", LIMITED)


def policy(made: Url) -> Any:
    return json.loads(b64decode((made.fields or {})["policy"]))


@pytest.mark.parametrize(
    ("granted", "members", "lengths"),
    [
        (grant("s3://bkt/* WRITE"), {}, [0, 5 * 1024**3]),
        (grant("s3://bkt/* WRITE", max_object_size=10), {}, [0, 10]),
        (grant("s3://bkt/* WRITE", max_object_size=10**13), {}, [0, 5 * 1024**3]),
        (grant("s3://bkt/* WRITE", max_object_size=10), {"contentLengthRange": [1, 9]}, [1, 9]),
    ],
)
def test_a_form_always_bounds_the_length(
    granted: Grant, members: dict[str, Any], lengths: list[int]
) -> None:
    made = url("POST", granted, **members)
    assert ["content-length-range", *lengths] in policy(made)["conditions"]
    assert made.url == "https://bkt.s3.ap-northeast-1.amazonaws.com/"
    assert policy(made)["expiration"] == "2026-11-23T12:01:00Z"


def test_a_form_below_a_prefix_needs_a_grant_for_all_of_it() -> None:
    made = url("POST", grant("s3://bkt/up/* WRITE"), target="s3://bkt/up/me/*")
    assert ["starts-with", "$key", "up/me/"] in policy(made)["conditions"]
    with pytest.raises(AccessDenied):
        url("POST", grant("s3://bkt/up/me/* WRITE"), target="s3://bkt/up/*")


def test_the_compact_form_says_once_what_all_urls_share() -> None:
    granted, keys = grant("s3://bkt/* READ"), ["x", "y z", "日本/語"]
    made = compact(granted, keys=keys)
    single = sign(*({"method": "GET", "target": f"s3://bkt/a/{key}"} for key in keys), by=granted)
    assert made.base == "https://bkt.s3.ap-northeast-1.amazonaws.com/a/"
    assert [
        f"{made.base}{path}?{made.queries[0].query}&X-Amz-Signature={signature}"
        for path, signature in made.urls
    ] == [one.url for one in single]


def test_the_compact_form_takes_the_members_of_its_method() -> None:
    made = compact(grant("s3://bkt/* WRITE"), method="PUT", contentType="text/csv", ifNoneMatch="*")
    assert made.headers == {"Content-Type": "text/csv", "If-None-Match": "*"}
    assert "X-Amz-SignedHeaders=content-type%3Bhost%3Bif-none-match" in made.queries[0].query
    assert "versionId" not in compact(grant("s3://bkt/* READ")).queries[0].query


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"keys": ["x", "../y"]}, "/keys/1"),
        ({"keys": ["x", ""]}, "/keys/1"),
        ({"keys": ["x\n", "y"]}, "/keys/0"),
        ({"keys": ["x", "a\u0085b"]}, "/keys/1"),
        ({"keys": ["."]}, "/keys/0"),
        ({"keys": ["a/./b"]}, "/keys/0"),
        ({"keys": ["é" * 512]}, "/keys/0"),
        ({"keys": [7]}, "/keys/0"),
        ({"keys": []}, "/keys"),
        ({"keys": ["x"] * 10_001}, "/keys"),
        ({"prefix": "s3://bkt/a"}, "/prefix"),
        ({"prefix": "s3://bkt/a/*"}, "/prefix"),
        ({"prefix": {"bucket": "bkt", "key": "a/"}}, "/prefix"),
        ({"method": "POST"}, "/method"),
        ({"method": None}, "/method"),
        ({"contentType": "text/csv"}, "/contentType"),
        ({"versionId": "v"}, "/versionId"),
        ({"format": "long"}, "/format"),
        ({"requests": []}, "/requests"),
    ],
)
def test_a_fault_in_the_compact_form_is_named(members: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        compact(grant("s3://bkt/* READWRITE"), **members)
    assert pointer in [fault.pointer for fault in error.value.faults]


def test_ten_thousand_keys_are_one_request() -> None:
    notes = record()
    keys = [f"{number:05}" for number in range(10_000)]
    made = compact(grant("s3://bkt/* READ"), notes, keys=keys)
    assert [path for path, _ in made.urls] == keys
    assert notes.members["targetCount"] == 10_000
    assert notes.members["targets"] == [f"s3://bkt/a/{key}" for key in keys[:20]]


def test_the_record_lists_keys_of_the_compact_form_as_any_target() -> None:
    notes, keys = record(), ["x", "a*", "*", "y/*", "日本"]
    compact(grant("s3://bkt/* READ"), notes, keys=keys)
    assert notes.members["targets"] == [Keys("bkt", f"a/{key}").as_json() for key in keys]


def test_every_key_of_the_compact_form_needs_the_grant() -> None:
    assert compact(grant("s3://bkt/a/b/* READ"), keys=["b/x", "b/y"])
    with pytest.raises(AccessDenied) as error:
        compact(grant("s3://bkt/a/b/* READ"), keys=["b/x", "c/y", "b/z"])
    assert [fault.pointer for fault in error.value.faults] == ["/keys/1"]
    with pytest.raises(AccessDenied):
        compact(grant("s3://bkt/* WRITE"))


def test_the_limits_hold_in_the_compact_form() -> None:
    with pytest.raises(InvalidRequest):
        compact(LIMITED, method="PUT", contentType="image/png")
    assert compact(LIMITED, method="PUT", **PNG)
    with pytest.raises(AccessDenied):
        compact(grant("s3://bkt/* READ"), responseContentType="text/html")


def test_an_answer_that_would_not_fit_is_refused_with_what_would() -> None:
    with pytest.raises(TooLarge, match=r"at most \d+ keys"):
        compact(grant("s3://bkt/* READ"), keys=["%" * 900] * 2_100)
    sts, keys = Sts(), ["é" * 500] * 200
    with pytest.raises(TooLarge, match=r"at most \d+ requests"):
        sign(
            *({"method": "POST", "target": f"s3://bkt/{key}"} for key in keys),
            by=grant("s3://bkt/* WRITE"),
            sts=sts,
        )
    assert sts.asked == []


def test_the_compact_form_takes_a_larger_body_than_the_other() -> None:
    text = json.dumps({"format": "compact", "keys": ["x" * 1000] * 4_000})
    with pytest.raises(InvalidRequest):
        parse_urls(text)
    with pytest.raises(TooLarge):
        parse_urls(text.replace("format", "forms!"))
    with pytest.raises(TooLarge, match=str(COMPACT_BYTES)):
        parse_urls(text + " " * COMPACT_BYTES)
