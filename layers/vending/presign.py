"""Presigned S3 URLs: Signature Version 4 in the query string, the payload unsigned.

The names follow the specification:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from binascii import hexlify
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from hashlib import sha256
from hmac import digest
from typing import Literal

from vending.principal import dns_suffix
from vending.session import Credentials

Method = Literal["GET", "PUT", "HEAD", "DELETE", "POST"]
type Named = Mapping[str, str]  # headers or query parameters

ALGORITHM = "AWS4-HMAC-SHA256"

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]
_BLOCK = 64  # bytes of a block of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_NOTHING: Named = {}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a bucket answers: the URL up to its keys, and the two parts that get signed."""

    base: str  # scheme, host and path before the key; ends with '/'
    host: str
    path: str


def endpoint_of(bucket: str, region: str, partition: str, override: str = "") -> Endpoint:
    """The regional endpoint, virtual-hosted; path style for a bucket with a dot.

    A dotted name would not match S3's certificate. ``override`` (``http://host:port``) replaces
    the endpoint and is path style too.
    """
    if override:
        return Endpoint(f"{override}/{bucket}/", override.partition("://")[2], f"/{bucket}/")
    host = f"s3.{region}.{dns_suffix(partition)}"
    if "." in bucket:
        return Endpoint(f"https://{host}/{bucket}/", host, f"/{bucket}/")
    host = f"{bucket}.{host}"
    return Endpoint(f"https://{host}/", host, "/")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs keys; a URL is ``base``, path, ``?``, ``query``, ``&X-Amz-Signature=``, signature."""

    base: str
    query: str
    sign: Callable[[str], tuple[str, str]]  # from a key to its path and its signature

    def __call__(self, key: str) -> str:
        """The URL of a key."""
        path, signature = self.sign(key)
        return f"{self.base}{path}?{self.query}&X-Amz-Signature={signature}"


def signer(
    credentials: Credentials,
    endpoint: Endpoint,
    *,
    region: str,
    method: Method,
    expires: int,
    now: datetime,
    headers: Named = _NOTHING,
    query: Named = _NOTHING,
) -> Signer:
    """What signs keys for one method and lifetime (seconds).

    ``headers`` and ``query`` are signed too: whoever uses the URL sends these headers exactly.
    What all keys share is computed once: the canonical request but for the path, and three states
    that are copied for each URL: of its hash up to the key, and of the HMAC with the signing key.
    """
    timestamp = amz_date(now)
    scope = credential_scope(timestamp, region)
    sent = {"host": endpoint.host, **{name.lower(): _trimmed(headers[name]) for name in headers}}
    names = ";".join(sorted(sent))
    parameters = [
        *((_encode(name), _encode(value)) for name, value in query.items()),
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", _encode(f"{credentials.access_key_id}/{scope}")),
        ("X-Amz-Date", timestamp),
        ("X-Amz-Expires", str(expires)),
        ("X-Amz-SignedHeaders", _encode(names)),
    ]
    if token := credentials.session_token:
        parameters.append(("X-Amz-Security-Token", _encode(token)))

    canonical_headers = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    before_key = sha256(f"{method}\n{endpoint.path}".encode())
    canonical_query = _joined(sorted(parameters))
    after_key = f"\n{canonical_query}\n{canonical_headers}\n{names}\nUNSIGNED-PAYLOAD".encode()
    string_to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n".encode()

    key = signing_key(credentials.secret_access_key, scope).ljust(_BLOCK, b"\0")
    inner = sha256(key.translate(_INNER) + string_to_sign)
    outer = sha256(key.translate(_OUTER))

    def sign(key: str) -> tuple[str, str]:
        path = encode_path(key)
        hashed_request = before_key.copy()
        hashed_request.update(path.encode("ascii") + after_key)
        message = inner.copy()
        message.update(hexlify(hashed_request.digest()))
        signature = outer.copy()
        signature.update(message.digest())
        return path, signature.hexdigest()

    return Signer(endpoint.base, _joined(parameters), sign)


def amz_date(now: datetime) -> str:
    """The time as the specification writes it."""
    return now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def credential_scope(timestamp: str, region: str) -> str:
    """Of a signature: day, region and service."""
    return f"{timestamp[:8]}/{region}/s3/aws4_request"


def signing_key(secret_access_key: str, scope: str) -> bytes:
    """The key derived from the secret for one day, region and service."""
    return reduce(
        lambda key, part: digest(key, part.encode(), "sha256"),
        scope.split("/"),
        b"AWS4" + secret_access_key.encode(),
    )


def encode_path(key: str) -> str:
    """UTF-8, percent-encoded but for unreserved characters and ``/``; nothing normalised."""
    raw = key.encode()
    if not raw.translate(None, _UNRESERVED):
        return key
    return raw.decode("latin-1").translate(_ENCODED)


def _encode(value: str) -> str:
    """As in a query: ``/`` is encoded too. A token is long and has few kinds of bytes to encode."""
    encoded = value.encode()
    if reserved := encoded.translate(None, _UNRESERVED):
        # '%' first, since the others bring it in
        for byte in sorted(set(reserved), key=ord("%").__ne__):
            encoded = encoded.replace(bytes((byte,)), b"%%%02X" % byte)
        value = encoded.decode("ascii")
    return value.replace("/", "%2F")


def _joined(parameters: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in parameters])


def _trimmed(value: str) -> str:
    return " ".join(value.split())
