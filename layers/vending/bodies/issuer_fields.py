"""The members of issuers and of grantees outside AWS: how each is read."""

import json
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from vending.bodies.fields import seconds, text
from vending.callers.identity import VALUE_BYTES
from vending.callers.issuer import ALGORITHMS, LARGEST, Claim, is_plain
from vending.callers.issuer_url import HTTPS_URL, is_local
from vending.grants.scope import CLAIM_NAME, PATH

ISSUER_CHARACTERS = 200
LONGEST_LIFETIME = 90_000  # seconds; a day, and room for issuers that date back iat
AUDIENCES, CLAIMS, DEPTH = 10, 50, 5
JWKS_BYTES = 16 * 1024
SECRET = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # members of a JWK, RFC 7518


def _issuer(value: object) -> str:
    url = text(value)
    if len(url) > ISSUER_CHARACTERS or not (HTTPS_URL.fullmatch(url) or is_local(url)):
        raise ValueError(
            "the issuer as its tokens write it: https://host or https://host/path, at most "
            f"{ISSUER_CHARACTERS} characters"
        )
    return url


def _plain(value: object) -> str:
    if not is_plain(plain := text(value)):
        raise ValueError(f"1 to {VALUE_BYTES} bytes of text without control characters")
    return plain


def _audience(value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not 1 <= len(listed) <= AUDIENCES:
        raise ValueError(f"one audience, or a list of 1 to {AUDIENCES}")
    return tuple(_plain(one) for one in listed)


def _claim_name(value: object) -> str:
    name = text(value)
    if not re.fullmatch(CLAIM_NAME, name) or name.endswith(PATH):
        raise ValueError(
            "a claim's name is 1 to 64 letters, digits, '_', '.', ':' or '-'; for others, and for "
            "members of members, write {name: …, path: [member, …]}"
        )
    return name


def _claim(value: object) -> Claim:
    if not isinstance(value, dict):
        name = _claim_name(value)
        return Claim(name, (name,))
    path = value.get("path")
    if value.keys() != {"name", "path"} or not isinstance(path, list) or not 0 < len(path) <= DEPTH:
        raise ValueError(f"a name, or {{name, path}} with a path of 1 to {DEPTH} members")
    return Claim(_claim_name(value["name"]), tuple(_plain(one) for one in path))


def _claims(value: object) -> tuple[Claim, ...]:
    if not isinstance(value, list) or not len(value) <= CLAIMS:
        raise ValueError(f"a list of at most {CLAIMS} claims")
    claims = tuple(_claim(one) for one in value)
    if len({one.name for one in claims}) != len(claims):
        raise ValueError("two claims have one name")
    return claims


def _algorithms(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(one in ALGORITHMS for one in value):
        raise ValueError(f"a list of some of {', '.join(ALGORITHMS)}")
    return tuple(dict.fromkeys(value))


def _jwks(value: object) -> str:
    if not isinstance(value, dict) or not isinstance(value.get("keys"), list):
        raise ValueError("the issuer's JWKS: an object with a list 'keys'")  # noqa: TRY004 - pydantic reports ValueError only
    if any(isinstance(one, dict) and not SECRET.isdisjoint(one) for one in value["keys"]):
        raise ValueError("public keys alone: what is stored is shown to administrators")
    try:
        encoded = json.dumps(value, separators=(",", ":"), sort_keys=True)
    except TypeError:
        raise ValueError("not JSON throughout") from None
    if len(encoded) > JWKS_BYTES:
        raise ValueError(f"at most {JWKS_BYTES} bytes of JSON")
    return encoded


def _claim_values(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= CLAIMS:
        raise ValueError(f"1 to {CLAIMS} claims, each with its value")
    return tuple(sorted((_claim_name(name), _claim_value(one)) for name, one in value.items()))


def _claim_value(value: object) -> str:
    number = isinstance(value, int) and abs(value) < LARGEST
    if number or (isinstance(value, str) and is_plain(value)):
        return json.dumps(value)
    raise ValueError(
        f"a claim is matched by text of 1 to {VALUE_BYTES} bytes, a whole number, true or false"
    )


IssuerUrl = Annotated[str, PlainValidator(_issuer)]
Audience = Annotated[tuple[str, ...], PlainValidator(_audience)]
Subject = Annotated[str, PlainValidator(_plain)]
Claims = Annotated[tuple[Claim, ...], PlainValidator(_claims)]
ClaimValues = Annotated[tuple[tuple[str, str], ...], PlainValidator(_claim_values)]
Algorithms = Annotated[tuple[str, ...], PlainValidator(_algorithms)]
Jwks = Annotated[str, PlainValidator(_jwks)]
TokenLifetime = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=LONGEST_LIFETIME)]
