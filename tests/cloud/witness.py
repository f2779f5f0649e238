"""Every secret that goes over the wire of a test run, whoever sends it, and every error body."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import pytest
from urllib3 import HTTPConnectionPool, HTTPResponse

FINGERPRINT = 20  # characters at the end of a secret: tokens of one issuer begin alike

_NAMES = "secretAccessKey|sessionToken|Token|x-amz-signature|x-amz-security-token"
_SECRETS = (
    # A member in JSON, also in JSON within JSON, and an element of AWS's XML.
    re.compile(rf'\\?"(?:{_NAMES})\\?": ?\\?"([^"\\]+)', re.IGNORECASE),
    re.compile(r"<(?:SecretAccessKey|SessionToken)>([^<]+)<"),
    re.compile(r"\bSignature=([0-9a-f]{64})"),  # of a URL or of a header
    re.compile(r"Security-Token=([^&\"\\ ]+)", re.IGNORECASE),
    re.compile(r'\["[^"]*", ?"([0-9a-f]{64})"\]'),  # of the compact form
    re.compile(r"/s/([a-z2-7]{32})\b"),  # a link's token
    re.compile(r'name="ticket" value="([^"]+)"'),
)
_IN_FORM = re.compile("(?:WebIdentityToken|ticket|password)=([^&]+)")
_PASSWORD = re.compile(r'"password": ?"([^"]+)"')  # of a new share
_RUN = re.compile(rf"[A-Za-z0-9+/=_.-]{{{FINGERPRINT},}}")
_API = "/_user_request_/"


class Witness:
    """What was seen so far."""

    def __init__(self) -> None:
        self.secrets: set[str] = set()
        self.errors: set[str] = set()

    def sends(self, url: str, headers: Any, body: object = None) -> None:
        """A request goes out."""
        if isinstance(body, (bytes, str)):
            self._keep(_IN_FORM.findall(_text(body)))
            self._keep(_PASSWORD.findall(_text(body)))
        self._keep(_IN_FORM.findall(url))
        given = {name.lower(): _text(value) for name, value in dict(headers or {}).items()}
        authorization = given.get("authorization", "")
        self._look(url, authorization)
        if not authorization.startswith("AWS4-"):
            self._keep([authorization.rpartition(" ")[2]])
        self._keep([given.get("x-amz-security-token", "")])

    def receives(self, url: str, status: int, body: bytes) -> None:
        """An answer, or a part of it, comes in."""
        if body[:1] not in (b"{", b"[", b"<"):
            return
        text = body.decode(errors="replace")
        if status >= 400:
            if _API in url:
                self.errors.add(text)
        else:
            self._look(text)

    def found_in(self, texts: Iterable[str]) -> set[str]:
        """The ends of those secrets that are in these texts."""
        ends = {secret[-FINGERPRINT:] for secret in self.secrets}
        return {
            run[start : start + FINGERPRINT]
            for text in texts
            for run in _RUN.findall(text)
            for start in range(len(run) - FINGERPRINT + 1)
        } & ends

    def _look(self, *texts: str) -> None:
        for text in texts:
            for pattern in _SECRETS:
                self._keep(pattern.findall(text))

    def _keep(self, found: Iterable[str]) -> None:
        for one in found:
            if len(plain := unquote(one)) >= FINGERPRINT:
                self.secrets.add(plain)


@contextmanager
def watching() -> Iterator[Witness]:
    """All that urllib3 sends and reads meanwhile: boto3 uses it too."""
    witness = Witness()
    urlopen, read = HTTPConnectionPool.urlopen, HTTPResponse.read

    def sending(pool: Any, method: str, url: str, *more: Any, **named: Any) -> Any:
        headers = named.get("headers", more[1] if len(more) > 1 else None)
        body = named.get("body", more[0] if more else None)
        witness.sends(url, headers, body)
        return urlopen(pool, method, url, *more, **named)

    def reading(response: Any, *more: Any, **named: Any) -> bytes:
        body = read(response, *more, **named)
        witness.receives(response.geturl() or "", response.status, body)
        return body

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPConnectionPool, "urlopen", sending)
        patch.setattr(HTTPResponse, "read", reading)
        yield witness


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
