"""A service, and an S3 behind the URLs that it gives."""

import hashlib
import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.client.conftest import Asked, Reply, Serve, Served

CONTENT = b"month,total\n2026-01,42\n"
LONG = bytes(range(256)) * 80_000  # more than one range


@pytest.fixture
def stored() -> "dict[str, bytes]":
    """What S3 has, by path."""
    return {"/b/reports/2026.csv": CONTENT, "/b/long": LONG}


def read(served: Served, asked: Asked, body: bytes) -> Reply:
    """How S3 answers for an object."""
    digest = f'"{hashlib.md5(body).hexdigest()}"'  # noqa: S324 - as S3 does
    etag = {"ETag": str(served.told.get("etag", lambda: digest)())}
    if asked.method == "HEAD":
        return 200, {**etag, "Content-Length": str(len(body))}, body
    if "range" not in asked.headers:
        return 200, etag, body
    served.told.get("range", lambda: None)()
    first, last = map(int, asked.headers["range"].removeprefix("bytes=").split("-"))
    span = f"bytes {first}-{last}/{len(body)}"
    return 206, {**etag, "Content-Range": span}, body[first : last + 1]


def sign(served: Served, request: "dict[str, str]") -> "dict[str, object]":
    """How the service answers for a URL, or for a form."""
    path = "/" + quote(request["target"].removeprefix("s3://"), safe="/*")
    named = {"Content-Type": "contentType", "Content-Length": "contentLength"}
    headers = {name: str(request[of]) for name, of in named.items() if of in request}
    method = "GET" if request["method"] == "LIST" else request["method"]
    url = {"method": method, "url": f"{served.url}{path}?X-Amz-Signature=s"}
    url |= {"expiresAt": "2099-01-01T00:00:00Z"}
    if request["method"] != "POST":
        return {**url, "headers": headers}
    key = {} if path.endswith("*") else {"key": path.split("/", 2)[2]}
    return {**url, "headers": {}, "fields": {**key, "policy": "p", **headers}}


@pytest.fixture
def both(at: Serve, stored: "dict[str, bytes]") -> Served:
    """The service, and S3 behind the URLs that it gives."""
    found: list[Served] = []

    def signed(body: "dict[str, Any]") -> "dict[str, object]":
        if body.get("format") != "compact":
            return {"urls": [sign(found[0], one) for one in body["requests"]]}
        below = quote(body["prefix"].removeprefix("s3:/"))
        urls = [[quote(key), "s"] for key in body["keys"]]
        end = {"expiresAt": "2099-01-01T00:00:00Z", "headers": {}}
        return {"base": f"{found[0].url}{below}", "query": "X=1", "urls": urls, **end}

    def reply(asked: Asked) -> Reply:
        if asked.path.endswith("/presigned-urls"):
            return 200, {}, signed(json.loads(asked.body))
        path = urlsplit(asked.path).path
        if asked.method in found[0].told:
            return 412 if asked.method == "PUT" else 403, {}, found[0].told[asked.method]()
        if asked.method == "PUT":
            stored[path] = asked.body
            return 200, {"ETag": '"e"'}, b""
        if asked.method == "POST":
            return 204, {}, b""
        if path not in stored:
            return 404, {}, b"<Error><Code>NoSuchKey</Code></Error>"
        return read(found[0], asked, stored[path])

    found.append(at(reply))
    return found[0]
