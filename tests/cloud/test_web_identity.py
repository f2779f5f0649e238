"""The web-identity door, from tokens that a local issuer signs to the bytes in S3."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import jwt
import pytest
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.issuer import Issuer
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS, Seeded
from tests.acceptance.acts import outside
from tests.acceptance.scene import Ground, Scene
from tests.cloud.conftest import Apply
from vending.aws.environment.runtime import VERSION

REPORTS = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
KEY = "reports/2026.csv"
# One of each function: a refusal here costs a cold start of the authorizer.
ROUTES = [
    ("GET", "/web-identity/credentials"),
    ("POST", "/web-identity/presigned-urls"),
    ("GET", "/web-identity/identity"),
]

type Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def issuer(cloud: Cloud, seeded: Seeded) -> Issuer:
    return cloud.issuer


@pytest.fixture(scope="module")
def service_account(issuer: Issuer) -> str:
    return issuer.token(outside.GOOGLE_SHAPED)


@pytest.fixture(scope="module")
def acme(issuer: Issuer) -> str:
    return issuer.token({"sub": "a", "groups": ["others", "tenants"], "tenant_id": "acme"})


@pytest.fixture(scope="module")
def ask(call: Call) -> Ask:
    """`ask(token, method, path, body)`."""

    def asked(token: str, method: str, path: str, body: object = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        return call(method, f"/web-identity{path}", body, headers=headers)

    return asked


def refused(answer: Answer) -> bool:
    """API Gateway's refusal of a token, in the shape of ours and readable for SDKs."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json["message"] == answer.json["detail"]
    return (answer.status, answer.json["code"]) == (401, "NotAuthenticated")


