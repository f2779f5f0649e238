"""The types of members of issuers, and of grantees outside AWS."""

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from vending.bodies.fields import seconds, text
from vending.callers.grantee_keys import VALUE_BYTES
from vending.callers.issuer import ALGORITHMS, LARGEST, Claim, is_plain
from vending.callers.issuer_url import ISSUER_URL
from vending.grants.scope import CLAIM_NAME, PATH

ISSUER_CHARACTERS = 200
LONGEST_LIFETIME = 90_000  # seconds; a day, and an hour for issuers that backdate iat
AUDIENCES, CLAIMS, DEPTH = 10, 50, 5
JWKS_BYTES = 16 * 1024
SECRET = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # members of a JWK, RFC 7518


def _issuer(value: object) -> str:
    url = text(value)
    if len(url) > ISSUER_CHARACTERS or not ISSUER_URL.fullmatch(url):
        raise ValueError(
            "must be the issuer's URL as in its tokens: https://host or https://host/path (http: "
            f"only with pinned keys), at most {ISSUER_CHARACTERS} characters"
        )
    return url


def _plain(value: object) -> str:
    if not is_plain(plain := text(value)):
        raise ValueError(f"must be 1 to {VALUE_BYTES} bytes of text without control characters")
    return plain


def _audience(value: object) -> tuple[str, ...]:
    audiences = value if isinstance(value, list) else [value]
    if not 1 <= len(audiences) <= AUDIENCES:
        raise ValueError(f"must be one audience, or a list of 1 to {AUDIENCES}")
    return tuple(_plain(audience) for audience in audiences)


def _claim_name(value: object) -> str:
    name = text(value)
    if not re.fullmatch(CLAIM_NAME, name) or name.endswith(PATH):
        raise ValueError(
            "a claim's name must be 1 to 64 letters, digits, '_', '.', ':' or '-' and not end with "
            f"'{PATH}'; for others, and for nested members, write {{name: …, path: [member, …]}}"
        )
    return name


def _claim(value: object) -> Claim:
    if not isinstance(value, dict):
        name = _claim_name(value)
        return Claim(name, (name,))
    path = value.get("path")
    if value.keys() != {"name", "path"} or not isinstance(path, list) or not 0 < len(path) <= DEPTH:
        raise ValueError(f"must be a name, or {{name, path}} with a path of 1 to {DEPTH} members")
    return Claim(_claim_name(value["name"]), tuple(_plain(member) for member in path))


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
    return tuple(dict.fromkeys(_claim_name(name) for name in value))


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


def _claim_values(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= CLAIMS:
        raise ValueError(f"must be an object of 1 to {CLAIMS} claims, each with its value")
    return tuple(sorted((_claim_name(name), _claim_value(item)) for name, item in value.items()))


def _exact_claims(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= CLAIMS:
        raise ValueError(f"must be an object of 1 to {CLAIMS} claims, each with its value")
    return tuple(sorted((_claim_name(name), _exact_claim(item)) for name, item in value.items()))


def _exact_claim(value: object) -> str:
    if not isinstance(value, list):
        return _claim_value(value)
    if len(value) > CLAIMS:
        raise ValueError(f"a list has at most {CLAIMS} values")
    return f"[{', '.join(map(_claim_value, value))}]"


def _claim_value(value: object) -> str:
    is_number = isinstance(value, int) and abs(value) < LARGEST
    if is_number or (isinstance(value, str) and is_plain(value)):
        return json.dumps(value)
    raise ValueError(
        f"a claim's value must be text of 1 to {VALUE_BYTES} bytes, a whole number, true or false"
    )


IssuerUrl = Annotated[str, PlainValidator(_issuer)]
Audience = Annotated[tuple[str, ...], PlainValidator(_audience)]
Subject = Annotated[str, PlainValidator(_plain)]
Claims = Annotated[tuple[Claim, ...], PlainValidator(_claims)]
ClaimNames = Annotated[tuple[str, ...], PlainValidator(_claim_names)]
ClaimValues = Annotated[tuple[tuple[str, str], ...], PlainValidator(_claim_values)]
ExactClaims = Annotated[tuple[tuple[str, str], ...], PlainValidator(_exact_claims)]
Algorithms = Annotated[tuple[str, ...], PlainValidator(_algorithms)]
Jwks = Annotated[str, PlainValidator(_jwks)]
TokenLifetime = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=LONGEST_LIFETIME)]
