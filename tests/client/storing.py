"""A service and an S3 with one object, which may have parts and checksums, as S3 answers."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import s3vend
from s3vend.http.patience import Patience
from s3vend.service.connect import Service
from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token

END = "2099-01-01T00:00:00Z"
TARGET = "s3://b/in/report.csv"


@dataclass
class Stored:
    """The object, and what is done before or in place of an answer of S3."""

    parts: Sequence[bytes]
    checksums: Mapping[str, str] = field(default_factory=dict)  # of a HEAD with checksumMode
    etag: str = '"an-etag"'
    instead: "Callable[[Asked, Reply], Reply]" = lambda asked, reply: reply

    @property
    def data(self) -> bytes:
        return b"".join(self.parts)

    seen: "list[Asked]" = field(default_factory=list)

    def reply(self, asked: Asked) -> Reply:
        self.seen.append(asked)
        if asked.path.endswith("/presigned-urls"):
            body = json.loads(asked.body)
            return 200, {}, {"urls": [self._sign(asked, one) for one in body["requests"]]}
        return self.instead(asked, self._reply(asked))

    def _sign(self, asked: Asked, request: "dict[str, object]") -> "dict[str, object]":
        number = f"&partNumber={request['partNumber']}" if "partNumber" in request else ""
        path = f"/{quote(str(request['target']).removeprefix('s3://'))}"
        mode = {"x-amz-checksum-mode": "ENABLED"} if "checksumMode" in request else {}
        url = f"http://{asked.headers['host']}{path}?X-Amz-Signature=s{number}"
        return {"method": request["method"], "url": url, "headers": mode, "expiresAt": END}

    def _reply(self, asked: Asked) -> Reply:
        if asked.headers.get("if-match", self.etag) != self.etag:
            return 412, {}, b""
        headers = {"ETag": self.etag}
        if asked.method == "GET":
            first, last = map(int, asked.headers["range"].removeprefix("bytes=").split("-"))
            headers["Content-Range"] = f"bytes {first}-{last}/{len(self.data)}"
            return 206, headers, self.data[first : last + 1]
        number = parse_qs(urlsplit(asked.path).query).get("partNumber")
        if number is not None:
            if "if-match" not in asked.headers:  # it could be a part of another version
                return 400, {}, b""
            headers["x-amz-mp-parts-count"] = str(len(self.parts))
            return 206, headers | {"Content-Length": str(len(self.parts[int(number[0]) - 1]))}, b""
        enabled = asked.headers.get("x-amz-checksum-mode") == "ENABLED"
        headers |= self.checksums if enabled else {}
        return 200, headers | {"Content-Length": str(len(self.data))}, b""


def sha256(*parts: bytes) -> "dict[str, str]":
    """The checksum of an object, made of the checksums of its parts if there are several."""
    digests = [hashlib.sha256(part).digest() for part in parts]
    if len(digests) == 1:
        return {"x-amz-checksum-sha256": b64encode(digests[0]).decode()}
    whole = b64encode(hashlib.sha256(b"".join(digests)).digest()).decode()
    return {
        "x-amz-checksum-sha256": f"{whole}-{len(parts)}",
        "x-amz-checksum-type": "COMPOSITE",
    }


def md5(data: bytes) -> str:
    """The ETag of an object that was put as a whole."""
    return f'"{hashlib.md5(data).hexdigest()}"'  # noqa: S324 - as S3 does


def serving_object(stored: Stored, serve: Serve) -> Service:
    """The service through which the object is read."""
    url = serve(stored.reply).url
    service = s3vend.connect(url=url, token=token(url))
    service.patience = Patience(tries=3, sleep=lambda seconds: None)
    return service


def names(directory: Path) -> list[str]:
    """The names in a directory."""
    return sorted(one.name for one in directory.iterdir())
