"""Sends HTTP requests as a caller of the API does, with or without a SigV4 signature."""

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKeys

SECONDS = 60.0  # enough for a cold function on a busy machine
SIGV4_DATE = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; temporary if it has a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Answer(NamedTuple):
    """An HTTP response: header names in lower case; the body as JSON, or as text if it is not."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Call(Protocol):
    """`call` below, with a path in place of the URL."""

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        credentials: Credentials | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> Answer: ...


def call(
    method: str,
    url: str,
    body: object = None,
    credentials: Credentials | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    at: datetime | None = None,
    service: str = "execute-api",
    region: str = "ap-northeast-1",
    timeout: float = SECONDS,
) -> Answer:
    """Send one request; `bytes` and `str` bodies are sent unchanged, other values as JSON.

    `at` is the time of the signature (default: now), `timeout` is in seconds. Raises OSError if
    no answer comes.
    """
    sent = {"Content-Type": "application/json", **(headers or {})}
    data = _bytes(body)
    if credentials is not None:
        sent = signed(
            method, url, data, sent, credentials, at or datetime.now(UTC), service, region
        )
    with urllib3.PoolManager() as pool:
        try:
            response = pool.request(
                method, url, body=data, headers=sent, retries=False, timeout=timeout
            )
        except urllib3.exceptions.HTTPError as error:
            raise OSError(f"no answer from {url}") from error
    received = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, received, _parsed(response.data))


def signed(
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    credentials: Credentials,
    at: datetime,
    service: str,
    region: str,
) -> dict[str, str]:
    """Return the headers with a SigV4 signature for this request."""
    keys = SigningKeys(credentials.access_key_id, credentials.secret_access_key)
    auth = SigV4Auth(keys, service, region)
    request = AWSRequest(method, url, dict(headers), body)
    stamp = request.context["timestamp"] = at.strftime(SIGV4_DATE)
    request.headers["X-Amz-Date"] = stamp
    if credentials.session_token is not None:
        request.headers["X-Amz-Security-Token"] = credentials.session_token
    names = auth.signed_headers(auth.headers_to_sign(request))
    text = auth.string_to_sign(request, auth.canonical_request(request))
    request.headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, "
        f"SignedHeaders={names}, Signature={auth.signature(text, request)}"
    )
    return dict(request.headers.items())


def caller(base: str) -> Call:
    """Return `call` for paths under one base URL."""

    def bound(
        method: str,
        path: str,
        body: object = None,
        credentials: Credentials | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        at: datetime | None = None,
    ) -> Answer:
        return call(method, base + path, body, credentials, headers=headers, at=at)

    return bound


def _bytes(body: object) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else jsonlib.dumps(body)).encode()


def _parsed(body: bytes) -> Any:
    text = body.decode(errors="replace")
    try:
        return jsonlib.loads(text)
    except ValueError:
        return text
