"""The types of the members that name callers from outside AWS: by issuer, subject and claims."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import PlainValidator

from vending.bodies.fields import text
from vending.callers.grantee_keys import LARGEST, VALUE_BYTES, is_plain
from vending.callers.issuer_url import ISSUER_URL
from vending.grants.scope import CLAIM_NAME, PATH

ISSUER_CHARACTERS = 200
CLAIMS = 50  # of one issuer, or one grantee


def _issuer(value: object) -> str:
    url = text(value)
    if len(url) > ISSUER_CHARACTERS or not re.fullmatch(ISSUER_URL, url):
        raise ValueError(
            "must be the issuer's URL as in its tokens: https://host or https://host/path (http: "
            f"only with pinned keys), at most {ISSUER_CHARACTERS} characters"
        )
    return url


def plain_text(value: object) -> str:
    """Return ``value`` if it is plain text that a claim may have; raises ``ValueError``."""
    if not is_plain(plain := text(value)):
        raise ValueError(f"must be 1 to {VALUE_BYTES} bytes of text without control characters")
    return plain


def claim_name(value: object) -> str:
    """Return ``value`` if it is a name that grants can use; raises ``ValueError``."""
    name = text(value)
    if not re.fullmatch(CLAIM_NAME, name) or name.endswith(PATH):
        raise ValueError(
            "a claim's name must be 1 to 64 letters, digits, '_', '.', ':' or '-' and not end with "
            f"'{PATH}'; for others, and for nested members, write {{name: …, path: [member, …]}}"
        )
    return name


def _claim_values(value: object) -> tuple[tuple[str, str], ...]:
    return _claims(value, _claim_value)


def _exact_claims(value: object) -> tuple[tuple[str, str], ...]:
    return _claims(value, _exact_claim)


def _claims(value: object, read: Callable[[object], str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= CLAIMS:
        raise ValueError(f"must be an object of 1 to {CLAIMS} claims, each with its value")
    return tuple(sorted((claim_name(name), read(item)) for name, item in value.items()))


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
Subject = Annotated[str, PlainValidator(plain_text)]
ClaimValues = Annotated[tuple[tuple[str, str], ...], PlainValidator(_claim_values)]
ExactClaims = Annotated[tuple[tuple[str, str], ...], PlainValidator(_exact_claims)]
