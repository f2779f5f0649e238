"""A URL that lists: what is signed, who gets one, and which members are refused."""

import json
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.evaluator import allows
from tests.support.effects import presign_effects
from tests.support.make import ACCOUNT, NOW, Sts, caller, grant, knowing, record
from vending.answers import ANSWER_BYTES
from vending.errors import AccessDenied, InvalidRequest, TooLarge
from vending.grants.grant import Grant
from vending.sessions.signing_sessions import SigningSessions
from vending.urls.answer import Url
from vending.urls.compact import parse_urls
from vending.urls.request import UrlsRequest
from vending.urls.sizes import TOKEN_BYTES
from vending.urls.vend import vend_urls

READS = grant("s3://bkt/a/* READ")


def listed(
    by: Grant = READS,
    *,
    sts: Sts | None = None,
    others: list[dict[str, Any]] | None = None,
    **members: object,
) -> Url:
    one = {"method": "LIST", "target": "s3://bkt/a/*"} | members
    requests = {"expiresIn": 60, "requests": [one, *(others or [])]}
    body = parse_urls(json.dumps(requests, ensure_ascii=False))
    assert isinstance(body, UrlsRequest)
    sessions = SigningSessions((sts or Sts()).assume_role, lambda: "asession", lambda: NOW)
    effects = presign_effects(knowing(by), sessions.lasting_until)
    return vend_urls(caller(), body, record(), effects).urls[0]


def query(made: Url) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(made.url).query, keep_blank_values=True))


def test_it_lists_the_prefix_and_is_sent_as_a_get_of_the_bucket() -> None:
    made = listed(delimiter="/", startAfter="a/b c", continuationToken="1/x+y=", maxKeys=7)
    assert (made.method, made.headers) == ("GET", {})
    parts = urlsplit(made.url)
    assert (parts.netloc, parts.path) == ("bkt.s3.ap-northeast-1.amazonaws.com", "/")
    said = query(made)
    assert {name: value for name, value in said.items() if not name.startswith("X-Amz-")} == {
        "list-type": "2",
        "encoding-type": "url",
        "prefix": "a/",
        "delimiter": "/",
        "start-after": "a/b c",
        "continuation-token": "1/x+y=",
        "max-keys": "7",
    }


@pytest.mark.parametrize(
    "target", ["s3://bkt/*", "s3://bkt/a/*", {"bucket": "bkt", "prefix": "a*?/"}]
)
def test_its_signature_is_botocore_s(target: object) -> None:
    made = listed(grant("s3://bkt/* READ"), target=target, delimiter="/")
    signed, _, signature = made.url.rpartition("&X-Amz-Signature=")
    request = AWSRequest("GET", signed)
    request.context["timestamp"] = query(made)["X-Amz-Date"]
    signer = S3SigV4QueryAuth(
        Credentials("ASIAEXAMPLE", "a-secret", "a-token/+="), "s3", "ap-northeast-1", expires=60
    )
    text = signer.canonical_request(request)
    assert signer.signature(signer.string_to_sign(request, text), request) == signature


@pytest.mark.parametrize(
    ("target", "may"),
    [
        ("s3://bkt/a/*", True),
        ("s3://bkt/a/b/*", True),
        ("s3://bkt/*", False),
        ("s3://bkt/ab/*", False),
    ],
)
def test_the_session_may_list_what_the_url_lists(target: str, may: bool) -> None:
    sts = Sts()
    if not may:
        with pytest.raises(AccessDenied):
            listed(target=target, sts=sts)
        assert sts.asked == []
        return
    said = query(listed(target=target, sts=sts))
    context = {"aws:ResourceAccount": ACCOUNT, "s3:prefix": said["prefix"]}
    policy = json.loads(sts.asked[0][0].policy)
    assert allows(policy, "s3:ListBucket", "arn:aws:s3:::bkt", context)


def test_who_only_writes_lists_nothing() -> None:
    with pytest.raises(AccessDenied):
        listed(grant("s3://bkt/a/* WRITE"))


def test_lists_and_files_are_signed_in_one_batch() -> None:
    made = listed(others=[{"method": "GET", "target": "s3://bkt/a/x"}])
    assert parse_qs(urlsplit(made.url).query)["list-type"] == ["2"]


def test_a_list_goes_on_after_the_longest_key() -> None:
    """A token may contain the last key, encoded: 1,024 bytes are 1,368 characters in base64."""
    token = b64encode(b"k" * 1024).decode()
    assert query(listed(continuationToken=token))["continuation-token"] == token


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"target": "s3://bkt/a/x"}, "/requests/0/target"),
        ({"target": "s3://bkt/a/"}, "/requests/0/target"),
        ({"prefix": "a/"}, "/requests/0/prefix"),
        ({"maxKeys": 0}, "/requests/0/maxKeys"),
        ({"maxKeys": 1001}, "/requests/0/maxKeys"),
        ({"maxKeys": "7"}, "/requests/0/maxKeys"),
        ({"delimiter": ""}, "/requests/0/delimiter"),
        ({"delimiter": "/\n"}, "/requests/0/delimiter"),
        ({"startAfter": ""}, "/requests/0/startAfter"),
        ({"startAfter": "a/../b"}, "/requests/0/startAfter"),
        ({"startAfter": "x" * 1025}, "/requests/0/startAfter"),
        ({"continuationToken": ""}, "/requests/0/continuationToken"),
        ({"continuationToken": "a b"}, "/requests/0/continuationToken"),
        ({"continuationToken": "t" * 2049}, "/requests/0/continuationToken"),
        ({"responseContentType": "text/csv"}, "/requests/0/responseContentType"),
        ({"versionId": "v"}, "/requests/0/versionId"),
    ],
)
def test_a_member_that_is_wrong_is_named(members: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        listed(**members)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_an_answer_is_estimated_with_every_character_percent_encoded() -> None:
    rocket = "🚀" * 255
    long: dict[str, Any] = {"target": f"s3://bkt/a/{rocket}/*", "startAfter": f"a/{rocket}"}
    with pytest.raises(TooLarge) as refused:
        listed(**long, others=[{"method": "LIST", **long}] * 899)
    most = int(refused.value.detail.split("at most ")[1].split()[0])
    assert most * (len(listed(**long).url) + TOKEN_BYTES) < ANSWER_BYTES


def test_the_compact_form_has_no_lists() -> None:
    with pytest.raises(InvalidRequest, match="1 fault"):
        parse_urls(
            '{"format": "compact", "method": "LIST", "prefix": "s3://bkt/a/", "keys": ["x"], '
            '"expiresIn": 60}'
        )