def test_credentials_open_what_was_granted_and_nothing_beside(
    ask: Ask, cloud: Cloud, service_account: str
) -> None:
    lent = ask(service_account, "POST", "/credentials", REPORTS).json["credentials"]
    keys = Credentials(lent["accessKeyId"], lent["secretAccessKey"], lent["sessionToken"])
    s3 = aws.s3(cloud, keys)
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == OBJECTS[KEY]
    for attempt in (
        lambda: s3.get_object(Bucket=BUCKET, Key="reports-private/secret.csv"),
        lambda: s3.put_object(Bucket=BUCKET, Key=KEY, Body=b""),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            attempt()


def test_the_token_counts_with_bearer_and_without(call: Call, service_account: str) -> None:
    for header in (service_account, f"Bearer {service_account}", f"bearer {service_account}"):
        answer = call("GET", "/web-identity/identity", headers={"Authorization": header})
        assert answer.status == 200


def test_a_caller_is_told_subject_issuer_and_the_claims_that_grants_may_use(
    ask: Ask, issuer: Issuer, service_account: str
) -> None:
    assert ask(service_account, "GET", "/identity").json == {
        "door": "web-identity",
        "issuer": issuer.url,
        "subject": outside.SERVICE_ACCOUNT,
        "claims": {
            "email": "reports@example-project.iam.gserviceaccount.com",
            "email_verified": True,
        },
        "version": VERSION,
    }


def test_a_tenant_sees_and_reaches_its_own_prefix_and_no_neighbours(ask: Ask, acme: str) -> None:
    assert ask(acme, "GET", "/grants").json["grants"] == [
        {
            "id": "tenants",
            "scope": f"s3://{BUCKET}/tenants/acme/*",
            "permission": "READWRITE",
            "maxDuration": 1800,
        }
    ]
    for target in ("tenants/acme2/*", "tenants/*", "tenants/acme2/orders.csv", "reports/*"):
        body = {"target": f"s3://{BUCKET}/{target}", "permission": "READ"}
        answer = ask(acme, "POST", "/credentials", body)
        assert (answer.status, answer.json["code"]) == (403, "AccessDenied")


@pytest.mark.parametrize(
    "tenant", ["", "..", ".", "acme/../acme2", "acme/", "/acme", "a/b", 7, ["acme"], True]
)
def test_a_claim_that_is_not_one_segment_opens_nothing(
    tenant: object, ask: Ask, issuer: Issuer
) -> None:
    token = issuer.token({"groups": "tenants", "tenant_id": tenant})
    body = {"target": f"s3://{BUCKET}/tenants/acme/orders.csv", "permission": "READ"}
    assert ask(token, "POST", "/credentials", body).status == 403
    assert ask(token, "GET", "/grants").json == {"grants": []}


def test_a_claim_of_wildcards_is_a_name_like_any_other(ask: Ask, issuer: Issuer) -> None:
    token = issuer.token({"groups": "tenants", "tenant_id": "*"})
    body = {"target": {"bucket": BUCKET, "prefix": "tenants/*/"}, "permission": "READ"}
    policy = ask(token, "POST", "/explanations", body).json["sessionPolicy"]
    assert f"arn:aws:s3:::{BUCKET}/tenants/${{*}}/*" in policy
    body = {"target": f"s3://{BUCKET}/tenants/acme/*", "permission": "READ"}
    assert ask(token, "POST", "/credentials", body).status == 403


def test_urls_are_signed_for_whoever_has_a_token(cloud: Cloud, stack: Stack, acme: str) -> None:
    nobody = Credentials("", "")
    scene = Scene(Ground.of_cloud(cloud), stack, nobody, nobody, nobody)
    request = {"method": "GET", "target": f"s3://{BUCKET}/tenants/acme/orders.csv"}
    answer = outside.ask(
        scene, acme, "POST", "/presigned-urls", {"expiresIn": 60, "requests": [request]}
    )
    assert answer.status == 200
    request = {"method": "GET", "target": f"s3://{BUCKET}/tenants/acme2/orders.csv"}
    answer = outside.ask(
        scene, acme, "POST", "/presigned-urls", {"expiresIn": 60, "requests": [request]}
    )
    assert (answer.status, answer.json["code"]) == (403, "AccessDenied")


def hostile(issuer: Issuer) -> dict[str, str]:
    now = int(time.time())
    good = issuer.token(outside.GOOGLE_SHAPED)
    claims = jwt.decode(good, options={"verify_signature": False})
    head, body, signature = good.split(".")
    return {
        "expired": issuer.token({"iat": now - 700, "exp": now - 100}),
        "for another audience": issuer.token({"aud": "https://elsewhere.example.com"}),
        "of an unknown issuer": issuer.token({"iss": "https://accounts.example.com"}),
        "unsigned": jwt.encode(claims, "", "none", headers={"kid": "x"}),
        "with another signature": f"{head}.{body}.{signature[:-8]}AAAAAAAA",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "expired",
        "for another audience",
        "of an unknown issuer",
        "unsigned",
        "with another signature",
    ],
)
def test_a_token_that_is_not_accepted_is_a_401_without_a_reason(
    kind: str, ask: Ask, issuer: Issuer
) -> None:
    assert refused(ask(hostile(issuer)[kind], "POST", "/credentials", REPORTS))


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_gets_in_without_a_token(method: str, path: str, call: Call) -> None:
    assert refused(call(method, path, REPORTS if method == "POST" else None))


def test_a_token_opens_no_other_door_and_a_signature_not_this_one(
    call: Call, service_account: str, user: Credentials
) -> None:
    headers = {"Authorization": f"Bearer {service_account}"}
    for method, path in (("GET", "/iam/identity"), ("GET", "/admin/grants")):
        assert call(method, path, headers=headers).status == 403
    assert refused(call("GET", "/web-identity/identity", None, user))


