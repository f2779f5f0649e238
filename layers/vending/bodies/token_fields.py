"""The types of the members of an issuer's entry: what its tokens are for and say, and its keys."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from vending.bodies.fields import seconds
from vending.bodies.issuer_fields import CLAIMS, claim_name, plain_text
from vending.callers.issuer import ALGORITHMS, Claim

LONGEST_LIFETIME = 90_000  # seconds; a day, and an hour for issuers that backdate iat
AUDIENCES, DEPTH = 10, 5
JWKS_BYTES = 16 * 1024
SECRET = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # members of a JWK, RFC 7518


def _audience(value: object) -> tuple[str, ...]:
    audiences = value if isinstance(value, list) else [value]
    if not 1 <= len(audiences) <= AUDIENCES:
        raise ValueError(f"must be one audience, or a list of 1 to {AUDIENCES}")
    return tuple(plain_text(audience) for audience in audiences)


def _claim(value: object) -> Claim:
    if not isinstance(value, dict):
        name = claim_name(value)
        return Claim(name, (name,))
    path = value.get("path")
    if value.keys() != {"name", "path"} or not isinstance(path, list) or not 0 < len(path) <= DEPTH:
        raise ValueError(f"must be a name, or {{name, path}} with a path of 1 to {DEPTH} members")
    return Claim(claim_name(value["name"]), tuple(plain_text(member) for member in path))


def _claims(value: object) -> tuple[Claim, ...]:
    if not isinstance(value, list) or not len(value) <= CLAIMS:
        raise ValueError(f"must be a list of at most {CLAIMS} claims")
    claims = tuple(_claim(entry) for entry in value)
    if len({claim.name for claim in claims}) != len(claims):
        raise ValueError("two claims have the same name")
    return claims


def _claim_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= CLAIMS:
        raise ValueError(f"must be a list of 1 to {CLAIMS} names of claims")
    return tuple(dict.fromkeys(claim_name(name) for name in value))


def _algorithms(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(name in ALGORITHMS for name in value):
        raise ValueError(f"must be a list of one or more of {', '.join(ALGORITHMS)}")
    return tuple(dict.fromkeys(value))


def _jwks(value: object) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("keys"), list):
        raise ValueError("must be a JWKS: an object with a list 'keys'")  # noqa: TRY004 - pydantic reports ValueError only
    if any(isinstance(jwk, dict) and not SECRET.isdisjoint(jwk) for jwk in value["keys"]):
        raise ValueError("must have public keys only: administrators can read what is stored")
    try:
        encoded = json.dumps(value, separators=(",", ":"), sort_keys=True)
    except TypeError:
        raise ValueError("must have JSON values only") from None
    if len(encoded) > JWKS_BYTES:
        raise ValueError(f"must be at most {JWKS_BYTES} bytes of JSON")
    return encoded


Audience = Annotated[tuple[str, ...], PlainValidator(_audience)]
Claims = Annotated[tuple[Claim, ...], PlainValidator(_claims)]
ClaimNames = Annotated[tuple[str, ...], PlainValidator(_claim_names)]
Algorithms = Annotated[tuple[str, ...], PlainValidator(_algorithms)]
Jwks = Annotated[str, PlainValidator(_jwks)]
TokenLifetime = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=LONGEST_LIFETIME)]
