"""The memo's direct way, on a backend that checks tokens: docs/backends.md says how far it goes."""

import hmac
import json
import os
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.cloud import processes
from local.cloud.client import Credentials
from tests.backends.conftest import Publish, Start
from tests.backends.seaweedfs import REGION, SeaweedFS, sockets
from tests.support.stack.policies import ACCOUNT, GOOGLE, PROVIDER, stack
from tests.support.tokens import KEY_ID, jwk, jwks, rsa_key, segment, sign

ALLOWED, NEIGHBOUR, KEY, BODY = ("reports", "invoices"), "payroll", "2026/11.csv", b"a,b\n"
LIFETIME: Final = 600
OTHER: Final = "other"  # an audience that the issuers' providers know too
TRUST_REFUSES: Final = (
    "AccessDenied",
    "trust policy validation failed: trust policy denies web identity assumption",
)
# What AWS's condition keys stand for. With Google, its aud is the token's azp, its oaud the aud.
CLAIMS: Final = {
    f"{PROVIDER['TrustOidcProvider']}:aud": "aud",
    f"{PROVIDER['TrustOidcProvider']}:sub": "sub",
    "accounts.google.com:aud": "azp",
    "accounts.google.com:oaud": "aud",
    "accounts.google.com:sub": "sub",
}

type Statement = dict[str, Any]


def trusted(sid: str, parameters: Mapping[str, str]) -> Statement:
    """The template's statement with these parameters, its conditions named as SeaweedFS does."""
    trust = stack(**parameters).properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]
    document = json.loads(trust) if isinstance(trust, str) else trust
    (statement,) = (one for one in document["Statement"] if one["Sid"] == sid)
    ((operator, pinned),) = statement["Condition"].items()
    named = {f"oidc:{CLAIMS[name]}": value for name, value in pinned.items()}
    assert len(named) == len(pinned)
    return {**statement, "Condition": {operator: named}}


def without(claim: str, statement: Statement) -> Statement:
    """The same statement, with one thing less that it asks for."""
    ((operator, pinned),) = statement["Condition"].items()
    rest = {name: value for name, value in pinned.items() if name != f"oidc:{claim}"}
    assert len(rest) == len(pinned) - 1
    return {**statement, "Condition": {operator: rest}}


@dataclass(frozen=True)
class Way:
    """One direct way: the statement that the template has for it, and its issuer's tokens."""

    statement: Statement
    issuer: str
    key: RSAPrivateKey
    claims: Mapping[str, str]

    @property
    def role(self) -> str:
        return str(self.statement["Sid"])

    @property
    def pinned(self) -> list[str]:
        """The claims that it asks for."""
        return [
            name.removeprefix("oidc:")
            for names in self.statement["Condition"].values()
            for name in names
        ]

    @property
    def payload(self) -> dict[str, object]:
        """Claims that the statement trusts."""
        now = int(time.time())
        return {"iss": self.issuer, **self.claims, "iat": now, "exp": now + LIFETIME}

    def token(self, **changed: object) -> str:
        """A token that is accepted but for what is changed; None takes a claim away."""
        whole = {**self.payload, **changed}
        return sign(
            {name: value for name, value in whole.items() if value is not None}, key=self.key
        )


OIDC: Final = Way(
    trusted("OidcProvider", PROVIDER),
    f"https://{PROVIDER['TrustOidcProvider']}",
    rsa_key("one"),
    {"aud": PROVIDER["TrustOidcAudience"], "sub": PROVIDER["TrustOidcSubject"]},
)
SERVICE_ACCOUNT: Final = Way(
    trusted("GoogleServiceAccount", GOOGLE),
    "https://accounts.google.com",
    rsa_key("two"),
    {
        "aud": GOOGLE["TrustGoogleAudience"],
        "azp": GOOGLE["TrustGoogleSubject"],
        "sub": GOOGLE["TrustGoogleSubject"],
    },
)
WAYS: Final = (OIDC, SERVICE_ACCOUNT)
EACH_WAY: Final = pytest.mark.parametrize("way", [pytest.param(way, id=way.role) for way in WAYS])
EACH_CONDITION: Final = pytest.mark.parametrize(
    ("way", "claim"),
    [
        (OIDC, "aud"),
        (OIDC, "sub"),
        (SERVICE_ACCOUNT, "azp"),
        (SERVICE_ACCOUNT, "aud"),
        (SERVICE_ACCOUNT, "sub"),
    ],
    ids=lambda one: one.role if isinstance(one, Way) else one,
)


