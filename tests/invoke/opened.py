"""Opens S3 with what an answer vends, from this machine."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import urllib3

from local.cloud import aws
from local.cloud.client import Credentials
from local.cloud.ministack import Cloud
from local.stack.seed import BUCKET, OBJECTS

KEY = "reports/2026.csv"
CONTENT = OBJECTS[KEY]


def read(cloud: Cloud, keys: Credentials) -> None:
    """Read what was granted, and be refused what was not."""
    s3 = aws.s3(cloud, keys)
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == CONTENT
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="reports/")["Contents"]
    assert KEY in {each["Key"] for each in listed}
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket=BUCKET, Key="hoge.zip")


def credentials(body: Mapping[str, Any], cloud: Cloud) -> None:
    """Use the credentials of an answer."""
    keys = body["credentials"]
    read(cloud, Credentials(keys["accessKeyId"], keys["secretAccessKey"], keys["sessionToken"]))


def container_credentials(body: Mapping[str, Any], cloud: Cloud) -> None:
    """Use credentials in the form that SDKs read."""
    read(cloud, Credentials(body["AccessKeyId"], body["SecretAccessKey"], body["Token"]))


def urls(body: Mapping[str, Any], _cloud: Cloud) -> None:
    """Use every URL of an answer."""
    for each in body["urls"]:
        assert ask(each["method"], each["url"]) == (CONTENT if each["method"] == "GET" else b"")


def compact_urls(body: Mapping[str, Any], _cloud: Cloud) -> None:
    """Put a URL of the compact form together, and use it."""
    path, signature = body["urls"][0]
    url = f"{body['base']}{path}?{body['query']}&X-Amz-Signature={signature}"
    assert ask("GET", url) == CONTENT


def upload(body: Mapping[str, Any], cloud: Cloud) -> None:
    """Upload all parts and join them."""
    sent, parts = b"", []
    for part in body["parts"]:
        content = bytes([part["partNumber"]]) * part["size"]
        answer = answered("PUT", part["url"], content, part["headers"])
        parts.append((part["partNumber"], answer.headers["ETag"]))
        sent += content
    joined = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>"
        for number, etag in parts
    )
    document = f"<CompleteMultipartUpload>{joined}</CompleteMultipartUpload>"
    answered("POST", body["completion"]["url"], document.encode(), body["completion"]["headers"])
    s3 = aws.s3(cloud, cloud.root)
    assert s3.get_object(Bucket=BUCKET, Key="uploads/large.bin")["Body"].read() == sent


def ask(method: str, url: str) -> bytes:
    """Return what a URL opens."""
    return answered(method, url).data


def answered(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> urllib3.BaseHTTPResponse:
    """Use a URL; fail unless S3 takes it."""
    answer = urllib3.request(method, url, body=body, headers=headers, retries=False)
    assert answer.status == 200, answer.data
    return answer


OPENS: Mapping[str, Callable[[Mapping[str, Any], Cloud], None]] = {
    "credentials": credentials,
    "web-identity-credentials": credentials,
    "web-identity-container-credentials": container_credentials,
    "presigned-urls": urls,
    "web-identity-presigned-urls": urls,
    "presigned-urls-compact": compact_urls,
    "multipart-uploads": upload,
}


def check(name: str, response: Mapping[str, Any], cloud: Cloud) -> None:
    """Open S3 with the answer to an event, if it vends anything."""
    if name in OPENS:
        OPENS[name](json.loads(response["body"]), cloud)
