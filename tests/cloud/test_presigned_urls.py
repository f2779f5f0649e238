"""POST /iam/presigned-urls for real: URLs fetched by a plain HTTP client without any AWS code."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
import urllib3

import s3vend
from local.cloud.client import Call, Credentials
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import Apply, NewCaller

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROUTE = "/iam/presigned-urls"
BUCKET = "hogehoge-bucket"
KEYS = [
    "keys/plain",
    "keys/a?b",
    "keys/a#b",
    "keys/a%2Fb",
    "keys/a+b",
    "keys/a b",
    "keys/🚀 日本語",
    "keys/a*b$c",
    "keys/ends*",
    "keys/a&b=c;d",
    "keys/quote'\"",
]


@pytest.fixture(scope="module")
def signer(apply: Apply, new_user: NewCaller) -> Credentials:
    """Somebody who may read and write below ``keys/``."""
    credentials = new_user("Signer")
    grant = {
        "id": "signer",
        "grantee": {"iam": "arn:aws:iam::123456789012:user/Signer"},
        "scope": f"s3://{BUCKET}/keys/*",
        "permission": "READWRITE",
    }
    apply({"version": 1, "grants": [grant]})
    return credentials


@pytest.fixture(scope="module")
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager() as pool:
        yield pool


def fetch(http: urllib3.PoolManager, url: dict[str, Any], body: bytes | None = None) -> Any:
    return http.request(url["method"], url["url"], headers=url["headers"], body=body, retries=False)


def request(method: str, key: str) -> dict[str, object]:
    return {"method": method, "target": {"bucket": BUCKET, "key": key}}


def urls(
    call: Call, who: Credentials, *requests: dict[str, object], expires_in: int = 900
) -> list[dict[str, Any]]:
    answer = call("POST", ROUTE, {"expiresIn": expires_in, "requests": list(requests)}, who)
    assert answer.status == 200, answer.json
    found: list[dict[str, Any]] = answer.json["urls"]
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_method_works_for_every_key(
    key: str, call: Call, signer: Credentials, http: urllib3.PoolManager, s3: "S3Client"
) -> None:
    methods = ("PUT", "HEAD", "GET", "DELETE", "GET")
    put, head, get, delete, again = urls(call, signer, *(request(one, key) for one in methods))
    body = key.encode()
    assert fetch(http, put, body).status == 200
    assert s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() == body
    assert fetch(http, head).headers["Content-Length"] == str(len(body))
    assert fetch(http, get).data == body
    assert fetch(http, delete).status == 204
    assert fetch(http, again).status in (403, 404)


def test_the_answer_has_the_members_of_the_contract(call: Call, signer: Credentials) -> None:
    before = datetime.now(UTC)
    body = {"expiresIn": 60, "requests": [request("GET", "keys/plain")] * 2}
    answer = call("POST", ROUTE, body, signer)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json.keys() == {"urls", "vendId", "sessionId"}
    assert re.fullmatch("[a-z2-7]{16}", answer.json["sessionId"])
    for url in answer.json["urls"]:
        assert url.keys() == {"method", "url", "headers", "expiresAt"}
        left = datetime.fromisoformat(url["expiresAt"]) - before
        assert 55 < left.total_seconds() <= 65
        assert parse_qs(urlsplit(url["url"]).query)["X-Amz-Expires"] == ["60"]


def test_a_url_with_anything_changed_is_refused(
    call: Call, signer: Credentials, http: urllib3.PoolManager
) -> None:
    put, get = urls(call, signer, request("PUT", "keys/mine"), request("GET", "keys/mine"))
    fetch(http, put, b"mine")
    assert fetch(http, get).status == 200
    url = get["url"]
    tampered = [
        url.replace("keys/mine", "keys/other"),
        url.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"),
        re.sub(r"X-Amz-Date=\d{8}", "X-Amz-Date=20200101", url),
        re.sub(
            r"(X-Amz-Security-Token=.{20})(.)", lambda m: m[1] + ("B" if m[2] == "A" else "A"), url
        ),
        url.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        url.replace("%2Fap-northeast-1%2F", "%2Fus-east-1%2F"),
        url.replace("SignedHeaders=host", "SignedHeaders=host%3Bx-amz-acl"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url + "&versionId=null",
        url.partition("?")[0],
    ]
    for changed in tampered:
        assert changed != url
        assert fetch(http, get | {"url": changed}).status in (400, 403)
    assert fetch(http, get | {"method": "DELETE"}).status == 403
    assert fetch(http, get | {"method": "PUT"}, b"x").status == 403


@pytest.mark.invariant(6)
def test_a_url_ends_when_it_says(
    call: Call, signer: Credentials, http: urllib3.PoolManager, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="keys/brief", Body=b"brief")
    put, get = urls(
        call, signer, request("PUT", "keys/brief"), request("GET", "keys/brief"), expires_in=3
    )
    assert fetch(http, get).status == 200
    ends = datetime.fromisoformat(get["expiresAt"])
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1.1)
    assert fetch(http, get).status == 403
    assert fetch(http, put, b"late").status == 403
    assert s3.get_object(Bucket=BUCKET, Key="keys/brief")["Body"].read() == b"brief"


def test_a_thousand_urls_come_in_order_and_a_thousand_and_one_do_not(
    call: Call, signer: Credentials, http: urllib3.PoolManager
) -> None:
    requests = [request("GET", f"keys/{number:04}") for number in range(1000)]
    found = urls(call, signer, *requests)
    assert [urlsplit(one["url"]).path for one in found] == [
        f"/{BUCKET}/keys/{number:04}" for number in range(1000)
    ]
    for count in (0, 1001):
        body = {"expiresIn": 60, "requests": (requests * 2)[:count]}
        refused = call("POST", ROUTE, body, signer)
        assert (refused.status, refused.json["code"]) == (400, "InvalidRequest")
        assert refused.json["errors"][0]["pointer"] == "/requests"
    assert fetch(http, found[0]).status in (403, 404)


@pytest.mark.invariant(9)
def test_one_session_signs_many_batches_and_never_for_another_caller(
    call: Call, signer: Credentials, user: Credentials
) -> None:
    body = {"expiresIn": 60, "requests": [request("GET", "keys/plain")]}
    sessions = {call("POST", ROUTE, body, signer).json["sessionId"] for _ in range(5)}
    vends = {call("POST", ROUTE, body, signer).json["vendId"] for _ in range(3)}
    other = {"expiresIn": 60, "requests": [request("GET", "reports/2026.csv")]}
    assert call("POST", ROUTE, other, user).json["sessionId"] not in sessions
    assert len(vends) == 3
    assert len(sessions) < 5


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ({"expiresIn": 0}, 400, "DurationNotAllowed", "/expiresIn"),
        ({"expiresIn": 3301}, 400, "DurationNotAllowed", "/expiresIn"),
        ({"expiresIn": "60"}, 400, "InvalidRequest", "/expiresIn"),
        ({"requests": [{"method": "GET", "target": f"s3://{BUCKET}/keys/*"}]}, 400, "InvalidRequest", "/requests/0/target"),
        ({"requests": [{"method": "PATCH", "target": f"s3://{BUCKET}/keys/a"}]}, 400, "InvalidRequest", "/requests/0/method"),
        ({"requests": [request("GET", "keys/a"), request("GET", "hoge.zip")]}, 403, "AccessDenied", "/requests/1/target"),
        ({"requests": [request("GET", "keys-private/a")]}, 403, "AccessDenied", "/requests/0/target"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_a_bad_request_is_a_problem_that_names_the_member(
    body: dict[str, Any], status: int, code: str, pointer: str, call: Call, signer: Credentials
) -> None:
    good = {"expiresIn": 60, "requests": [request("GET", "keys/a")]}
    answer = call("POST", ROUTE, good | body, signer)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


def test_reading_alone_does_not_sign_a_put(call: Call, user: Credentials) -> None:
    body = {"expiresIn": 60, "requests": [request("PUT", "reports/2026.csv")]}
    assert call("POST", ROUTE, body, user).json["code"] == "AccessDenied"


def test_a_url_lists_the_keys_below_its_prefix_page_by_page(
    call: Call, signer: Credentials, http: urllib3.PoolManager
) -> None:
    below_it = ("a b", "c+d", "e%41", "f?g&h", "日本", "sub/x", "sub/y")
    names = [f"keys/listed/{name}" for name in below_it]
    for made in urls(call, signer, *(request("PUT", name) for name in names)):
        assert fetch(http, made, b"x").status == 200
    below: dict[str, object] = {"method": "LIST", "target": f"s3://{BUCKET}/keys/listed/*"}

    def page(**members: object) -> tuple[list[str], list[str], str | None]:
        [made] = urls(call, signer, below | members)
        answer = fetch(http, made)
        assert (made["method"], answer.status) == ("GET", 200), answer.data
        root = ElementTree.fromstring(answer.data)  # noqa: S314 - the local cloud's own answer
        space = {"s3": "http://s3.amazonaws.com/doc/2006-03-01/"}
        found = [unquote(str(one.text)) for one in root.findall("s3:Contents/s3:Key", space)]
        folders = root.findall("s3:CommonPrefixes/s3:Prefix", space)
        token = root.findtext("s3:NextContinuationToken", None, space)
        return found, [unquote(str(one.text)) for one in folders], token

    assert page()[0] == sorted(names)
    assert page(delimiter="/")[:2] == (names[:5], ["keys/listed/sub/"])
    assert page(startAfter="keys/listed/c+d")[0] == sorted(names)[2:]
    assert page(startAfter="keys/listed/f?g&h")[0] == sorted(names)[4:]
    assert page(startAfter="keys/listed/日本")[0] == []
    first, _, token = page(maxKeys=2)
    assert first == sorted(names)[:2]
    second, _, token = page(maxKeys=3, continuationToken=token)
    assert second == sorted(names)[2:5]
    assert page(continuationToken=token) == (sorted(names)[5:], [], None)
    [made] = urls(call, signer, below)
    elsewhere = made | {"url": made["url"].replace("listed", "liste")}
    assert fetch(http, elsewhere).status == 403


def test_who_only_writes_lists_nothing_by_url(
    call: Call, apply: Apply, new_user: NewCaller, http: urllib3.PoolManager
) -> None:
    writer = new_user("OnlyWriter")
    grant = {
        "id": "only-writer",
        "grantee": {"iam": "arn:aws:iam::123456789012:user/OnlyWriter"},
        "scope": f"s3://{BUCKET}/only-written/*",
        "permission": "WRITE",
    }
    apply({"version": 1, "grants": [grant]})
    listing = {"method": "LIST", "target": f"s3://{BUCKET}/only-written/*"}
    put = request("PUT", "only-written/a")
    answer = call("POST", ROUTE, {"expiresIn": 60, "requests": [put, listing]}, writer)
    assert (answer.status, answer.json["code"]) == (403, "AccessDenied")
    assert [one["pointer"] for one in answer.json["errors"]] == ["/requests/1/target"]
    [made] = urls(call, writer, put)
    assert fetch(http, made, b"x").status == 200
    as_listing = made | {"method": "GET", "url": made["url"].replace("/a?", "/?", 1)}
    assert fetch(http, as_listing).status == 403


OTHER = "batches-elsewhere"


@pytest.fixture(scope="module")
def both(apply: Apply, new_user: NewCaller, s3: "S3Client") -> Credentials:
    """Somebody with a grant to read in one bucket, and one to write in another."""
    s3.create_bucket(Bucket=OTHER, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key="batches/in/a", Body=b"there")
    s3.put_object(Bucket=OTHER, Key="out/kept", Body=b"kept")
    credentials = new_user("Batches")
    grants = [
        {
            "id": id_,
            "grantee": {"iam": "arn:aws:iam::123456789012:user/Batches"},
            "scope": scope,
            "permission": permission,
        }
        for id_, scope, permission in (
            ("batches-in", f"s3://{BUCKET}/batches/in/*", "READ"),
            ("batches-log", f"s3://{BUCKET}/batches/log/*", "READWRITE"),
            ("batches-out", f"s3://{OTHER}/out/*", "WRITE"),
        )
    ]
    locations = [{"scope": f"s3://{OTHER}/*", "region": REGION}]
    apply({"version": 1, "locations": locations, "grants": grants})
    return credentials


def test_one_batch_reads_here_and_writes_there_each_url_by_its_own_session(
    call: Call, both: Credentials, http: urllib3.PoolManager, s3: "S3Client"
) -> None:
    requests = [
        request("GET", "batches/in/a"),
        {"method": "PUT", "target": f"s3://{OTHER}/out/b"},
        request("PUT", "batches/log/c"),
        {"method": "LIST", "target": f"s3://{BUCKET}/batches/in/*"},
    ]
    answer = call("POST", ROUTE, {"expiresIn": 900, "requests": requests}, both)
    assert answer.status == 200, answer.json
    made = answer.json["urls"]
    read, write, log, listing = (one["sessionId"] for one in made)
    assert answer.json["sessionIds"] == [read, write, log]
    assert listing == read
    assert len({read, write, log}) == 3
    statuses = [fetch(http, one, b"x" if one["method"] == "PUT" else None).status for one in made]
    assert statuses == [200] * 4
    assert s3.get_object(Bucket=OTHER, Key="out/b")["Body"].read() == b"x"

    def elsewhere(one: dict[str, Any], old: str, new: str) -> int:
        body = b"x" if one["method"] == "PUT" else None
        status: int = fetch(http, one | {"url": one["url"].replace(old, new, 1)}, body).status
        return status

    assert elsewhere(made[1], f"{OTHER}/out/b", f"{BUCKET}/batches/in/a") == 403
    assert elsewhere(made[0], f"{BUCKET}/batches/in/a", f"{OTHER}/out/kept") == 403
    again = call("POST", ROUTE, {"expiresIn": 60, "requests": requests[:2]}, both)
    assert again.json["sessionIds"] == [read, write], "both sessions are kept"


def test_keys_under_two_grants_come_in_one_compact_answer(
    call: Call, both: Credentials, http: urllib3.PoolManager, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="batches/log/d e", Body=b"logged")
    body = {"format": "compact", "method": "GET", "expiresIn": 60}
    keys = {"prefix": f"s3://{BUCKET}/batches/", "keys": ["in/a", "log/d e", "in/a"]}
    answer = call("POST", ROUTE, body | keys, both).json
    found = [
        http.request(
            "GET",
            f"{answer['base']}{path}?{answer['sessions'][at]['query']}&X-Amz-Signature={signature}",
            headers=answer["headers"],
        ).data
        for path, signature, at in answer["urls"]
    ]
    assert found == [b"there", b"logged", b"there"]
    first, second = (one["query"] for one in answer["sessions"])
    path, signature, _ = answer["urls"][1]
    mixed = f"{answer['base']}{path}?{first}&X-Amz-Signature={signature}"
    assert http.request("GET", mixed, headers=answer["headers"]).status == 403
    assert first != second


def test_the_python_package_presigns_under_several_grants_as_under_one(
    cloud: Cloud, stack: Stack, apply: Apply, both: Credentials, s3: "S3Client"
) -> None:
    grantee = {"issuer": cloud.issuer.url, "subject": "batches"}
    scopes = (f"s3://{BUCKET}/batches/in/*", f"s3://{BUCKET}/batches/log/*", f"s3://{OTHER}/out/*")
    grants = [
        {"id": f"batches-of-{n}", "grantee": grantee, "scope": scope, "permission": "READ"}
        for n, scope in enumerate(scopes)
    ]
    apply({"version": 1, "grants": grants})
    s3.put_object(Bucket=BUCKET, Key="batches/log/f", Body=b"logged")
    token = cloud.issuer.token({"sub": "batches"})
    service = s3vend.connect(url=stack.url, token=token)
    here = [f"s3://{BUCKET}/batches/in/a", f"s3://{BUCKET}/batches/log/f"]
    elsewhere = f"s3://{OTHER}/out/kept"
    for targets in (here, [*here, elsewhere], [elsewhere, *here]):
        made = s3vend.presign(targets, service=service)
        content = {here[0]: b"there", here[1]: b"logged", elsewhere: b"kept"}
        found = [urllib3.request("GET", one.url, headers=one.headers).data for one in made]
        assert found == [content[target] for target in targets]


def test_a_revoked_grant_ends_its_own_urls_of_a_batch_and_no_others(
    call: Call, both: Credentials, administrator: Credentials, http: urllib3.PoolManager
) -> None:
    read, write = urls(
        call,
        both,
        request("GET", "batches/in/a"),
        {"method": "PUT", "target": f"s3://{OTHER}/out/revoked"},
    )
    revocation = {"grantId": "batches-out", "kind": "sessions", "reason": "a test"}
    revoked = call("POST", "/admin/revocations", revocation, administrator)
    assert revoked.json["denialWritten"], revoked.json
    assert fetch(http, write, b"x").status == 403
    assert fetch(http, read).status == 200