def arn(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"


def configuration(publish: Publish) -> dict[str, Any]:
    """Both issuers, the roles that trust them, and the template's boundary as what they may."""
    boundary = stack(AllowedBuckets=",".join(ALLOWED)).properties("AllowedAssumeS3RoleBoundary")
    roles: dict[str, Statement] = {}
    for way in WAYS:
        roles[way.role] = way.statement
        for claim in way.pinned:
            roles[f"{way.role}-without-{claim}"] = without(claim, way.statement)
    return {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "12h",
            "issuer": "sts",
            "signingKey": b64encode(os.urandom(32)).decode(),
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "roleStore": {"storeType": "memory"},
        "providers": [
            {
                "name": way.statement["Principal"]["Federated"],
                "type": "oidc",
                "enabled": True,
                "config": {
                    "issuer": way.issuer,
                    "clientId": way.claims["aud"],
                    "clientIds": [OTHER],
                    "jwksUri": publish(f"/{way.role}", jwks(jwk(way.key))),
                },
            }
            for way in WAYS
        ],
        "policies": [{"name": "Boundary", "document": boundary["PolicyDocument"]}],
        "roles": [
            {
                "roleName": name,
                "roleArn": arn(name),
                "trustPolicy": {"Version": "2012-10-17", "Statement": [statement]},
                "attachedPolicies": ["Boundary"],
            }
            for name, statement in roles.items()
        ],
    }


@pytest.fixture(scope="module")
def weed(start: Start, publish: Publish) -> SeaweedFS:
    """With an object in each bucket that AllowedBuckets names, and one in a bucket beside them."""
    weed = start(configuration(publish))
    s3 = weed.s3(weed.root)
    for bucket in (*ALLOWED, NEIGHBOUR):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=KEY, Body=BODY)
    return weed


def assume(weed: SeaweedFS, role: str, token: str) -> Credentials:
    """What STS lends for a token; a refusal is a ClientError."""
    keys = weed.sts().assume_role_with_web_identity(
        RoleArn=arn(role), RoleSessionName="session", WebIdentityToken=token
    )["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def refusal(weed: SeaweedFS, role: str, token: str) -> tuple[str, str]:
    """Code and message of STS's refusal; it is an error if there is none."""
    with pytest.raises(ClientError) as refused:
        assume(weed, role, token)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def read(weed: SeaweedFS, keys: Credentials, bucket: str = ALLOWED[0]) -> bytes:
    return weed.s3(keys).get_object(Bucket=bucket, Key=KEY)["Body"].read()


@EACH_WAY
def test_a_good_token_reads_an_object(weed: SeaweedFS, way: Way) -> None:
    assert read(weed, assume(weed, way.role, way.token())) == BODY


@EACH_WAY
def test_a_session_reaches_every_allowed_bucket_and_no_other(weed: SeaweedFS, way: Way) -> None:
    keys = assume(weed, way.role, way.token())
    for bucket in ALLOWED:
        weed.s3(keys).put_object(Bucket=bucket, Key="anything/else", Body=BODY)
    with pytest.raises(ClientError, match="AccessDenied"):
        read(weed, keys, NEIGHBOUR)


@EACH_WAY
def test_boto3_needs_nothing_but_its_environment(
    weed: SeaweedFS, way: Way, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    (tmp_path / "token").write_text(way.token())
    given = {
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": weed.endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ROLE_ARN": arn(way.role),
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token"),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    s3 = boto3.Session().client("s3")

    assert s3.get_object(Bucket=ALLOWED[0], Key=KEY)["Body"].read() == BODY


@EACH_CONDITION
def test_each_condition_of_the_statement_refuses_by_itself(
    weed: SeaweedFS, way: Way, claim: str
) -> None:
    token = way.token(**{claim: OTHER})
    assert refusal(weed, way.role, token) == TRUST_REFUSES
    assert read(weed, assume(weed, f"{way.role}-without-{claim}", token)) == BODY


SUBJECT: Final = OIDC.claims["sub"]


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: OIDC.token(sub=SUBJECT + "2"), id="a longer subject"),
        pytest.param(lambda: OIDC.token(sub=SUBJECT[:-1]), id="a shorter subject"),
        pytest.param(lambda: OIDC.token(sub=SUBJECT.upper()), id="a subject in capitals"),
        pytest.param(lambda: OIDC.token(sub=None), id="no subject"),
        pytest.param(lambda: OIDC.token(aud=None), id="no audience"),
        pytest.param(lambda: OIDC.token(iss="https://login.example.com"), id="an unknown issuer"),
        pytest.param(lambda: OIDC.token(iss=OIDC.issuer + "/"), id="almost the issuer"),
        pytest.param(lambda: SERVICE_ACCOUNT.token(**OIDC.claims), id="the other issuer's token with all that is trusted of this one"),
    ],
)  # fmt: skip
def test_another_caller_is_refused_by_the_statement(
    weed: SeaweedFS, token: Callable[[], str]
) -> None:
    assert refusal(weed, OIDC.role, token()) == TRUST_REFUSES


