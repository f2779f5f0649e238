"""A service and an S3 with any number of objects, which are listed, read, put and deleted."""

import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

import s3vend
from s3vend.http.patience import Patience
from s3vend.service.connect import Service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token

END = "2099-01-01T00:00:00Z"
MODIFIED = "2026-11-28T10:20:30.000Z"
NAMES = {
    "delimiter": "delimiter",
    "startAfter": "start-after",
    "continuationToken": "continuation-token",
    "maxKeys": "max-keys",
}  # of a list: the API's member, and S3's parameter


@dataclass
class Shelf:
    """The objects of the bucket `b` by key, and what is answered in place of S3's answer."""

    objects: "dict[str, bytes]" = field(default_factory=dict)
    page: int = 1000  # entries of a page
    place: Callable[[str], Any] = str.encode  # by what it orders keys
    modified: "dict[str, str]" = field(default_factory=dict)  # by key
    classes: "dict[str, str]" = field(default_factory=dict)  # storage classes by key
    instead: Callable[[Asked, Reply], Reply] = lambda asked, reply: reply
    refuse: "Callable[[dict[str, Any]], Reply | None]" = lambda body: None  # by the service
    grants: "list[dict[str, Any]]" = field(default_factory=list)  # that the service lists
    signed: "list[dict[str, Any]]" = field(default_factory=list)  # bodies of requests for URLs
    seen: "list[Asked]" = field(default_factory=list)  # by S3
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            if asked.path.endswith("/presigned-urls"):
                body = json.loads(asked.body)
                self.signed.append(body)
                return self.refuse(body) or (200, {}, sign(f"http://{asked.headers['host']}", body))
            if asked.path.partition("?")[0].endswith("/grants"):
                return 200, {}, {"grants": self.grants}
            self.seen.append(asked)
            return self.instead(asked, self._store(asked))

    def _store(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        key = unquote(parts.path).removeprefix("/b").removeprefix("/")
        if not key:
            return self._list(parse_qs(parts.query, keep_blank_values=True))
        if asked.method == "PUT":
            self.objects[key] = asked.body
            return 200, {"ETag": etag(asked.body)}, b""
        if asked.method == "DELETE":
            self.objects.pop(key, None)
            return 204, {}, b""
        if key not in self.objects:
            return 404, {}, b"<Error><Code>NoSuchKey</Code></Error>"
        data = self.objects[key]
        headers = {"ETag": etag(data), "Last-Modified": "Sat, 28 Nov 2026 10:20:30 GMT"}
        headers |= {"x-amz-storage-class": self.classes[key]} if key in self.classes else {}
        if asked.method == "HEAD":
            return 200, headers | {"Content-Length": str(len(data))}, b""
        if "range" not in asked.headers:
            return 200, headers, data
        first, last = map(int, asked.headers["range"].removeprefix("bytes=").split("-"))
        span = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
        return 206, headers | span, data[first : last + 1]

    def _list(self, query: "dict[str, list[str]]") -> Reply:
        given = {name: values[0] for name, values in query.items()}
        after = given.get("start-after", "")
        if "continuation-token" in given:
            after = b64decode(given["continuation-token"]).decode()
        most = min(self.page, int(given.get("max-keys", 1000)))
        found: list[tuple[str, bool]] = []
        is_truncated = False
        for entry, is_prefix in self._entries(given["prefix"], given.get("delimiter", "")):
            if self.place(entry) > self.place(after):
                if is_truncated := len(found) == most:
                    break
                found.append((entry, is_prefix))
        nodes = [self._node(*one) for one in found]
        if is_truncated:
            next_ = b64encode(found[-1][0].encode()).decode()
            nodes.append(f"<NextContinuationToken>{next_}</NextContinuationToken>")
        return 200, {}, listing(*nodes, is_truncated=is_truncated)

    def _entries(self, prefix: str, delimiter: str) -> "Iterator[tuple[str, bool]]":
        """Keys, and prefixes up to the delimiter, in S3's order."""
        before = None
        for key in sorted(self.objects, key=self.place):
            if key.startswith(prefix):
                name, slash, _ = key[len(prefix) :].partition(delimiter or "\0")
                entry = prefix + name + slash
                if entry != before:
                    yield entry, bool(slash)
                before = entry

    def _node(self, entry: str, is_prefix: bool) -> str:
        if is_prefix:
            return f"<CommonPrefixes><Prefix>{encoded(entry)}</Prefix></CommonPrefixes>"
        data, kind = self.objects[entry], self.classes.get(entry, "STANDARD")
        modified = self.modified.get(entry, MODIFIED)
        return contents(entry, len(data), modified, kind, escape(etag(data)))

    @property
    def keys(self) -> "list[str]":
        """The keys that are there."""
        return sorted(self.objects)


def sign(base: str, body: "dict[str, Any]") -> "dict[str, Any]":
    """The service's answer to a request for URLs, in either form."""
    if body.get("format") == "compact":
        below = quote(body["prefix"].removeprefix("s3:/"))
        urls = [[quote(key), "s"] for key in body["keys"]]
        return {
            "base": f"{base}{below}",
            "query": "X=1",
            "urls": urls,
            "headers": {},
            "expiresAt": END,
        }
    return {"urls": [_url(base, request) for request in body["requests"]]}


def _url(base: str, request: "dict[str, Any]") -> "dict[str, Any]":
    target, method = request["target"], request["method"]
    is_text = isinstance(target, str)
    assert method == "LIST" or not (is_text and target.endswith("*")), "it would be a prefix"
    if isinstance(target, dict):
        target = f"s3://{target['bucket']}/{target['key']}"
    path, query = target.removeprefix("s3:/"), {"X-Amz-Signature": "s"}
    if method == "LIST":
        bucket, _, prefix = path[1:].partition("/")
        own = {name: str(request[of]) for of, name in NAMES.items() if of in request}
        query |= {"list-type": "2", "encoding-type": "url", "prefix": prefix[:-1], **own}
        method, path = "GET", f"/{bucket}"
    url = f"{base}{quote(path)}?{urlencode(query)}"
    return {"method": method, "url": url, "headers": {}, "expiresAt": END}


def listing(*nodes: str, is_truncated: bool = False, more: str = "") -> bytes:
    """S3's answer to a list."""
    truncated = str(is_truncated).lower()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
        f"<EncodingType>url</EncodingType><IsTruncated>{truncated}</IsTruncated>{more}"
        f"{''.join(nodes)}</ListBucketResult>"
    ).encode()


def contents(
    key: str,
    size: object = 1,
    modified: str = MODIFIED,
    kind: str = "STANDARD",
    tag: str = '"e"',
) -> str:
    """An object in S3's answer to a list."""
    return (
        f"<Contents><Key>{encoded(key)}</Key><LastModified>{escape(modified)}</LastModified>"
        f"<ETag>{tag}</ETag><Size>{size}</Size><StorageClass>{kind}</StorageClass>"
        "</Contents>"
    )


def encoded(key: str) -> str:
    """A key as S3 encodes it: with a plus for a space."""
    return quote_plus(key, safe="/*")


def etag(data: bytes) -> str:
    """The ETag of what is put as a whole."""
    return f'"{md5(data).hexdigest()}"'  # noqa: S324 - as S3 does


def of(*keys: str, **more: Any) -> Shelf:
    """A bucket with these keys."""
    return Shelf(dict.fromkeys(keys, b"x"), **more)


def serving_shelf(shelf: Shelf, serve: Serve) -> Service:
    """The service through which the bucket is used."""
    url = serve(shelf.reply).url
    service = s3vend.connect(url=url, token=token(url))
    service.patience = Patience(tries=3, sleep=lambda seconds: None)
    return service
