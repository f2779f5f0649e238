"""Tokens that must not be accepted; tests/unit/callers/test_hostile_tokens.py has many more."""

import time

import jwt

from tests.attacks.attack import Attack, token
from tests.attacks.sources import AUDIENCE, CRITICAL, HMAC, KEY_IN_TOKEN, TWICE, rule
from tests.attacks.world import OTHER_ISSUER
from tests.support.tokens import claims, compact, jwk, rsa_key, sign

UNAUTHORIZED = "401 Unauthorized"
NOW = int(time.time())


def lasting(**members: object) -> dict[str, object]:
    return claims(**{"iat": NOW, "exp": NOW + 3600} | members)


GOOD = sign(lasting())
HEAD, PAYLOAD, SIGNATURE = GOOD.split(".")
OTHER = sign(lasting(sub="mallory")).split(".")

ATTACKS = [
    Attack("a token that says that it is not signed", token(jwt.encode(lasting(), "", "none", headers={"kid": "key-1"})), UNAUTHORIZED, rule(8)),
    Attack("a token without its signature", token(f"{HEAD}.{PAYLOAD}."), UNAUTHORIZED, rule(8)),
    Attack("a token that names no key, of an issuer whose keys have ids", token(compact({"alg": "RS256"}, lasting())), UNAUTHORIZED, rule(8)),
    Attack("a token signed with another key, that names none", token(compact({"alg": "RS256"}, lasting(), key=rsa_key("mine"))), UNAUTHORIZED, rule(8)),
    Attack("a token with null for its key", token(compact({"alg": "RS256", "kid": None}, lasting())), UNAUTHORIZED, rule(8)),
    Attack("a signature of another token", token(f"{HEAD}.{PAYLOAD}.{OTHER[2]}"), UNAUTHORIZED, rule(8)),
    Attack("claims that were exchanged", token(f"{HEAD}.{OTHER[1]}.{SIGNATURE}"), UNAUTHORIZED, rule(8)),
    Attack("a token signed with a key of its own", token(sign(lasting(), key=rsa_key("mine"), jwk=jwk(rsa_key("mine")))), UNAUTHORIZED, KEY_IN_TOKEN),
    Attack("a token that says where its key is", token(sign(lasting(), jku="https://example.com/jwks")), UNAUTHORIZED, KEY_IN_TOKEN),
    Attack("a token signed with the public key as a secret", token(jwt.encode(lasting(), "x" * 64, "HS256", headers={"kid": "key-1"})), UNAUTHORIZED, HMAC),
    Attack("a token with a critical extension", token(sign(lasting(), crit=["x"], x=1)), UNAUTHORIZED, CRITICAL),
    Attack("a token for somebody else", token(sign(lasting(aud="https://elsewhere.example.com"))), UNAUTHORIZED, AUDIENCE),
    Attack("a token for nobody", token(sign(lasting(aud=None))), UNAUTHORIZED, AUDIENCE),
    Attack("a token of an issuer that is not trusted", token(sign(lasting(iss="https://login.example.com.evil.example"))), UNAUTHORIZED, rule(8)),
    Attack("a token of another trusted issuer, with a subject of this one", token(sign(lasting(iss=OTHER_ISSUER, sub="alice"), kid="unknown")), UNAUTHORIZED, rule(8)),
    Attack("a token that has expired", token(sign(lasting(iat=NOW - 7200, exp=NOW - 3600))), UNAUTHORIZED, rule(8)),
    Attack("a token that never expires", token(sign(lasting(exp=None))), UNAUTHORIZED, rule(8)),
    Attack("two tokens, of which one is good", token(GOOD, "Bearer x"), UNAUTHORIZED, TWICE),
    Attack("a good token twice", token(GOOD, GOOD), UNAUTHORIZED, TWICE),
    Attack("a signature of AWS in the token's place", token("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/x, Signature=0"), UNAUTHORIZED, rule(8)),
    Attack("a token with a line feed", token(f"{GOOD}\n"), UNAUTHORIZED, rule(8)),
]  # fmt: skip