@pytest.mark.invariant(10)
def test_the_record_tells_why_and_never_holds_the_token(
    ask: Ask, cloud: Cloud, issuer: Issuer, service_account: str
) -> None:
    token = issuer.token({"sub": "somebody", "aud": "https://elsewhere.example.com"})
    assert refused(ask(token, "GET", "/identity"))
    vended = ask(service_account, "POST", "/credentials", REPORTS).json
    client = aws.session(cloud.root).client("logs", endpoint_url=cloud.endpoint)
    for _ in range(50):
        lines = [
            event["message"]
            for group in client.describe_log_groups()["logGroups"]
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            for event in page["events"]
        ]
        records = [json.loads(line) for line in lines if line.startswith('{"record":"audit"')]
        told = [one for one in records if one.get("reason") == "AudienceWrong"]
        granted = [one for one in records if one["vendId"] == vended["vendId"]]
        if told and granted:
            break
        time.sleep(0.1)
    assert (
        told[-1].items()
        >= {
            "action": "authentication",
            "outcome": "refused",
            "code": "NotAuthenticated",
            "issuer": issuer.url,
            "subject": "somebody",
        }.items()
    )
    (record,) = granted
    assert (
        record.items()
        >= {
            "door": "web-identity",
            "issuer": issuer.url,
            "subject": outside.SERVICE_ACCOUNT,
            "outcome": "granted",
        }.items()
    )
    assert "caller" not in record
    secrets = [token, service_account, token.rpartition(".")[2], service_account.split(".")[1]]
    assert not [secret for secret in secrets if any(secret in line for line in lines)]


def query(**parameters: str) -> str:
    return f"/credentials?{urlencode(parameters, quote_via=quote)}"


def test_sdks_get_credentials_in_their_own_format(ask: Ask, acme: str) -> None:
    asked = query(
        target=f"s3://{BUCKET}/tenants/acme/*", permission="READWRITE", durationSeconds="900"
    )
    answer = ask(acme, "GET", asked)
    assert answer.status == 200
    assert answer.json.keys() == {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "code", "said"),
    [
        (query(target=f"s3://{BUCKET}/x", permission="READ"), 403, "AccessDenied", "None of your grants"),
        (query(target="s3://", permission="READ"), 400, "InvalidRequest", "/target"),
        (query(permission="READ"), 400, "InvalidRequest", "give either"),
        (query(target="s3://bkt/x", permission="ALL"), 400, "InvalidRequest", "/permission"),
        (query(target="s3://bkt/x", permission="READ", x="1"), 400, "InvalidRequest", "'x'"),
        (query(target="s3://bkt/x", permission="READ") + "&permission=READ", 400, "InvalidRequest", "more than once"),
        (query(target="s3://bkt/x", permission="READ", durationSeconds="1"), 400, "DurationNotAllowed", "900"),
        (query(target="s3://bkt/x", permission="READ", durationSeconds="1h"), 400, "InvalidRequest", "/durationSeconds"),
    ],
)  # fmt: skip
def test_sdks_are_told_code_and_message(
    path: str, status: int, code: str, said: str, ask: Ask, acme: str
) -> None:
    answer = ask(acme, "GET", path)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert said in answer.json["message"]
    assert answer.json.keys() == {"code", "message"}
    assert answer.headers["content-type"] == "application/json"


PROGRAM = """
import sys, boto3
from botocore.config import Config
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
print(s3.get_object(Bucket=sys.argv[1], Key=sys.argv[2])["Body"].read().decode(), end="")
"""


@pytest.mark.parametrize("scheme", ["Bearer ", ""])
def test_unmodified_boto3_needs_a_uri_and_a_token_file_and_nothing_else(
    scheme: str, cloud: Cloud, stack: Stack, acme: str, tmp_path: Path
) -> None:
    nobody = Credentials("", "")
    file = tmp_path / "token"
    file.write_text(scheme + acme)
    asked = {"target": f"s3://{BUCKET}/tenants/acme/*", "permission": "READ"}
    settings = outside.sdk_settings(
        Scene(Ground.of_cloud(cloud), stack, nobody, nobody, nobody), file, asked
    )

    def read(key: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", PROGRAM, BUCKET, key],
            env=settings,
            capture_output=True,
            text=True,
            check=False,
        )

    assert read("tenants/acme/orders.csv").stdout == OBJECTS["tenants/acme/orders.csv"].decode()
    assert "AccessDenied" in read("tenants/acme2/orders.csv").stderr


