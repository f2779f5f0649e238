"""Uploads for real: what a grant limits, forms, multipart, by a plain HTTP client."""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
import urllib3

from local.cloud.client import Answer, Call, Credentials
from tests.cloud.conftest import Apply, NewCaller

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

URLS, UPLOADS = "/iam/presigned-urls", "/iam/multipart-uploads"
BUCKET = "hogehoge-bucket"
PART = 5 * 1024**2
PNG = b"\x89PNG\r\n\x1a\n"

type Ask = Callable[..., Answer]
type Fetch = Callable[..., Any]


@pytest.fixture(scope="module")
def uploader(apply: Apply, new_user: NewCaller) -> Credentials:
    """Somebody who may write anything below ``up/``, and small pictures alone below ``small/``."""
    credentials = new_user("Uploader")
    grantee = {"iam": "arn:aws:iam::123456789012:user/Uploader"}
    free = {"id": "up", "scope": f"s3://{BUCKET}/up/*", "versions": True}
    small = {
        "id": "small",
        "scope": f"s3://{BUCKET}/small/*",
        "maxObjectSize": 10,
        "contentTypes": ["image/*"],
    }
    grants = [{"grantee": grantee, "permission": "READWRITE"} | one for one in (free, small)]
    apply({"version": 1, "grants": grants})
    return credentials


@pytest.fixture(scope="module")
def ask(call: Call, uploader: Credentials) -> Ask:
    """`ask(route, expiresIn=…, …)`: the answer to the uploader."""

    def asked(route: str, **members: object) -> Answer:
        return call("POST", route, {"expiresIn": 300} | members, uploader)

    return asked


@pytest.fixture(scope="module")
def fetch() -> Iterator[Fetch]:
    """`fetch(url, body, headers=…)`: with the headers that the answer names, or others."""
    with urllib3.PoolManager() as pool:

        def fetched(
            url: dict[str, Any], body: bytes | None = None, headers: dict[str, str] | None = None
        ) -> Any:
            sent = url["headers"] if headers is None else headers
            return pool.request(
                url["method"],
                url["url"],
                body=body,
                headers=sent,
                retries=False,
            )

        yield fetched


def one(ask: Ask, method: str, key: str, **members: object) -> dict[str, Any]:
    request = {"method": method, "target": f"s3://{BUCKET}/{key}"} | members
    answer = ask(URLS, requests=[request])
    assert answer.status == 200, answer.json
    found: dict[str, Any] = answer.json["urls"][0]
    return found


def test_an_upload_is_bound_to_its_length_type_and_checksum(ask: Ask, fetch: Fetch) -> None:
    digest = base64.b64encode(hashlib.sha256(PNG).digest()).decode()
    url = one(
        ask,
        "PUT",
        "up/a.png",
        contentType="image/png",
        contentLength=len(PNG),
        checksumSha256=digest,
    )
    good = url["headers"]
    assert good == {
        "Content-Type": "image/png",
        "Content-Length": str(len(PNG)),
        "x-amz-checksum-sha256": digest,
    }
    others = {
        "Content-Type": "text/html",
        "x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(b"x").digest()).decode(),
    }
    for name, value in others.items():
        assert fetch(url, PNG, good | {name: value}).status in (400, 403)
        assert fetch(url, PNG, {k: v for k, v in good.items() if k != name}).status in (400, 403)
    longer = PNG + b"x"
    assert fetch(url, longer, good | {"Content-Length": str(len(longer))}).status in (400, 403)
    assert fetch(url, b"x" * len(PNG)).status == 400
    assert fetch(url, PNG).status == 200
    head = fetch(one(ask, "HEAD", "up/a.png"))
    assert (head.headers["Content-Type"], head.headers["Content-Length"]) == ("image/png", "8")


def test_what_is_there_already_stays_where_that_was_asked(
    ask: Ask, fetch: Fetch, s3: "S3Client"
) -> None:
    url = one(ask, "PUT", "up/once", ifNoneMatch="*")
    assert fetch(url, b"first").status == 200
    assert fetch(url, b"second").status == 412
    assert fetch(url, b"third", {}).status in (400, 403)
    assert s3.get_object(Bucket=BUCKET, Key="up/once")["Body"].read() == b"first"


