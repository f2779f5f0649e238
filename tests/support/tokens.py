"""Tokens and the keys that sign them, as an issuer makes both."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

from tests.support.make import NOW, record
from tests.support.running.server import Answers, answering
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import named_key
from vending.callers.web_identity import authenticate, read_keys

ISSUER = "https://login.example.com"
AUDIENCE = "https://vend.example.com"
KEY_ID = "key-1"

type PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def rsa_key(name: str = "one", bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, the same one for each name."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """A key on this curve."""
    return ec.generate_private_key(curve())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    """An Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def jwk(key: PrivateKey, key_id: str = KEY_ID, **members: object) -> dict[str, Any]:
    """The public half, as it stands in a JWKS."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        made = RSAAlgorithm.to_jwk(public, as_dict=True)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        made = ECAlgorithm.to_jwk(public, as_dict=True)
    else:
        made = OKPAlgorithm.to_jwk(public, as_dict=True)
    made.pop("key_ops", None)
    return {**made, "kid": key_id, "use": "sig", **members}


def jwks(*keys: dict[str, Any]) -> bytes:
    """A JWKS of these keys; without any, of the one that ``sign`` uses."""
    return json.dumps({"keys": keys or (jwk(rsa_key()),)}).encode()


def issuer(url: str = ISSUER, **members: Any) -> Issuer:
    """An issuer that is trusted."""
    return Issuer(**{"url": url, "audience": (AUDIENCE,)} | members)


def claims(**members: object) -> dict[str, object]:
    """Claims that are accepted at ``NOW``; None takes one away."""
    now = int(NOW.timestamp())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 600}
    return {name: value for name, value in (usual | members).items() if value is not None}


def sign(
    payload: Mapping[str, object] | None = None,
    *,
    key: PrivateKey | None = None,
    algorithm: str = "RS256",
    **header: object,
) -> str:
    """A signed token; by default one that is accepted."""
    headers = {"kid": KEY_ID} | header
    return jwt.encode(
        dict(claims() if payload is None else payload), key or rsa_key(), algorithm, headers=headers
    )


def segment(value: object) -> str:
    """One part of a token: bytes as they are, anything else as JSON, in base64url."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).decode().rstrip("=")


def accept(token: str, *issuers: Issuer, keys: bytes | None = None) -> WebIdentity:
    """What the authorizer makes of a token, with one JWKS for all issuers."""
    found = read_keys(keys or jwks())
    return authenticate(
        token,
        record(),
        issuers={one.url: one for one in issuers or (issuer(),)},
        find_key=lambda _, key_id, algorithm: named_key(found, key_id, algorithm),
        now=NOW,
    )


def compact(
    header: object, payload: object, *, key: PrivateKey | None = None, algorithm: str = "RS256"
) -> str:
    """A signed token of exactly these parts, each as ``segment`` takes it."""
    signed = f"{segment(header)}.{segment(payload)}"
    signature = get_default_algorithms()[algorithm].sign(signed.encode(), key or rsa_key())
    return f"{signed}.{segment(signature)}"


@contextmanager
def served(documents: Mapping[str, object]) -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its URL, and the paths that were asked for.

    ``$URL`` in a document is the server's own.
    """
    asked: list[str] = []

    class Handler(Answers):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            asked.append(self.path)
            found = json.dumps(documents.get(self.path)).replace("$URL", url).encode()
            self.answer(200 if self.path in documents else 404, found)

    with answering(Handler) as url:
        yield url, asked
