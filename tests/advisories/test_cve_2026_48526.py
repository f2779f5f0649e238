"""CVE-2026-48526, PyJWT before 2.13: a public JWK was accepted as the secret of an HMAC.

Where a verifier took HS256 beside public key algorithms, and its key was the JWK's JSON text,
whoever knew the public key could sign with that text and pass.
https://github.com/jpadilla/pyjwt/security/advisories/GHSA-xgmm-8j9v-c9wx
"""

import hmac
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import HMACAlgorithm
from jwt.exceptions import InvalidKeyError

from tests.support.tokens import KEY_ID, accept, claims, issuer, jwk, jwks, rsa_key, segment
from vending.callers.issuer import ALGORITHMS
from vending.callers.web_identity import read_keys
from vending.documents.issuer import IssuerBody
from vending.errors import TokenRefused


def pem() -> bytes:
    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


SECRETS: list[Callable[[], bytes]] = [
    lambda: json.dumps(jwk(rsa_key())).encode(),
    lambda: json.dumps(jwk(rsa_key()), separators=(",", ":")).encode(),
    lambda: json.dumps(jwk(rsa_key()), sort_keys=True).encode(),
    jwks,
    pem,
    lambda: pem().rstrip(),
    lambda: str(jwk(rsa_key())["n"]).encode(),
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_what_is_public_is_no_secret(algorithm: str, secret: Callable[[], bytes]) -> None:
    body = f"{segment({'alg': algorithm, 'kid': KEY_ID})}.{segment(claims())}"
    digest = hmac.digest(secret(), body.encode(), algorithm.replace("HS", "sha"))
    token = f"{body}.{segment(digest)}"
    for one in (issuer(), issuer(algorithms=ALGORITHMS)):
        with pytest.raises(TokenRefused) as error:
            accept(token, one)
        assert error.value.reason == "AlgorithmNotAllowed"
    with pytest.raises(TokenRefused) as error:  # and if an entry could list it, no key is for it
        accept(token, issuer(algorithms=(*ALGORITHMS, algorithm)))
    assert error.value.reason == "KeyUnknown"


def test_no_algorithm_with_a_shared_secret_can_be_listed() -> None:
    assert not [one for one in ALGORITHMS if one.startswith("HS") or one.lower() == "none"]
    entry = {"issuer": "https://login.example.com", "audience": "us", "algorithms": ["HS256"]}
    with pytest.raises(ValueError, match="algorithms"):
        IssuerBody.model_validate(entry)


def test_a_shared_secret_in_a_jwks_is_no_key() -> None:
    secret = {"kty": "oct", "k": segment(b"secret"), "kid": KEY_ID, "alg": "HS256", "use": "sig"}
    assert read_keys(json.dumps({"keys": [secret]}).encode()) == {}


def test_the_library_that_is_installed_has_the_fix() -> None:
    with pytest.raises(InvalidKeyError):
        HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(json.dumps(jwk(rsa_key())))
