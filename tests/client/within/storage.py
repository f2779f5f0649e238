"""A service, and an S3 that copies: it checks signatures, and knows sizes instead of bytes."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree import ElementTree as ET

import s3vend
from s3vend.http.patience import Patience
from s3vend.service.connect import Service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token

SECRET = "very-secret-key"
REGIONS = {"a": "eu-west-1", "b": "us-east-1"}


@dataclass(frozen=True)
class Thing:
    """An object."""

    size: int = 10
    etag: str = '"e"'
    meta: "dict[str, str]" = field(default_factory=dict)
    tags: "dict[str, str]" = field(default_factory=dict)


@dataclass
class Storage:
    """Buckets, and what is answered in place of S3's answer."""

    things: "dict[str, Thing]" = field(default_factory=dict)  # by bucket/key
    running: "dict[str, dict[int, str]]" = field(default_factory=dict)
    seen: "list[Asked]" = field(default_factory=list)
    signed: "list[dict[str, Any]]" = field(default_factory=list)
    vended: "list[dict[str, Any]]" = field(default_factory=list)
    reads_tags: bool = False
    instead: Callable[[Asked, Reply], Reply] = lambda asked, reply: reply
    refuses: Reply | None = None  # to vend
    lives: "list[float]" = field(default_factory=lambda: [3600.0])  # of the credentials, seconds
    wrong: "list[str]" = field(default_factory=list)  # faults of signatures
    _lock: Any = field(default_factory=threading.Lock)

    def reply(self, asked: Asked) -> Reply:
        with self._lock:
            if asked.path.endswith("/credentials"):
                return self._vend(asked)
            if asked.path.endswith("/presigned-urls"):
                return 200, {}, {"urls": [self._sign(asked, one) for one in requests(asked)]}
            self.seen.append(asked)
            return self.instead(asked, self._answer(asked))

    def made(self, method: str, query: str = "") -> "list[Asked]":
        """The requests to S3 of a method and query."""
        return [
            one for one in self.seen if one.method == method and query in urlsplit(one.path).query
        ]

    def _vend(self, asked: Asked) -> Reply:
        self.vended.append(json.loads(asked.body))
        if self.refuses is not None:
            return self.refuses
        life = self.lives[min(len(self.vended), len(self.lives)) - 1]
        end = datetime.now(timezone.utc) + timedelta(seconds=life)
        keys = {
            "accessKeyId": f"ASIA{len(self.vended)}",
            "secretAccessKey": SECRET,
            "sessionToken": "very-secret-token",
            "expiration": end.isoformat().replace("+00:00", "Z"),
        }
        places = [{"bucket": name, "region": region} for name, region in REGIONS.items()]
        ids = {"vendId": "v", "sessionId": "s", "matchedGrantTargets": self.vended[-1]["targets"]}
        return 200, {}, {"credentials": keys, "buckets": places, **ids}

    def _sign(self, asked: Asked, request: "dict[str, Any]") -> "dict[str, Any]":
        self.signed.append(request)
        target = request["target"]
        if isinstance(target, dict):
            target = f"s3://{target['bucket']}/{target['key']}"
        path = quote(target.removeprefix("s3://"), safe="/~")
        url = f"http://{asked.headers['host']}/{path}?X-Amz-Signature=s"
        return {"method": request["method"], "url": url, "headers": {}, "expiresAt": END}

    def _answer(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        query, place = parse_qs(parts.query, keep_blank_values=True), unquote(parts.path)[1:]
        if "X-Amz-Signature" not in query and (wrong := signature_fault(asked)):
            self.wrong.append(wrong)
            return error(403, "SignatureDoesNotMatch")
        source = unquote(asked.headers.get("x-amz-copy-source", "")).lstrip("/")
        if source and (fault := self._source_fault(source, asked)):
            return fault
        id_ = query.get("uploadId", [""])[0]
        if id_ and id_ not in self.running:
            return error(404, "NoSuchUpload")
        match asked.method:
            case "HEAD":
                return self._head(place, asked)
            case "GET" if "tagging" in query:
                return self._tags(place)
            case "POST" if "uploads" in query:
                self.running[f"id/{len(self.running)}"] = {}
                return 200, {}, f"<R><UploadId>id/{len(self.running) - 1}</UploadId></R>".encode()
            case "PUT" if id_:
                number = int(query["partNumber"][0])
                self.running[id_][number] = asked.headers["x-amz-copy-source-range"]
                return result("CopyPartResult", f'"{number}"')
            case "DELETE":
                del self.running[id_]
                return 204, {}, b""
            case _:
                return self._make(place, asked, source, id_)

    def _source_fault(self, source: str, asked: Asked) -> Reply | None:
        thing = self.things.get(source)
        if thing is None:
            return error(404, "NoSuchKey")
        if asked.headers.get("x-amz-copy-source-if-match", thing.etag) != thing.etag:
            return error(412, "PreconditionFailed", "x-amz-copy-source-If-Match")
        if thing.tags and "x-amz-copy-source-range" not in asked.headers:
            return error(403, "AccessDenied")
        return None

    def _head(self, place: str, asked: Asked) -> Reply:
        thing = self.things.get(place)
        if thing is None:
            return 404, {}, b""
        if asked.headers.get("if-match", thing.etag) != thing.etag:
            return 412, {}, b""
        more = {"ETag": thing.etag, "Content-Length": str(thing.size)}
        return 200, more | thing.meta, b""

    def _tags(self, place: str) -> Reply:
        if not self.reads_tags:
            return error(403, "AccessDenied")
        tags = "".join(f"<Tag><Key>{name}</Key></Tag>" for name in self.things[place].tags)
        return 200, {}, f"<Tagging><TagSet>{tags}</TagSet></Tagging>".encode()

    def _make(self, place: str, asked: Asked, source: str, id_: str) -> Reply:
        if asked.headers.get("if-none-match") == "*" and place in self.things:
            return error(412, "PreconditionFailed", "If-None-Match")
        if not id_:
            self.things[place] = replace(self.things[source], etag='"copy"')
            return result("CopyObjectResult", '"copy"')
        listed = ET.fromstring(asked.body)  # noqa: S314 - of our own client
        sent = [(one.findtext("PartNumber"), one.findtext("ETag")) for one in listed]
        ranges = sorted(self.running.pop(id_).items())
        assert sent == [(str(number), f'"{number}"') for number, _ in ranges]
        spans = [tuple(map(int, text.removeprefix("bytes=").split("-"))) for _, text in ranges]
        assert all(last + 1 == first for (_, last), (first, _) in pairwise(spans))
        self.things[place] = Thing(spans[-1][1] + 1, '"joined"')
        return result("CompleteMultipartUploadResult", '"joined"')


END = "2099-01-01T00:00:00Z"


def requests(asked: Asked) -> "list[dict[str, Any]]":
    found: list[dict[str, Any]] = json.loads(asked.body)["requests"]
    return found


def result(name: str, etag: str) -> Reply:
    """What S3 answers to a copy."""
    return 200, {}, f"<?xml version='1.0'?>\n<{name}><ETag>{etag}</ETag></{name}>".encode()


def error(status: int, code: str, condition: str = "") -> Reply:
    """An error as S3 answers it."""
    return (
        status,
        {},
        f"<Error><Code>{code}</Code><Condition>{condition}</Condition></Error>".encode(),
    )


def signature_fault(asked: Asked) -> str:
    """Why the signature is wrong; empty if it is right.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
    """
    scope, names, signature = (
        part.partition("=")[2]
        for part in asked.headers.get("authorization", "=,=,=").partition(" ")[2].split(", ")
    )
    _, day, region, service, _ = scope.split("/")
    path, _, query = asked.path.partition("?")
    if region != REGIONS[path.split("/")[1]] or service != "s3":
        return f"signed for {service} in {region}"
    if asked.headers["x-amz-security-token"] != "very-secret-token":
        return "without a token"
    if asked.headers["x-amz-content-sha256"] != hashlib.sha256(asked.body).hexdigest():
        return "of another body"
    pairs = sorted(one if "=" in one else f"{one}=" for one in query.split("&") if one)
    canonical = "\n".join(
        [
            asked.method,
            quote(unquote(path), safe="/~"),
            "&".join(pairs),
            *(f"{name}:{' '.join(asked.headers[name].split())}" for name in names.split(";")),
            "",
            names,
            asked.headers["x-amz-content-sha256"],
        ]
    )
    unsigned = {name for name in asked.headers if name.startswith("x-amz-")} - {*names.split(";")}
    key = f"AWS4{SECRET}".encode()
    for text in (day, region, service, "aws4_request"):
        key = hmac.digest(key, text.encode(), "sha256")
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    parts = ("AWS4-HMAC-SHA256", asked.headers["x-amz-date"], scope.partition("/")[2], hashed)
    right = hmac.digest(key, "\n".join(parts).encode(), "sha256").hex()
    return "" if right == signature and not unsigned else f"wrong: {canonical} {unsigned}"


def copying(storage: Storage, serve: Serve) -> Service:
    """The service through which objects are copied."""
    url = serve(storage.reply).url
    service = s3vend.connect(url=url, token=token(url))
    service.patience = Patience(tries=3, sleep=lambda seconds: None)
    return service