def test_administrators_read_the_issuers(call: Call, administrator: Credentials) -> None:
    listed = call("GET", "/admin/issuers", None, administrator).json["issuers"]
    google = next(one for one in listed if one["issuer"] == "https://accounts.google.com")
    assert call("GET", "/admin/issuers/accounts.google.com", None, administrator).json == google
    assert google["algorithms"] == ["RS256"]
    assert call("GET", "/admin/issuers/nobody", None, administrator).status == 404


class Others(NamedTuple):
    """Issuers that are trusted too."""

    gone: Issuer
    cluster: Issuer


@pytest.fixture(scope="module")
def others(apply: Apply, tmp_path_factory: pytest.TempPathFactory) -> Others:
    """One that nobody answers for, and one that only its pinned keys vouch for."""
    place = tmp_path_factory.mktemp("issuers")
    made = Others(
        Issuer("http://127.0.0.1:9", place / "gone"),
        Issuer("https://kubernetes.default.svc", place / "cluster"),
    )
    for one in made:
        one.open()
    pinned = json.loads((made.cluster.directory / "jwks.json").read_text())
    audience = "https://vend.example.com"
    apply(
        {
            "version": 1,
            "issuers": [
                {"issuer": made.gone.url, "audience": audience},
                {"issuer": made.cluster.url, "audience": audience, "jwks": pinned},
            ],
            "grants": [
                {
                    "id": f"of-issuer-{number}",
                    "grantee": {"issuer": one.url, "subject": "a"},
                    "scope": f"s3://{BUCKET}/reports/*",
                    "permission": "READ",
                }
                for number, one in enumerate(made)
            ],
        }
    )
    time.sleep(11)  # an environment knows the issuers for ten seconds
    return made


def test_an_issuer_with_pinned_keys_is_never_asked(ask: Ask, others: Others) -> None:
    token = others.cluster.token({"sub": "a"})
    assert ask(token, "POST", "/credentials", REPORTS).status == 200


@pytest.mark.invariant(12)
def test_an_issuer_that_cannot_be_reached_is_a_503_and_no_bad_token(
    ask: Ask, others: Others
) -> None:
    answer = ask(others.gone.token({"sub": "a"}), "POST", "/credentials", REPORTS)
    assert (answer.status, answer.json["code"]) == (503, "Unavailable")
    assert answer.headers["retry-after"].isdecimal()
    assert answer.json["message"]


@pytest.mark.invariant(16)
def test_a_block_by_a_claim_stops_every_subject_that_has_it_and_nobody_else(
    call: Call, ask: Ask, issuer: Issuer, administrator: Credentials
) -> None:
    def asked(subject: str, tenant: str) -> Answer:
        claims = {"sub": subject, "groups": ["tenants"], "tenant_id": tenant}
        body = {"target": f"s3://{BUCKET}/tenants/{tenant}/*", "permission": "READ"}
        return ask(issuer.token(claims), "POST", "/credentials", body)

    assert asked("a", "taken-over").status == 200
    whom = {"issuer": issuer.url, "claims": {"tenant_id": "taken-over"}}
    body = {"caller": whom, "kind": "block", "reason": "a test"}
    answer = call("POST", "/admin/revocations", body, administrator).json
    assert answer["revocation"]["caller"] == whom
    assert answer["denialWritten"] is True
    time.sleep(2)  # an environment knows the denials for a second
    for subject in ("a", "b"):
        blocked = asked(subject, "taken-over")
        assert (blocked.status, blocked.json["code"]) == (403, "Blocked")
    assert asked("a", "another").status == 200
    route = f"/admin/revocations/{answer['revocation']['id']}"
    assert call("DELETE", route, None, administrator).json["revocation"]["state"] == "lifted"
    time.sleep(4)  # until new sessions hold
    assert asked("a", "taken-over").status == 200