def test_an_answer_comes_as_it_was_asked_for_and_not_otherwise(ask: Ask, fetch: Fetch) -> None:
    fetch(one(ask, "PUT", "up/report"), b"a,b\n")
    shown = {
        "responseContentType": "text/csv",
        "responseContentDisposition": 'attachment; filename="Bericht 1.csv"',
    }
    url = one(ask, "GET", "up/report", **shown)
    answer = fetch(url)
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Disposition"] == shown["responseContentDisposition"]
    assert fetch(url | {"url": url["url"].replace("text%2Fcsv", "text%2Fhtml")}).status == 403


def test_a_checksum_comes_where_it_was_asked_for_and_not_otherwise(
    ask: Ask, fetch: Fetch, s3: "S3Client"
) -> None:
    s3.put_object(Bucket=BUCKET, Key="up/summed", Body=b"abc", ChecksumAlgorithm="SHA256")
    expected = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    for method in ("HEAD", "GET"):
        url = one(ask, method, "up/summed", checksumMode="ENABLED")
        assert url["headers"] == {"x-amz-checksum-mode": "ENABLED"}
        assert fetch(url).headers["x-amz-checksum-sha256"] == expected
        assert fetch(url, headers={}).status == 403
        plain = one(ask, method, "up/summed")
        assert "x-amz-checksum-sha256" not in fetch(plain).headers
    part = one(ask, "GET", "up/summed", partNumber=1)
    assert fetch(part).data == b"abc"
    assert fetch(part | {"url": part["url"].replace("partNumber=1", "partNumber=2")}).status == 403


def test_a_version_is_read_where_the_grant_opens_versions(
    ask: Ask, fetch: Fetch, s3: "S3Client"
) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    try:
        old = s3.put_object(Bucket=BUCKET, Key="up/versioned", Body=b"old")["VersionId"]
        s3.put_object(Bucket=BUCKET, Key="up/versioned", Body=b"new")
        assert fetch(one(ask, "GET", "up/versioned", versionId=old)).data == b"old"
        assert fetch(one(ask, "GET", "up/versioned")).data == b"new"
        request = {"method": "GET", "target": f"s3://{BUCKET}/small/a", "versionId": old}
        assert ask(URLS, requests=[request]).json["code"] == "AccessDenied"
    finally:
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})


@pytest.mark.invariant(7)
def test_a_limit_leaves_no_other_way(ask: Ask, call: Call, uploader: Credentials) -> None:
    target = f"s3://{BUCKET}/small/a.png"
    for permission in ("WRITE", "READWRITE"):
        body = {"target": target, "permission": permission}
        refused = call("POST", "/iam/credentials", body, uploader)
        assert (refused.status, refused.json["code"]) == (403, "PresignOnly")
    body = {"target": target, "permission": "READ"}
    assert call("POST", "/iam/credentials", body, uploader).status == 200
    for members in (
        {},
        {"contentType": "image/png"},
        {"contentType": "image/png", "contentLength": 11},
        {"contentType": "text/html", "contentLength": 1},
    ):
        answer = ask(URLS, requests=[{"method": "PUT", "target": target} | members])
        assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")
    for sizes in ({"size": 11}, {"parts": 1}):
        answer = ask(UPLOADS, target=target, contentType="image/png", **sizes)
        assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")


def post(fetch: Fetch, form: dict[str, Any], body: bytes, **changed: str) -> int:
    fields = {**form["fields"], **changed, "file": ("a.png", body)}
    encoded, content_type = urllib3.encode_multipart_formdata(fields)
    return int(fetch(form, encoded, {"Content-Type": content_type}).status)


def test_a_form_uploads_one_picture_that_is_small_enough(
    ask: Ask, fetch: Fetch, s3: "S3Client"
) -> None:
    form = one(ask, "POST", "small/form.png", contentType="image/png")
    assert post(fetch, form, PNG) in (200, 204)
    stored = s3.get_object(Bucket=BUCKET, Key="small/form.png")
    assert (stored["Body"].read(), stored["ContentType"]) == (PNG, "image/png")
    assert post(fetch, form, PNG + b"xxx") == 400
    for changed in (
        {"key": "small/other.png"},
        {"key": "up/form.png"},
        {"Content-Type": "text/html"},
        {"x-amz-security-token": "other"},
        {"x-amz-date": "20300101T000000Z"},
        {"acl": "public-read"},
        {
            "policy": base64.b64encode(
                b'{"expiration":"2099-01-01T00:00:00Z","conditions":[]}'
            ).decode()
        },
    ):
        assert post(fetch, form, PNG, **changed) in (400, 403), changed


