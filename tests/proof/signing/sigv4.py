"""The receiving side of Signature Version 4, written from its specification and from nothing else.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
NO_PAYLOAD = hashlib.sha256(b"").hexdigest()
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"


def signed_and_expected(
    secret: str, method: str, target: str, headers: Mapping[str, str], payload: str
) -> tuple[str, str]:
    """The signature that a presigned request has, and the one that it should have.

    ``target`` is the path and the query as they are sent, ``headers`` all that come with it,
    ``payload`` the hash of the body or what stands for it.
    """
    path, _, query = target.partition("?")
    parameters = {
        unquote_to_bytes(name): unquote_to_bytes(value)
        for name, _, value in (one.partition("=") for one in query.split("&"))
    }
    signature = parameters.pop(b"X-Amz-Signature").decode()
    names = parameters[b"X-Amz-SignedHeaders"].decode().split(";")
    assert names == sorted(names)
    assert "host" in names
    _, scope = parameters[b"X-Amz-Credential"].decode().split("/", 1)

    sent = {name.lower(): value for name, value in headers.items()}
    canonical_request = "\n".join(
        [
            method,
            "/".join(uri_encode(unquote_to_bytes(segment)) for segment in path.split("/")),
            "&".join(
                f"{name}={value}"
                for name, value in sorted(
                    (uri_encode(name), uri_encode(value)) for name, value in parameters.items()
                )
            ),
            *(f"{name}:{trim(sent[name])}" for name in names),
            "",
            ";".join(names),
            payload,
        ]
    )
    string_to_sign = "\n".join(
        [
            parameters[b"X-Amz-Algorithm"].decode(),
            parameters[b"X-Amz-Date"].decode(),
            scope,
            hashlib.sha256(canonical_request.encode()).hexdigest(),
        ]
    )
    return signature, _hmac(signing_key(secret, scope), string_to_sign).hex()


def signing_key(secret: str, scope: str) -> bytes:
    """Of a secret, for ``date/region/service/aws4_request``."""
    date, region, service, end = scope.split("/")
    of_the_date = _hmac(("AWS4" + secret).encode(), date)
    of_the_region = _hmac(of_the_date, region)
    of_the_service = _hmac(of_the_region, service)
    return _hmac(of_the_service, end)


def uri_encode(octets: bytes) -> str:
    """Every byte but the unreserved ones as ``%XY``, in capitals."""
    return "".join(chr(one) if one in UNRESERVED else f"%{one:02X}" for one in octets)


def trim(value: str) -> str:
    """No spaces around, and one instead of several inside."""
    return re.sub(" +", " ", value.strip(" "))


def _hmac(key: bytes, message: str) -> bytes:
    return hmac.new(key, message.encode(), hashlib.sha256).digest()
