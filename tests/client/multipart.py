"""A service and an S3 that take uploads whole and in parts, and keep them in memory."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree as ET

import s3vend
from s3vend.http.patience import Patience
from s3vend.service.connect import Service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token

END = "2099-01-01T00:00:00Z"
FIVE_MIB = 5 * 1024 * 1024


@dataclass
class Bucket:
    """What S3 has, and what is answered in place of its answer."""

    objects: "dict[str, bytes]" = field(default_factory=dict)
    running: "dict[str, dict[int, bytes]]" = field(default_factory=dict)
    started: "list[dict[str, Any]]" = field(default_factory=list)
    signed: "list[dict[str, Any]]" = field(default_factory=list)
    seen: "list[Asked]" = field(default_factory=list)
    instead: Callable[[Asked, Reply], Reply] = lambda asked, reply: reply
    refuse_unknown_size: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reply(self, asked: Asked) -> Reply:
        route = urlsplit(asked.path).path.rpartition("/web-identity/")[2]
        with self._lock:
            if "/web-identity/" in asked.path:
                return self._sign(asked, route)
            self.seen.append(asked)
            return self.instead(asked, self._store(asked))

    def _sign(self, asked: Asked, route: str) -> Reply:
        body = json.loads(asked.body)
        if route == "presigned-urls":
            self.signed += body["requests"]
            return 200, {}, {"urls": [self._url(asked, one) for one in body["requests"]]}
        if route == "multipart-uploads":
            return self._start(asked, body)
        _, id_, action = route.split("/")
        target = self.started[int(id_)]["target"]
        methods = {"completion": "POST", "abort": "DELETE"}
        if action in methods:
            more = {"If-None-Match": "*"} if "ifNoneMatch" in body else {}
            one = {"method": methods[action], "target": target}
            return 200, {}, self._url(asked, one, f"&uploadId={id_}", more)
        urls = [
            {"partNumber": number}
            | self._url(
                asked, {"method": "PUT", "target": target}, f"&uploadId={id_}&partNumber={number}"
            )
            for number in range(body["from"], body["to"] + 1)
        ]
        return 200, {}, {"parts": urls}

    def _start(self, asked: Asked, body: "dict[str, Any]") -> Reply:
        if self.refuse_unknown_size and "size" not in body:
            fault = {"pointer": "/size", "detail": "is required because the grant limits uploads"}
            return 400, {}, {"status": 400, "code": "InvalidRequest", "errors": [fault]}
        id_ = str(len(self.started))
        self.started.append(body)
        self.running[id_] = {}
        size = {"partSize": body.get("partSize", FIVE_MIB)} if "size" in body else {}
        return 200, {}, {"uploadId": id_, **size}

    def _url(
        self,
        asked: Asked,
        request: "dict[str, Any]",
        query: str = "",
        more: "dict[str, str] | None" = None,
    ) -> "dict[str, Any]":
        path = f"/{quote(request['target'].removeprefix('s3://'))}"
        headers = dict(more or {})
        named = {"contentType": "Content-Type", "ifNoneMatch": "If-None-Match"}
        headers |= {named[name]: value for name, value in request.items() if name in named}
        url = f"http://{asked.headers['host']}{path}?X-Amz-Signature=s{query}"
        return {"method": request["method"], "url": url, "headers": headers, "expiresAt": END}

    def _store(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        query, key = parse_qs(parts.query), parts.path
        id_ = query.get("uploadId", [""])[0]
        if id_ and id_ not in self.running:
            return 404, {}, b"<Error><Code>NoSuchUpload</Code></Error>"
        if "if-none-match" in asked.headers and key in self.objects:
            return 412, {}, b"<Error><Code>PreconditionFailed</Code></Error>"
        match asked.method, id_:
            case "PUT", "":
                self.objects[key] = asked.body
            case "PUT", _:
                self.running[id_][int(query["partNumber"][0])] = asked.body
            case "POST", _:
                listed = ET.fromstring(asked.body).iter()  # noqa: S314 - of our own client
                numbers = [int(one.text or 0) for one in listed if one.tag.endswith("PartNumber")]
                sent = self.running.pop(id_)
                self.objects[key] = b"".join(sent[number] for number in numbers)
                return 200, {}, b"<R><ETag>e</ETag></R>"
            case "DELETE", _:
                del self.running[id_]
                return 204, {}, b""
            case _:
                if key not in self.objects:
                    return 404, {}, b""
                return 200, {"ETag": etag(self.objects[key])}, b""
        return 200, {"ETag": etag(asked.body)}, b""


def etag(body: bytes) -> str:
    """The ETag of what is put as a whole."""
    return f'"{md5(body).hexdigest()}"'  # noqa: S324 - as S3 does


def uploading_to(bucket: Bucket, serve: Serve) -> Service:
    """The service through which something is uploaded."""
    url = serve(bucket.reply).url
    service = s3vend.connect(url=url, token=token(url))
    service.patience = Patience(tries=3, sleep=lambda seconds: None)
    return service