def test_a_form_below_a_prefix_stays_below_it(ask: Ask, fetch: Fetch, s3: "S3Client") -> None:
    form = one(ask, "POST", "up/forms/*", contentLengthRange=[1, 100])
    assert post(fetch, form, b"x", key="up/forms/a/b") in (200, 204)
    assert s3.head_object(Bucket=BUCKET, Key="up/forms/a/b")["ContentLength"] == 1
    for key in ("up/a", "up/forms", "small/a", "hoge.zip"):
        assert post(fetch, form, b"x", key=key) == 403
    assert post(fetch, form, b"", key="up/forms/empty") == 400
    refused = ask(URLS, requests=[{"method": "POST", "target": f"s3://{BUCKET}/up/${{filename}}"}])
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (400, "/requests/0/target")


def test_a_form_ends_when_it_says(ask: Ask, fetch: Fetch) -> None:
    request = {"method": "POST", "target": f"s3://{BUCKET}/up/late"}
    form = ask(URLS, expiresIn=1, requests=[request]).json["urls"][0]
    ends = datetime.fromisoformat(form["expiresAt"])
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1.1)
    assert post(fetch, form, b"x") == 403


def complete(fetch: Fetch, url: dict[str, Any], tags: dict[int, str]) -> Any:
    root = ET.Element("CompleteMultipartUpload")
    for number, tag in sorted(tags.items()):
        part = ET.SubElement(root, "Part")
        ET.SubElement(part, "PartNumber").text = str(number)
        ET.SubElement(part, "ETag").text = tag
    return fetch(url, ET.tostring(root))


def test_twenty_parts_one_of_them_signed_again_become_one_object(
    ask: Ask, fetch: Fetch, s3: "S3Client"
) -> None:
    size = 19 * PART + 7
    target = f"s3://{BUCKET}/up/large"
    upload = ask(
        UPLOADS, target=target, size=size, partSize=PART, contentType="text/csv", expiresIn=2
    ).json
    assert (upload["partCount"], len(upload["parts"])) == (20, 20)
    body = bytes(PART)
    expires = datetime.fromisoformat(upload["parts"][0]["expiresAt"])
    time.sleep(max(0.0, (expires - datetime.now(UTC)).total_seconds()) + 1.1)
    assert fetch(upload["parts"][0], body).status == 403

    route = f"{UPLOADS}/{upload['uploadId']}"
    parts = ask(f"{route}/parts", **{"from": 1, "to": 20}).json["parts"]
    short = parts[0]["headers"] | {"Content-Length": "7"}
    assert fetch(parts[0], bytes(7), short).status == 403
    for name, other in (("partNumber=1&", "partNumber=2&"), ("uploadId=", "uploadId=0")):
        changed = parts[0] | {"url": parts[0]["url"].replace(name, other)}
        assert changed != parts[0]
        assert fetch(changed, body).status == 403
    tags = {}
    for part in parts:
        answer = fetch(part, body[: part["size"]])
        assert answer.status == 200
        tags[part["partNumber"]] = answer.headers["ETag"]
    completion = ask(f"{route}/completion", ifNoneMatch="*").json
    assert completion["headers"] == {"If-None-Match": "*", "x-amz-mp-object-size": str(size)}
    assert complete(fetch, completion, tags).status == 200
    head = s3.head_object(Bucket=BUCKET, Key="up/large")
    assert (head["ContentLength"], head["ContentType"]) == (size, "text/csv")


def test_an_upload_that_is_ended_leaves_nothing(ask: Ask, fetch: Fetch, s3: "S3Client") -> None:
    def running() -> list[str]:
        found = s3.list_multipart_uploads(Bucket=BUCKET, Prefix="up/aborted").get("Uploads", [])
        return [upload["Key"] for upload in found]

    upload = ask(UPLOADS, target=f"s3://{BUCKET}/up/aborted", parts=2).json
    assert running() == ["up/aborted"]
    assert fetch(upload["parts"][0], bytes(PART)).status == 200
    again = ask(f"{UPLOADS}/{upload['uploadId']}/abort").json
    assert fetch(again).status == 204
    assert running() == []
    assert fetch(upload["parts"][1], b"x").status == 404


