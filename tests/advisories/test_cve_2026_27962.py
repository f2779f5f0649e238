"""CVE-2026-27962, Authlib before 1.6.9: the key was taken from the token's own ``jwk`` header.

Without a key of its own to verify with, the library believed the one that the token brought.
https://github.com/authlib/authlib/security/advisories/GHSA-wvwj-cvrp-7pv5
"""

import pytest

from tests.support.tokens import KEY_ID, accept, claims, compact, jwk, jwks, rsa_key
from vending.errors import TokenRefused

ATTACKER = rsa_key("attacker")


def header(**members: object) -> dict[str, object]:
    return {"alg": "RS256", "kid": KEY_ID} | members


@pytest.mark.parametrize("key_id", [KEY_ID, "attacker", ""])
def test_a_key_that_the_token_brings_is_refused(key_id: str) -> None:
    token = compact(header(jwk=jwk(ATTACKER, key_id), kid=key_id), claims(), key=ATTACKER)
    with pytest.raises(TokenRefused) as error:
        accept(token)
    assert error.value.reason == "HeaderNotAllowed"


@pytest.mark.parametrize("name", ["jku", "x5u", "x5c"])
def test_so_is_a_place_where_it_would_be_found(name: str) -> None:
    value = ["MIIB"] if name == "x5c" else "https://evil.example.com/keys"
    with pytest.raises(TokenRefused) as error:
        accept(compact(header(**{name: value}), claims(), key=ATTACKER))
    assert error.value.reason == "HeaderNotAllowed"


def test_a_right_key_in_the_token_is_refused_too() -> None:
    with pytest.raises(TokenRefused):
        accept(compact(header(jwk=jwk(rsa_key())), claims()))


def test_without_any_key_nothing_is_accepted() -> None:
    for made in (header(), header(kid=None), {"alg": "RS256"}, header(jwk=jwk(ATTACKER))):
        with pytest.raises(TokenRefused):
            accept(compact(made, claims(), key=ATTACKER), keys=b'{"keys": []}')


def test_a_key_that_the_claims_bring_is_not_looked_at() -> None:
    """``cnf`` (RFC 7800) says whose the token is, and not who signed it."""
    brought = claims(cnf={"jwk": jwk(ATTACKER)}, jwks={"keys": [jwk(ATTACKER)]})
    with pytest.raises(TokenRefused) as error:
        accept(compact(header(), brought, key=ATTACKER), keys=jwks())
    assert error.value.reason == "SignatureWrong"
