"""The hashing that no signer can avoid, and what it needs to know of a URL."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from hmac import digest
from urllib.parse import parse_qsl, urlsplit

from bench.apparatus.rounds import Call
from vending.sigv4.signing_key import signing_key

SIGNATURE = "X-Amz-Signature"


def hashing(secret: str, urls: Sequence[str]) -> Call:
    """What was hashed for these URLs and nothing else: the canonical requests are there already."""
    canonical_requests = [canonical_request(url) for url in urls]
    before, key = before_and_key(secret, urls[0])
    return lambda: [
        digest(key, before + sha256(one).hexdigest().encode(), "sha256").hex()
        for one in canonical_requests
    ]


def canonical_request(url: str, method: str = "GET") -> bytes:
    """What has to be hashed for the URL."""
    parts = urlsplit(url)
    query = "&".join(sorted(one for one in parts.query.split("&") if SIGNATURE not in one))
    return (
        f"{method}\n{parts.path}\n{query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD".encode()
    )


def before_and_key(secret: str, url: str) -> tuple[bytes, bytes]:
    """The string to sign up to its hash, and the signing key."""
    query = members(url)
    scope = query["X-Amz-Credential"].partition("/")[2]
    before = f"AWS4-HMAC-SHA256\n{query['X-Amz-Date']}\n{scope}\n".encode()
    return before, signing_key(secret, scope)


def members(url: str) -> dict[str, str]:
    """The query, decoded, without what is empty."""
    return dict(parse_qsl(urlsplit(url).query))


def is_right(secret: str, url: str, method: str = "GET") -> bool:
    """Whether S3 would take its signature."""
    before, key = before_and_key(secret, url)
    text = before + sha256(canonical_request(url, method)).hexdigest().encode()
    return members(url)[SIGNATURE] == digest(key, text, "sha256").hex()


def signed_at(url: str) -> datetime:
    """When it was signed."""
    return datetime.strptime(members(url)["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
