"""A compact JWS (RFC 7515, 7519) taken apart strictly, before anything in it is believed."""

import json
import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import NoReturn

from vending.errors import TokenRefused

TOKEN_BYTES = 8192  # API Gateway's headers end at 10,240
KEY_ID_CHARACTERS = 256

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
# Each would let the token choose how, or with whose key, it is verified.
_HEADERS_REFUSED = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_TYPES = frozenset({"jwt", "jose", "at+jwt", "application/at+jwt"})


@dataclass(frozen=True, slots=True)
class Token:
    """A token that nobody has verified yet."""

    algorithm: str
    key_id: str
    issuer: str
    claims: Mapping[str, object]
    signed: bytes
    signature: bytes


def parse_token(text: str) -> Token:
    """The parts of a token; raises ``TokenRefused`` for anything out of the ordinary."""
    if len(text) > TOKEN_BYTES:
        raise TokenRefused("TooLong")
    segments = text.split(".")
    if len(segments) != 3:
        raise TokenRefused("Malformed")
    decoded = [_decoded(segment) for segment in segments]
    if any(b"\\u0000" in part for part in decoded[:2]):
        raise TokenRefused("Malformed")
    try:
        header, claims = read_json(decoded[0]), read_json(decoded[1])
    except ValueError:
        raise TokenRefused("Malformed") from None
    if not _HEADERS_REFUSED.isdisjoint(header):
        raise TokenRefused("HeaderNotAllowed")
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise TokenRefused("HeaderNotAllowed")
    if not isinstance(algorithm, str):
        raise TokenRefused("AlgorithmNotAllowed")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= KEY_ID_CHARACTERS:
        raise TokenRefused("KeyUnknown")
    if not isinstance(issuer := claims.get("iss"), str):
        raise TokenRefused("IssuerUnknown")
    signed = text.rpartition(".")[0].encode()
    return Token(algorithm, key_id, issuer, claims, signed, decoded[2])


def token_hash(text: str) -> str:
    """Tells a token's uses apart in audit records, and opens nothing: 32 hexadecimal digits."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def read_json(text: bytes) -> dict[str, object]:
    """A JSON object that everybody reads alike; raises ``ValueError`` for anything else."""
    try:
        members = _DECODER.decode(text.decode())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(members, dict):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all that is not one
    return members


def _decoded(segment: str) -> bytes:
    """Of base64url without padding, in the one spelling that the bytes have."""
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


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_constant=_no_constant)
