"""The keys under which the table has the grants for a caller from outside AWS."""

import json
from collections.abc import Iterator, Mapping

from vending.errors import TooManyClaims
from vending.plain import has_no_control
from vending.table import table_key

type Scalar = str | int | float | bool
type Claims = Mapping[str, Scalar | list[Scalar]]

MOST_KEYS = 90  # grantee keys of one caller, so that one BatchGetItem (100 keys) reads everything
VALUE_BYTES = 512  # of a subject, or a claim that grants match; a key of the table has up to 2,048
LARGEST = 2**53  # of a claim's number: readers of JSON can disagree on larger ones


def grantee_keys(issuer: str, subject: str, claims: Claims) -> tuple[str, ...]:
    """The grantee keys of one caller: of its subject, and of each value of each claim.

    Raises:
        TooManyClaims: there are more than ``MOST_KEYS`` of them.
    """
    keys = dict.fromkeys([subject_key(issuer, subject), *_claim_keys(issuer, claims)])
    if len(keys) > MOST_KEYS:
        raise TooManyClaims(
            f"The token's claims make {len(keys)} grantee keys; the limit is {MOST_KEYS}. "
            "Send a token with fewer groups, or ask the operator to list fewer claims."
        )
    return tuple(keys)


def values_of(claims: Claims, name: str) -> list[Scalar]:
    """The values of a claim: one, those of a list, or none."""
    value = claims.get(name, [])
    return value if isinstance(value, list) else [value]


def is_plain(text: str) -> bool:
    """Whether ``text`` has 1 to ``VALUE_BYTES`` bytes, no control character, no lone surrogate."""
    return has_no_control(text) and 0 < len(text.encode()) <= VALUE_BYTES


def subject_key(issuer: str, subject: str) -> str:
    """Return the grantee key of one subject."""
    return table_key("oidc", issuer, "sub", subject)


def claim_key(issuer: str, name: str, value: str) -> str:
    """Return the grantee key of all subjects with this claim; ``value`` is JSON text."""
    plain = json.loads(value)
    text = plain if isinstance(plain, str) else value
    return table_key("oidc", issuer, "claim", name, text)


def _claim_keys(issuer: str, claims: Claims) -> Iterator[str]:
    for name in claims:
        for value in values_of(claims, name):
            if len(str(value).encode()) <= VALUE_BYTES:  # no grant matches a longer one
                yield claim_key(issuer, name, json.dumps(value))