def unsigned(way: Way) -> str:
    return f"{segment({'alg': 'none', 'kid': KEY_ID})}.{segment(way.payload)}."


def keyed_with_the_public_key(way: Way) -> str:
    """As if the public key, which everybody knows, were a secret of HS256."""
    pem = way.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{segment({'alg': 'HS256', 'kid': KEY_ID})}.{segment(way.payload)}"
    return f"{signed}.{segment(hmac.digest(pem, signed.encode(), sha256))}"


def changed_after_signing(way: Way) -> str:
    """A token for somebody else, whose claims were exchanged for trusted ones."""
    header, _, signature = way.token(sub="somebody else").split(".")
    return f"{header}.{segment(way.payload)}.{signature}"


@EACH_WAY
@pytest.mark.parametrize(
    ("token", "code", "reason"),
    [
        pytest.param(lambda way: way.token(exp=int(time.time()) - 2), "ExpiredTokenException", "token is expired", id="expired"),
        pytest.param(lambda way: way.token(nbf=int(time.time()) + 300), "InvalidParameterValue", "token is not valid yet", id="not valid yet"),
        pytest.param(lambda way: sign(way.payload, key=rsa_key("three")), "InvalidParameterValue", "token signature is invalid", id="a stranger's key"),
        pytest.param(lambda way: sign(way.payload, key=next(one for one in WAYS if one is not way).key), "InvalidParameterValue", "token signature is invalid", id="the other issuer's key, under the same kid"),
        pytest.param(lambda way: way.token().rpartition(".")[0] + ".", "InvalidParameterValue", "token signature is invalid", id="no signature"),
        pytest.param(changed_after_signing, "InvalidParameterValue", "token signature is invalid", id="changed after signing"),
        pytest.param(unsigned, "InvalidParameterValue", "token is unverifiable", id="alg none"),
        pytest.param(keyed_with_the_public_key, "InvalidParameterValue", "token is unverifiable", id="HS256 with the public key"),
    ],
)  # fmt: skip
def test_a_token_with_all_that_is_trusted_is_refused_when_it_is_not_good(
    weed: SeaweedFS, way: Way, token: Callable[[Way], str], code: str, reason: str
) -> None:
    found = refusal(weed, way.role, token(way))
    assert found[0] == code
    assert reason in found[1]


def test_it_listens_and_calls_on_this_machine_alone(weed: SeaweedFS) -> None:
    read(weed, assume(weed, OIDC.role, OIDC.token()))
    found = sockets(weed.child.pid)
    assert {near for near, _, _ in found} == {"127.0.0.1"}
    assert {far for _, _, far in found} <= {"127.0.0.1", "0.0.0.0"}  # noqa: S104 - nobody yet
    assert {port for _, port, far in found if far == "0.0.0.0"} == weed.ports  # noqa: S104


def test_it_ends_with_those_who_started_it(start: Start) -> None:
    child = start({}).child
    assert child.stdin is not None
    child.stdin.close()
    deadline = time.monotonic() + 20
    while any(one.group == child.pid for one in processes.living()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
