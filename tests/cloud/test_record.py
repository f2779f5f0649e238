"""What is written down: one audit record for each decision, and no secret anywhere."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack

REPORTS = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
KEY = {"method": "GET", "target": "s3://hogehoge-bucket/reports/2026.csv"}


class Logs:
    """The log lines of all functions."""

    def __init__(self, cloud: Cloud) -> None:
        self.client = aws.session(cloud.root).client("logs", endpoint_url=cloud.endpoint)

    def lines(self) -> Iterator[str]:
        for group in self.client.describe_log_groups()["logGroups"]:
            pages = self.client.get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=group["logGroupName"]):
                yield from (event["message"] for event in page["events"])

    def records(self, vend_id: str) -> list[dict[str, Any]]:
        """The audit records of a vend; waits for the first, and for one too many."""
        for _ in range(50):
            if any(f'"{vend_id}"' in line for line in self.lines()):
                time.sleep(0.3)
                return [json.loads(line) for line in self.lines() if f'"{vend_id}"' in line]
            time.sleep(0.1)
        return []


@pytest.fixture(scope="module")
def logs(cloud: Cloud, stack: Stack) -> Logs:
    return Logs(cloud)


def all_records(logs: Logs) -> list[dict[str, Any]]:
    found = []
    for line in logs.lines():
        with suppress(ValueError):
            members = json.loads(line)
            if isinstance(members, dict) and members.get("record") == "audit":
                found.append(members)
    return found


@pytest.mark.invariant(11)
def test_a_vend_leaves_one_record_that_cloudtrail_can_be_joined_with(
    logs: Logs, call: Call, user: Credentials
) -> None:
    answer = call("POST", "/iam/credentials", REPORTS, user).json
    (record,) = logs.records(answer["vendId"])
    assert record["record"] == "audit"
    assert record["action"] == "credentials"
    assert record["outcome"] == "granted"
    assert record["caller"] == "arn:aws:iam::123456789012:user/AssumeS3User"
    assert record["grant"] == "assume-s3-user-reads-reports"
    assert record["targets"] == ["s3://hogehoge-bucket/reports/*"]
    assert record["sessionId"] == answer["sessionId"]
    assert record["roleSessionName"].endswith(f"-{answer['sessionId']}")
    assert record["roleSessionName"].startswith(record["sourceIdentity"])


def test_the_session_name_is_the_one_that_sts_knows(
    cloud: Cloud, logs: Logs, call: Call, user: Credentials
) -> None:
    answer = call("POST", "/iam/credentials", REPORTS, user).json
    given = answer["credentials"]
    lent = Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
    (record,) = logs.records(answer["vendId"])
    arn = aws.sts(cloud, lent).get_caller_identity()["Arn"]
    assert arn.endswith(f":assumed-role/AllowedAssumeS3Role/{record['roleSessionName']}")


@pytest.mark.parametrize(
    ("path", "body", "code", "reason"),
    [
        ("/iam/credentials", REPORTS | {"permission": "WRITE"}, "AccessDenied", "NoGrant"),
        ("/iam/credentials", REPORTS | {"permission": "ALL"}, "InvalidRequest", "InvalidRequest"),
        ("/iam/credentials", REPORTS | {"durationSeconds": 1}, "DurationNotAllowed", "DurationNotAllowed"),
        ("/iam/presigned-urls", {"expiresIn": 60, "requests": [KEY | {"method": "PUT"}]}, "AccessDenied", "NoGrant"),
    ],
)  # fmt: skip
def test_a_refusal_leaves_one_record_too(
    path: str,
    body: Mapping[str, Any],
    code: str,
    reason: str,
    logs: Logs,
    call: Call,
    user: Credentials,
) -> None:
    answer = call("POST", path, body, user)
    assert answer.json["code"] == code
    (record,) = logs.records(answer.json["requestId"])
    assert (record["outcome"], record["code"], record["reason"]) == ("refused", code, reason)


@pytest.mark.invariant(11)
def test_every_administrative_change_leaves_a_record_with_before_and_after(
    logs: Logs, call: Call, administrator: Credentials
) -> None:
    grants = [
        {
            "id": f"recorded{number}",
            "grantee": {"iam": "arn:aws:iam::123456789012:role/Recorded"},
            "scope": f"s3://hogehoge-bucket/recorded{number}/*",
            "permission": "READ",
        }
        for number in range(2)
    ]
    answer = call("POST", "/admin/changes", {"version": 1, "grants": grants}, administrator)
    assert answer.status == 200
    changes = [
        one
        for one in all_records(logs)
        if one["action"] == "change" and one["change"]["id"].startswith("recorded")
    ]
    assert sorted(one["change"]["id"] for one in changes) == ["recorded0", "recorded1"]
    assert changes[0]["change"]["before"] is None
    assert changes[0]["change"]["after"]["permission"] == "READ"
    (request,) = logs.records(changes[0]["cause"])[:1]
    assert request["caller"].endswith("user/Administrator")


@pytest.mark.invariant(10)
def test_nothing_that_was_lent_is_in_any_log(
    logs: Logs, call: Call, user: Credentials, administrator: Credentials
) -> None:
    given = call("POST", "/iam/credentials", REPORTS, user).json["credentials"]
    answer: Answer = call("POST", "/iam/presigned-urls", {"expiresIn": 60, "requests": [KEY]}, user)
    url = answer.json["urls"][0]["url"]
    call("POST", "/iam/credentials", '{"target": "not JSON', user)
    assert logs.records(answer.json["vendId"])
    written = "\n".join(logs.lines())
    assert answer.json["vendId"] in written
    secrets = [
        given["secretAccessKey"],
        given["sessionToken"],
        url.partition("X-Amz-Signature=")[2],
        url.partition("X-Amz-Security-Token=")[2].partition("&")[0],
        user.secret_access_key,
        administrator.secret_access_key,
        "AWS4-HMAC-SHA256",
        "not JSON",
    ]
    for secret in secrets:
        assert len(secret) > 7
        assert secret not in written
