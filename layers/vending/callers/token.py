"""Parses a token, a compact JWS (RFC 7515, 7519), strictly and before anything is verified."""

import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple, NoReturn

from vending.errors import TokenRefused

TOKEN_BYTES = 8192  # API Gateway takes 10,240 bytes of headers
KEY_ID_CHARACTERS = 256

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
# With each of them the token could choose how, or by whose key, it is verified.
_HEADERS_REFUSED = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_TYPES = frozenset({"jwt", "jose", "at+jwt", "application/at+jwt"})


class Token(NamedTuple):
    """A parsed token that is not verified yet."""

    algorithm: str
    key_id: str  # "": the token names no key
    issuer: str
    claims: Mapping[str, object]
    signed: bytes
    signature: bytes


def parse_token(text: str) -> Token:
    """Parse a token; raises ``TokenRefused`` for anything unusual in it."""
    if len(text) > TOKEN_BYTES:
        raise TokenRefused("TooLong")
    segments = text.split(".")
    if len(segments) != 3:
        raise TokenRefused("Malformed")
    decoded = [_decode(segment) for segment in segments]
    if any(b"\\u0000" in part for part in decoded[:2]):
        raise TokenRefused("Malformed")
    try:
        header, claims = read_json(decoded[0]), read_json(decoded[1])
    except ValueError:
        raise TokenRefused("Malformed") from None
    if not _HEADERS_REFUSED.isdisjoint(header):
        raise TokenRefused("HeaderNotAllowed")
    algorithm, kind = header.get("alg"), header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRefused("HeaderNotAllowed")
    if not isinstance(algorithm, str):
        raise TokenRefused("AlgorithmNotAllowed")
    key_id = _key_id(header)
    if not isinstance(issuer := claims.get("iss"), str):
        raise TokenRefused("IssuerUnknown")
    signed = text.rpartition(".")[0].encode()
    return Token(algorithm, key_id, issuer, claims, signed, decoded[2])


def _key_id(header: Mapping[str, object]) -> str:
    key_id = header.get("kid")
    if "kid" not in header:
        return ""
    if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_CHARACTERS:
        raise TokenRefused("KeyUnknown")
    return key_id


def token_hash(text: str) -> str:
    """Return the 32 hexadecimal digits that identify a token in audit records.

    They give no access.
    """
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def read_json(text: bytes) -> dict[str, object]:
    """Read a JSON object that every parser reads alike; raises ``ValueError`` for anything else."""
    try:
        members = _DECODER.decode(text.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(members, dict):
        raise ValueError("not an object")  # noqa: TRY004 - the same error as for invalid JSON
    return members


def _decode(segment: str) -> bytes:
    """Decode base64url without padding; only the one canonical spelling is accepted."""
    if not _SEGMENT.fullmatch(segment):
        raise TokenRefused("Malformed")
    standard = segment.encode().translate(_TO_STANDARD)
    try:
        decoded = a2b_base64(standard + b"=" * (-len(standard) % 4), strict_mode=True)
    except ValueError:
        raise TokenRefused("Malformed") from None
    if b2a_base64(decoded, newline=False).rstrip(b"=") != standard:
        raise TokenRefused("Malformed")
    return decoded


def _unique_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member appears twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_refuse_constant)
