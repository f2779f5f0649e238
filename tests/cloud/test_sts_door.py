"""STS's wire at `/sts/{grantId}`: unmodified boto3, and what goes over HTTP."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

import pytest

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.client import call as send
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS, Seeded
from tests.acceptance.acts import outside
from tests.acceptance.scene import Ground, Scene
from tests.support.contract import members

FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
TENANT = {"groups": ["tenants"], "tenant_id": "acme"}
MINE, NEIGHBOURS = "tenants/acme/orders.csv", "tenants/acme2/orders.csv"

type Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def ask(call: Call, stack: Stack) -> Ask:
    """`ask(token, grant_id, **parameters)`; a parameter that is None is left out."""

    def asked(token: str, grant_id: str = "tenants", slash: str = "", **more: str | None) -> Answer:
        given: Mapping[str, str | None] = {
            "Action": "AssumeRoleWithWebIdentity",
            "Version": "2011-06-15",
            "RoleArn": stack.outputs["RoleArn"],
            "RoleSessionName": "a-name",
            "WebIdentityToken": token,
        } | more
        form = urlencode({name: value for name, value in given.items() if value is not None})
        return call("POST", f"/sts/{grant_id}{slash}", form, headers=FORM)

    return asked


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> str:
    return cloud.issuer.token(TENANT)


@pytest.fixture(scope="module")
def environment(cloud: Cloud, stack: Stack, seeded: Seeded) -> Callable[[Path], dict[str, str]]:
    """Of a program that has a token file and no AWS credentials."""
    nobody = Credentials("", "")

    def made(token: Path) -> dict[str, str]:
        settings = outside.sdk_settings(
            Scene(Ground.of_cloud(cloud), stack, nobody, nobody, nobody), token, {}
        )
        kept = {
            name: value for name, value in settings.items() if not name.startswith("AWS_CONTAINER_")
        }
        return kept | {
            "AWS_ENDPOINT_URL_STS": f"{stack.url}/sts/tenants",
            "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
            "AWS_ROLE_ARN": stack.outputs["RoleArn"],
        }

    return made


def test_unmodified_boto3_needs_an_endpoint_a_token_file_and_a_role(
    environment: Callable[[Path], dict[str, str]], acme: str, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(acme)

    def read(key: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", outside.READ, BUCKET, key],
            env=environment(token),
            capture_output=True,
            check=False,
        )

    assert read(MINE).stdout == OBJECTS[MINE]
    assert b"AccessDenied" in read(NEIGHBOURS).stderr


def test_an_answer_has_what_sts_says_and_a_slash_changes_nothing(
    ask: Ask, cloud: Cloud, acme: str
) -> None:
    for slash, seconds in (("", None), ("/", None), ("", "3600")):
        answer = ask(acme, slash=slash, DurationSeconds=seconds)
        assert answer.status == 200, answer.json
        assert answer.headers["content-type"] == "text/xml"
        assert answer.headers["x-amzn-requestid"]
        told = members(answer)
        assert told["Provider"] == cloud.issuer.url
        assert told["Audience"] == "https://vend.example.com"
        lent = told["Credentials"]
        keys = Credentials(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
        arn = aws.sts(cloud, keys).get_caller_identity()["Arn"]
        assert arn == told["AssumedRoleUser"]["Arn"]
        assert "a-name" not in arn
        assert arn.rpartition("/")[2].startswith(told["SourceIdentity"])
        s3 = aws.s3(cloud, keys)
        assert s3.get_object(Bucket=BUCKET, Key=MINE)["Body"].read() == OBJECTS[MINE]


def test_the_parameters_may_stand_in_the_query(stack: Stack, acme: str, seeded: Seeded) -> None:
    given = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": stack.outputs["RoleArn"],
        "RoleSessionName": "a-name",
        "WebIdentityToken": acme,
    }
    answer = send("POST", f"{stack.url}/sts/tenants?{urlencode(given)}")
    assert answer.status == 200, answer.json
    assert "Credentials" in members(answer)


@pytest.mark.parametrize(
    ("grant", "parameters", "status", "code", "words"),
    [
        ("no-such-grant", {}, 403, "AccessDenied", "sts:AssumeRoleWithWebIdentity"),
        ("stranger-reads-reports", {}, 403, "AccessDenied", "sts:AssumeRoleWithWebIdentity"),
        ("tenants", {"DurationSeconds": "3599"}, 400, "ValidationError", "at most 1800 seconds"),
        ("tenants", {"DurationSeconds": "60"}, 400, "ValidationError", "at least 900 seconds"),
        ("tenants", {"Policy": "{}"}, 400, "ValidationError", "must be left out"),
        ("tenants", {"RoleArn": "arn:aws:iam::123456789012:role/X"}, 400, "ValidationError", "RoleArn"),
        ("tenants", {"Action": "AssumeRole"}, 400, "InvalidAction", "AssumeRole"),
        ("tenants", {"Action": None}, 400, "MissingAction", "AssumeRole"),
        ("tenants", {"WebIdentityToken": "a.b.c"}, 400, "InvalidIdentityToken", "validated"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_of_sts(
    grant: str, parameters: dict[str, str], status: int, code: str, words: str, ask: Ask, acme: str
) -> None:
    answer = ask(acme, grant, **parameters)
    told = members(answer)
    assert (answer.status, told["Code"], told["Type"]) == (status, code, "Sender")
    assert words in told["Message"]


@pytest.mark.invariant(10)
def test_an_unknown_grant_and_anothers_are_one_answer(ask: Ask, acme: str) -> None:
    unknown, anothers = (ask(acme, one) for one in ("unknown", "service-account-reads-reports"))
    assert members(unknown) == members(anothers)
    assert unknown.status == anothers.status


def test_a_token_that_has_ended_is_told_as_sts_tells_it(ask: Ask, cloud: Cloud) -> None:
    now = int(time.time())
    answer = ask(cloud.issuer.token(TENANT | {"iat": now - 700, "exp": now - 100}))
    assert (answer.status, members(answer)["Code"]) == (400, "ExpiredTokenException")


def test_the_route_takes_forms_alone_and_no_other_method(call: Call, acme: str) -> None:
    answer = call("POST", "/sts/tenants", {"WebIdentityToken": acme})
    assert (answer.status, members(answer)["Code"]) == (400, "ValidationError")
    assert call("GET", "/sts/tenants").status == 403


@pytest.mark.invariant(11)
def test_a_vend_leaves_one_record_and_no_token(ask: Ask, cloud: Cloud, acme: str) -> None:
    told = members(ask(acme))
    name = told["AssumedRoleUser"]["Arn"].rpartition("/")[2]
    client = aws.session(cloud.root).client("logs", endpoint_url=cloud.endpoint)
    lines: list[str] = []
    for _ in range(50):
        lines = [
            event["message"]
            for group in client.describe_log_groups()["logGroups"]
            for page in client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            for event in page["events"]
        ]
        if any(name in line for line in lines):
            break
        time.sleep(0.1)
    (record,) = [json.loads(line) for line in lines if name in line]
    assert (
        record.items()
        >= {
            "action": "credentials",
            "door": "sts",
            "issuer": cloud.issuer.url,
            "grant": "tenants",
            "outcome": "granted",
            "durationSeconds": 1800,
            "targets": [f"s3://{BUCKET}/tenants/acme/*"],
        }.items()
    )
    assert not [line for line in lines if acme.rpartition(".")[2] in line]
