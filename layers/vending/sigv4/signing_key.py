"""The key that Signature Version 4 signs with: one for each day, region and service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from datetime import datetime
from functools import lru_cache, reduce
from hashlib import sha256
from hmac import digest
from typing import TYPE_CHECKING

from vending.times import iso

if TYPE_CHECKING:
    from hashlib import _Hash

# How many derived values are cached. Signing sessions, which hold the secrets, are cached as well.
REMEMBERED = 1000

_BLOCK = 64  # bytes of a block of SHA-256
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def amz_date(now: datetime) -> str:
    """The time in the format of the specification, ``YYYYMMDDTHHMMSSZ`` in UTC."""
    return iso(now).replace("-", "").replace(":", "")


def credential_scope(timestamp: str, region: str) -> str:
    """The scope of a signature: day, region and service."""
    return f"{timestamp[:8]}/{region}/s3/aws4_request"


def signing_key(secret_access_key: str, scope: str) -> bytes:
    """The key derived from the secret for one day, region and service."""
    return reduce(
        lambda key, part: digest(key, part.encode(), "sha256"),
        scope.split("/"),
        b"AWS4" + secret_access_key.encode(),
    )


@lru_cache(maxsize=REMEMBERED)
def hmac_states(secret_access_key: str, scope: str) -> tuple["_Hash", "_Hash"]:
    """Both hashes of an HMAC (RFC 2104) with the signing key, before the message; copy them."""
    key = signing_key(secret_access_key, scope).ljust(_BLOCK, b"\0")
    return sha256(key.translate(_INNER)), sha256(key.translate(_OUTER))
