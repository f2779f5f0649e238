"""CVE-2026-33322, MinIO: HS256 with the client secret, where the issuer signs with public keys.

The client's secret was registered as a key, under the client's id as key id, and the token chose
the algorithm: whoever knew the secret could be anybody.
https://github.com/minio/minio/security/advisories/GHSA-5cx5-wh4m-82fh
"""

import hmac
import json

import pytest

from tests.support.tokens import (
    AUDIENCE,
    KEY_ID,
    accept,
    claims,
    issuer,
    jwk,
    jwks,
    rsa_key,
    segment,
)
from vending.callers.issuer import ALGORITHMS
from vending.callers.web_identity import read_keys
from vending.documents.issuer import IssuerBody
from vending.errors import TokenRefused

SECRET = b"the-client-secret"


@pytest.mark.parametrize("key_id", [AUDIENCE, KEY_ID, "client", ""])
@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_the_clients_secret_signs_nothing(key_id: str, algorithm: str) -> None:
    body = f"{segment({'alg': algorithm, 'kid': key_id})}.{segment(claims(sub='consoleAdmin'))}"
    digest = hmac.digest(SECRET, body.encode(), algorithm.replace("HS", "sha"))
    token = f"{body}.{segment(digest)}"
    secret = {"kty": "oct", "k": segment(SECRET), "kid": key_id, "alg": algorithm, "use": "sig"}
    for keys in (jwks(), jwks(secret), jwks(secret, jwk(rsa_key()))):
        with pytest.raises(TokenRefused):
            accept(token, issuer(algorithms=ALGORITHMS), keys=keys)


def test_no_issuer_has_a_secret() -> None:
    for name in ("clientSecret", "client_secret", "secret"):
        entry = {"issuer": "https://login.example.com", "audience": AUDIENCE, name: "x"}
        with pytest.raises(ValueError, match=r"forbidden|not permitted"):
            IssuerBody.model_validate(entry)


def test_a_key_is_for_the_algorithms_of_its_kind_alone() -> None:
    for (_, algorithm), key in read_keys(json.dumps({"keys": [jwk(rsa_key())]}).encode()).items():
        assert key.algorithm_name == algorithm
        assert algorithm[:2] in ("RS", "PS")
