"""What verification costs beside PyJWT's bare ``decode`` of the same token with the same key.

Rounds of both are interleaved, so that whatever else the machine does hits both alike. Only
ratios are printed: times would tell about the machine.
"""

import gc
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps
from statistics import median, quantiles
from time import perf_counter, time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from vending.audit.record import Record
from vending.aws.api.authorization import AuthorizationRequest, allow
from vending.callers.issuer import Claim, Issuer
from vending.callers.issuer_keys import Fetched, IssuerKeys
from vending.callers.web_identity import authenticate, read_keys

ROUNDS = 101
CALLS = 50  # of each side in a round
WARM_UP = 100
MOST = 1.5  # the ratio that we want to stay below

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "https://vend.example.com"
KEY_ID = "38826b17-6a30-5f9b-b169-8beb8202f723"
METHOD_ARN = "arn:aws:execute-api:ap-northeast-1:123456789012:api/v1/POST/web-identity/credentials"
CLAIMS = {  # as GitHub Actions writes them
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "repo:acme/site:ref:refs/heads/main",
    "jti": "5e2a1c3f-0f2d-4a5b-9d0b-6b2f0d1a7c11",
    "ref": "refs/heads/main",
    "sha": "0123456789abcdef0123456789abcdef01234567",
    "repository": "acme/site",
    "repository_id": "123456789",
    "repository_owner": "acme",
    "repository_owner_id": "987654",
    "repository_visibility": "private",
    "run_id": "1234567890",
    "run_number": "42",
    "run_attempt": "1",
    "actor": "alice",
    "actor_id": "1234567",
    "workflow": "deploy",
    "workflow_ref": "acme/site/.github/workflows/deploy.yml@refs/heads/main",
    "job_workflow_ref": "acme/site/.github/workflows/deploy.yml@refs/heads/main",
    "event_name": "push",
    "ref_type": "branch",
    "ref_protected": "true",
    "environment": "production",
    "runner_environment": "github-hosted",
}
USED = ("repository_id", "repository_owner_id", "environment", "ref")

type Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours and the bare one, for one algorithm."""

    algorithm: str
    ours: Call
    bare: Call


def rsa_pair() -> tuple[Any, dict[str, Any]]:
    """A private key, and the public one as JWK."""
    key = rsa.generate_private_key(65537, 2048)
    return key, RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)


def ec_pair() -> tuple[Any, dict[str, Any]]:
    """A private key, and the public one as JWK."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key, ECAlgorithm.to_jwk(key.public_key(), as_dict=True)


def ed_pair() -> tuple[Any, dict[str, Any]]:
    """A private key, and the public one as JWK."""
    key = ed25519.Ed25519PrivateKey.generate()
    return key, OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)


def pair(algorithm: str, private: Any, public: dict[str, Any]) -> Pair:
    """From the header with the token to the authorizer's answer; and ``jwt.decode``."""
    started = int(time())
    claims = CLAIMS | {"iat": started, "nbf": started - 300, "exp": started + 3600}
    token = jwt.encode(claims, private, algorithm, headers={"kid": KEY_ID})
    listed = {**public, "kid": KEY_ID, "use": "sig", "alg": algorithm, "key_ops": ["verify"]}
    issuer = Issuer(
        ISSUER, (AUDIENCE,), "sub", tuple(Claim(name, (name,)) for name in USED), (algorithm,)
    )
    fetched = Fetched(dumps({"keys": [listed]}).encode(), None)
    keys = IssuerKeys(lambda _: fetched, read_keys, lambda: datetime.now(UTC))
    event = {
        "methodArn": METHOD_ARN,
        "multiValueHeaders": {"Accept": ["*/*"], "Authorization": [f"Bearer {token}"]},
    }
    issuers = {ISSUER: issuer}

    def ours() -> object:
        asked = AuthorizationRequest(event)
        identity = authenticate(
            asked.token(),
            Record("bench"),
            issuers=issuers,
            find_key=keys.find,
            now=datetime.now(UTC),
        )
        return allow(asked, identity, 0)

    key = keys.find(issuer, KEY_ID, algorithm)
    if not key:
        raise ValueError("the key cannot be used")

    def bare() -> object:
        return jwt.decode(token, key, algorithms=[algorithm], audience=AUDIENCE, issuer=ISSUER)

    return Pair(algorithm, ours, bare)


def seconds(call: Call) -> float:
    """Of ``CALLS`` calls."""
    started = perf_counter()
    for _ in range(CALLS):
        call()
    return perf_counter() - started


def ratios(one: Pair) -> Iterator[float]:
    """Ours to the bare one, a ratio for each round; who begins alternates."""
    for _ in range(WARM_UP):
        one.ours(), one.bare()
    for number in range(ROUNDS):
        if number % 2:
            ours, bare = seconds(one.ours), seconds(one.bare)
        else:
            bare, ours = seconds(one.bare), seconds(one.ours)
        yield ours / bare


def main() -> int:
    """Prints a line for each algorithm; a slow machine does not make it fail."""
    write = sys.stdout.write
    write(f"The authorizer with warm keys to PyJWT's bare decode: {ROUNDS} rounds of {CALLS}.\n")
    write(f"{'':8}{'median':>8}{'middle half':>16}{'all':>16}   (at most {MOST} is wanted)\n")
    gc.disable()
    for one in (
        pair("RS256", *rsa_pair()),
        pair("ES256", *ec_pair()),
        pair("EdDSA", *ed_pair()),
    ):
        found = sorted(ratios(one))
        low, _, high = quantiles(found, n=4)
        middle, whole = f"{low:.2f}-{high:.2f}", f"{found[0]:.2f}-{found[-1]:.2f}"
        write(f"{one.algorithm:8}{median(found):8.2f}{middle:>16}{whole:>16}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