def test_parts_with_checksums_are_compared(ask: Ask, fetch: Fetch) -> None:
    upload = ask(
        UPLOADS, target=f"s3://{BUCKET}/up/checked", size=7, checksumAlgorithm="SHA256"
    ).json
    assert upload["parts"] == []
    body = b"checked"
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    route = f"{UPLOADS}/{upload['uploadId']}/parts"
    [part] = ask(route, **{"from": 1, "to": 1, "checksums": [digest]}).json["parts"]
    assert fetch(part, b"another").status == 400
    assert fetch(part, body).status == 200


def test_a_plan_of_ten_thousand_parts_is_signed_page_by_page(ask: Ask) -> None:
    upload = ask(UPLOADS, target=f"s3://{BUCKET}/up/huge", size=10_000 * PART, partSize=PART).json
    route = f"{UPLOADS}/{upload['uploadId']}/parts"
    numbers = []
    for first in range(1, 10_000, 1000):
        page = ask(route, **{"from": first, "to": first + 999})
        assert page.status == 200, page.json
        numbers += [part["partNumber"] for part in page.json["parts"]]
    assert numbers == list(range(1, 10_001))


def test_an_upload_is_its_callers_alone(ask: Ask, call: Call, user: Credentials) -> None:
    upload = ask(UPLOADS, target=f"s3://{BUCKET}/up/mine", parts=1).json
    for action in ("parts", "completion", "abort"):
        body = {"expiresIn": 60} | ({"from": 1, "to": 1} if action == "parts" else {})
        for id_ in (upload["uploadId"], "abcdefghijklmnop", "x"):
            answer = call("POST", f"{UPLOADS}/{id_}/{action}", body, user)
            assert (answer.status, answer.json["code"]) == (404, "NotFound")


def test_the_compact_form_is_the_same_urls_in_a_tenth_of_the_bytes(ask: Ask, fetch: Fetch) -> None:
    keys = [f"compact/{number:04}" for number in range(1000)]
    fetch(one(ask, "PUT", f"up/{keys[7]}"), b"seven")
    compact = {"format": "compact", "method": "GET", "prefix": f"s3://{BUCKET}/up/", "keys": keys}
    answer = ask(URLS, **compact)
    made = answer.json
    assert made.keys() == {
        *("format", "base", "query", "headers", "urls", "expiresAt", "vendId", "sessionId"),
    }
    path, signature = made["urls"][7]
    url = f"{made['base']}{path}?{made['query']}&X-Amz-Signature={signature}"
    assert fetch({"method": "GET", "url": url, "headers": made["headers"]}).data == b"seven"
    other = f"{made['base']}{made['urls'][8][0]}?{made['query']}&X-Amz-Signature={signature}"
    assert fetch({"method": "GET", "url": other, "headers": {}}).status == 403
    requests = [{"method": "GET", "target": f"s3://{BUCKET}/up/{key}"} for key in keys]
    whole = len(str(ask(URLS, requests=requests).json))
    assert len(str(made)) * 6 < whole  # the tokens of the local cloud are short


def test_five_megabytes_each_way_fit_and_more_is_refused_with_what_would(ask: Ask) -> None:
    keys = [f"{number:04}{'k' * 1000}" for number in range(5_100)]
    compact = {"format": "compact", "method": "GET", "prefix": f"s3://{BUCKET}/up/"}
    refused = ask(URLS, **compact, keys=keys)
    assert (refused.status, refused.json["code"]) == (413, "TooLarge")
    answer = ask(URLS, **compact, keys=keys[:5_000])
    assert answer.status == 200, answer.json
    assert len(answer.json["urls"]) == 5_000


def test_ten_thousand_keys_fit_into_one_answer(ask: Ask) -> None:
    keys = [f"{number:05}" for number in range(10_000)]
    answer = ask(URLS, format="compact", method="GET", prefix=f"s3://{BUCKET}/up/", keys=keys)
    assert answer.status == 200
    assert len(answer.json["urls"]) == 10_000
    assert all(re.fullmatch("[0-9a-f]{64}", signature) for _, signature in answer.json["urls"])
