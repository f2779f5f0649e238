"""Presigned S3 URLs: Signature Version 4 in the query string, with an unsigned payload.

The names follow the specification:
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

from binascii import hexlify
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

from vending.grants.grant import Permission
from vending.partitions import DNS_SUFFIXES
from vending.sessions.session import Credentials
from vending.sigv4.signing_key import REMEMBERED, amz_date, credential_scope, hmac_states

if TYPE_CHECKING:
    from hashlib import _Hash

Method = Literal["GET", "PUT", "HEAD", "DELETE", "POST"]
PERMISSION_FOR: Mapping[Method, Permission] = {
    "GET": Permission.READ,
    "HEAD": Permission.READ,
    "PUT": Permission.WRITE,
    "POST": Permission.WRITE,
    "DELETE": Permission.WRITE,
}
# By the method of a request for a URL; a listing is signed as a GET of the bucket.
NEEDED: Mapping[str, Permission] = {
    **{str(method): permission for method, permission in PERMISSION_FOR.items()},
    "LIST": Permission.READ,
}
type Named = Mapping[str, str]  # headers or query parameters

ALGORITHM = "AWS4-HMAC-SHA256"

_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
_FEW = 64  # distinct bytes to encode by one replacement each; if more, a table is faster
_ENCODED = [chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in range(256)]
_NOTHING: Named = {}


class Endpoint(NamedTuple):
    """Where a bucket answers: its URL up to the key, and the two parts of it that are signed."""

    base: str  # scheme, host and path before the key; ends with '/'
    host: str
    path: str


@lru_cache(maxsize=REMEMBERED)  # every batch of a bucket has the same
def endpoint_of(bucket: str, region: str, partition: str, override: str = "") -> Endpoint:
    """The bucket's regional endpoint, virtual-hosted; path-style if the bucket's name has a dot.

    A name with a dot does not match S3's certificate. ``override`` (``http://host:port``) replaces
    the endpoint and is path-style too.
    """
    if override:
        return Endpoint(f"{override}/{bucket}/", override.partition("://")[2], f"/{bucket}/")
    host = f"s3.{region}.{DNS_SUFFIXES[partition]}"
    if "." in bucket:
        return Endpoint(f"https://{host}/{bucket}/", host, f"/{bucket}/")
    host = f"{bucket}.{host}"
    return Endpoint(f"https://{host}/", host, "/")


@lru_cache(maxsize=REMEMBERED)  # every batch below a prefix has the same
def below(endpoint: Endpoint, prefix: str) -> Endpoint:
    """The endpoint with ``prefix`` in its path, for keys that are given without the prefix."""
    path = encode_path(prefix)
    return Endpoint(endpoint.base + path, endpoint.host, endpoint.path + path)


class Signer(NamedTuple):
    """Signs keys; a URL is ``{base}{path}?{query}&X-Amz-Signature={signature}``."""

    base: str
    query: str
    sign: Callable[[Sequence[str]], list[tuple[str, str]]]  # encoded path and signature of each key

    def urls(self, keys: Sequence[str]) -> list[str]:
        """The URL of each key, in the same order."""
        rest = f"?{self.query}&X-Amz-Signature="
        return [f"{self.base}{path}{rest}{signature}" for path, signature in self.sign(keys)]

    def __call__(self, key: str) -> str:
        """The URL of one key."""
        return self.urls([key])[0]


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
    """A signer of keys for one method and one lifetime in seconds.

    ``headers`` and ``query`` are signed too: the client must send exactly these headers. What all
    keys share is computed once: the canonical request except the path, and three hash states that
    are copied for each URL (the request's hash up to the key, and both hashes of the HMAC). One
    loop signs all keys, because calls would take a tenth of the time.
    """
    timestamp = amz_date(now)
    scope = credential_scope(timestamp, region)
    names, canonical_headers = "host", f"host:{endpoint.host}\n"
    if headers:
        signed = {"host": endpoint.host, **{name.lower(): _trim(headers[name]) for name in headers}}
        names = ";".join(ordered := sorted(signed))
        canonical_headers = "".join([f"{name}:{signed[name]}\n" for name in ordered])
    credential = _encode_cached(f"{credentials.access_key_id}/{scope}")
    begin = f"X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}"
    begin = f"{begin}&X-Amz-Date={timestamp}&X-Amz-Expires={expires}"
    token = credentials.session_token
    token = f"&X-Amz-Security-Token={_encode_cached(token)}" if token else ""
    end = f"&X-Amz-SignedHeaders={_encode_cached(names)}"
    shown_query, canonical_query = f"{begin}{end}{token}", f"{begin}{token}{end}"  # sorted by name
    if query:
        more = [f"{_encode(name)}={_encode(value)}" for name, value in query.items()]
        shown_query = "&".join([*more, shown_query])
        canonical_query = "&".join(sorted([*more, *canonical_query.split("&")], key=_name))

    before_key = _hash_before_key(method, endpoint.path)
    after_key = f"\n{canonical_query}\n{canonical_headers}\n{names}\nUNSIGNED-PAYLOAD".encode()
    string_to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n".encode()

    inner, outer = hmac_states(credentials.secret_access_key, scope)
    inner = inner.copy()
    inner.update(string_to_sign)

    def sign(keys: Sequence[str]) -> list[tuple[str, str]]:
        (paths, encoded), signatures = encode_paths(keys), []
        for path in encoded:
            hashed_request = before_key.copy()
            hashed_request.update(path + after_key)
            message = inner.copy()
            message.update(hexlify(hashed_request.digest()))
            signature = outer.copy()
            signature.update(message.digest())
            signatures.append(signature.hexdigest())
        return list(zip(paths, signatures, strict=False))  # without keys, split() gives one part

    return Signer(endpoint.base, shown_query, sign)


def encode_paths(keys: Sequence[str]) -> tuple[Sequence[str], list[bytes]]:
    """``encode_path`` of each key, and the same as bytes.

    All are encoded at once, unless a key contains a line feed.
    """
    paths, together = keys, "\n".join(keys)
    encoded = together.encode()
    if encoded.translate(None, _UNRESERVED) != b"\n" * (len(keys) - 1):
        apart = together.count("\n") >= len(keys)
        paths = [*map(encode_path, keys)] if apart else encode_path(together).split("%0A")
        encoded = "\n".join(paths).encode("ascii")
    return paths, encoded.split(b"\n")


def encode_path(key: str) -> str:
    """UTF-8, percent-encoded except unreserved characters and ``/``; nothing is normalised."""
    encoded = key.encode()
    if not (reserved := set(encoded.translate(None, _UNRESERVED))):
        return key
    if len(reserved) > _FEW:
        return encoded.decode("latin-1").translate(_ENCODED)
    for byte in sorted(reserved, key=ord("%").__ne__):  # '%' first: every replacement contains one
        encoded = encoded.replace(bytes((byte,)), b"%%%02X" % byte)
    return encoded.decode("ascii")


def _encode(value: str) -> str:
    """Encode for a query: like ``encode_path``, and ``/`` too."""
    return encode_path(value).replace("/", "%2F")


@lru_cache(maxsize=REMEMBERED)  # every batch below a prefix has the same
def _hash_before_key(method: Method, path: str) -> "_Hash":
    """The hash of a canonical request up to the key; copy it."""
    return sha256(f"{method}\n{path}".encode())


_encode_cached = lru_cache(maxsize=2 * REMEMBERED)(_encode)  # every URL of a session has these


def _name(parameter: str) -> str:
    return parameter.partition("=")[0]


def _trim(value: str) -> str:
    return " ".join(value.split())
