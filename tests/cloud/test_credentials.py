"""POST /iam/credentials for real: what the credentials open, and every way to be refused."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.ministack import Cloud
from tests.cloud.conftest import Apply, NewCaller

ROUTE = "/iam/credentials"
REPORTS = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
USER = "arn:aws:iam::123456789012:user/"


def lent(answer: Answer) -> Credentials:
    assert answer.status == 200, answer.json
    given = answer.json["credentials"]
    return Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])


def code(call: Any, *arguments: Any, **members: Any) -> str:
    try:
        call(*arguments, **members)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "allowed"


def test_the_answer_has_the_members_of_the_contract(call: Call, user: Credentials) -> None:
    answer = call("POST", ROUTE, REPORTS | {"durationSeconds": 900}, user)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    members = dict(answer.json)
    credentials = members.pop("credentials")
    assert credentials.keys() == {
        "accessKeyId",
        "secretAccessKey",
        "sessionToken",
        "expiration",
    }
    left = datetime.fromisoformat(credentials["expiration"]) - datetime.now(UTC)
    assert timedelta(seconds=880) < left <= timedelta(seconds=901)
    assert re.fullmatch("[a-z2-7]{16}", members.pop("vendId"))
    assert re.fullmatch("[a-z2-7]{16}", members.pop("sessionId"))
    assert members == {
        "matchedGrantTargets": ["s3://hogehoge-bucket/reports/*"],
        "permission": "READ",
        "region": "ap-northeast-1",
        "buckets": [{"bucket": "hogehoge-bucket", "region": "ap-northeast-1"}],
    }


@pytest.mark.invariant(2)
def test_a_prefix_is_read_and_listed_and_nothing_beside_it(
    cloud: Cloud, call: Call, user: Credentials
) -> None:
    s3 = aws.s3(cloud, lent(call("POST", ROUTE, REPORTS, user)))
    bucket = {"Bucket": "hogehoge-bucket"}
    assert code(s3.get_object, **bucket, Key="reports/2026.csv") == "allowed"
    assert code(s3.list_objects_v2, **bucket, Prefix="reports/") == "allowed"
    assert code(s3.list_objects_v2, **bucket, Prefix="reports/archive/") == "allowed"
    for refused in (
        code(s3.list_objects_v2, **bucket, Prefix="reports"),
        code(s3.list_objects_v2, **bucket),
        code(s3.list_objects_v2, **bucket, Prefix="reports-private/"),
        code(s3.get_object, **bucket, Key="reports-private/secret.csv"),
        code(s3.get_object, **bucket, Key="hoge.zip"),
        code(s3.put_object, **bucket, Key="reports/2026.csv", Body=b"x"),
        code(s3.delete_object, **bucket, Key="reports/2026.csv"),
        code(
            s3.copy_object, **bucket, Key="uploads/x", CopySource="hogehoge-bucket/reports/2026.csv"
        ),
        code(s3.put_object_acl, **bucket, Key="reports/2026.csv", ACL="public-read"),
        code(s3.put_object_tagging, **bucket, Key="reports/2026.csv", Tagging={"TagSet": []}),
        code(s3.list_buckets),
    ):
        assert refused == "AccessDenied"


def test_one_key_is_one_key(cloud: Cloud, call: Call, user: Credentials) -> None:
    target = {"target": "s3://hogehoge-bucket/reports/2026.csv", "permission": "READ"}
    s3 = aws.s3(cloud, lent(call("POST", ROUTE, target, user)))
    bucket = {"Bucket": "hogehoge-bucket"}
    assert code(s3.get_object, **bucket, Key="reports/2026.csv") == "allowed"
    assert code(s3.get_object, **bucket, Key="reports/archive/2025.csv") == "AccessDenied"
    assert code(s3.list_objects_v2, **bucket, Prefix="reports/") == "AccessDenied"


def test_writing_is_not_reading(cloud: Cloud, call: Call, user: Credentials) -> None:
    target = {"target": "s3://hogehoge-bucket/uploads/*", "permission": "WRITE"}
    s3 = aws.s3(cloud, lent(call("POST", ROUTE, target, user)))
    bucket = {"Bucket": "hogehoge-bucket", "Key": "uploads/written"}
    assert code(s3.put_object, **bucket, Body=b"x") == "allowed"
    assert code(s3.get_object, **bucket) == "AccessDenied"
    assert code(s3.delete_object, **bucket) == "allowed"


def test_several_targets_under_one_grant_are_one_session(
    cloud: Cloud, call: Call, user: Credentials
) -> None:
    keys = ["reports/2026.csv", "reports/archive/2025.csv"]
    targets = [f"s3://hogehoge-bucket/{key}" for key in keys]
    answer = call("POST", ROUTE, {"targets": targets, "permission": "READ"}, user)
    assert answer.json["matchedGrantTargets"] == targets
    s3 = aws.s3(cloud, lent(answer))
    for key in keys:
        assert code(s3.get_object, Bucket="hogehoge-bucket", Key=key) == "allowed"


def test_the_default_privilege_is_the_whole_grant(
    cloud: Cloud, call: Call, user: Credentials
) -> None:
    body = {
        "target": "s3://hogehoge-bucket/reports/2026.csv",
        "permission": "READ",
        "privilege": "Default",
    }
    answer = call("POST", ROUTE, body, user)
    assert answer.json["matchedGrantTargets"] == ["s3://hogehoge-bucket/reports/*"]
    s3 = aws.s3(cloud, lent(answer))
    assert (
        code(s3.get_object, Bucket="hogehoge-bucket", Key="reports/archive/2025.csv") == "allowed"
    )


@pytest.mark.invariant(8)
def test_a_role_is_its_name_whatever_its_session_is_called(
    cloud: Cloud, call: Call, apply: Apply, new_role: NewCaller
) -> None:
    role = new_role("CloudReader", session="AssumeS3User")
    grant = {
        "id": "cloud-reader",
        "grantee": {"iam": "arn:aws:iam::123456789012:role/with/a/path/CloudReader"},
        "scope": "s3://hogehoge-bucket/${caller.name}/*",
        "permission": "READWRITE",
    }
    apply({"version": 1, "grants": [grant]})
    own = {"target": "s3://hogehoge-bucket/CloudReader/*", "permission": "READWRITE"}
    s3 = aws.s3(cloud, lent(call("POST", ROUTE, own, role)))
    assert (
        code(s3.put_object, Bucket="hogehoge-bucket", Key="CloudReader/x", Body=b"x") == "allowed"
    )
    assert call("POST", ROUTE, REPORTS, role).json["code"] == "AccessDenied"
    user_of_that_name = new_role("CloudReader2", session="CloudReader")
    assert call("POST", ROUTE, own, user_of_that_name).json["code"] == "AccessDenied"


def test_a_grant_of_less_than_fifteen_minutes_gives_urls_only(
    call: Call, apply: Apply, new_user: NewCaller
) -> None:
    user = new_user("BriefUser")
    grant = {
        "id": "brief",
        "grantee": {"iam": f"{USER}BriefUser"},
        "scope": "s3://hogehoge-bucket/reports/*",
        "permission": "READ",
        "maxDuration": "5m",
    }
    apply({"version": 1, "grants": [grant]})
    assert call("POST", ROUTE, REPORTS, user).json["code"] == "PresignOnly"
    key = {"method": "GET", "target": "s3://hogehoge-bucket/reports/2026.csv"}
    body = {"expiresIn": 300, "requests": [key]}
    assert call("POST", "/iam/presigned-urls", body, user).status == 200
    refused = call("POST", "/iam/presigned-urls", body | {"expiresIn": 301}, user)
    assert refused.json["code"] == "DurationNotAllowed"
    assert "300" in refused.json["detail"]


def test_a_source_ip_of_a_grant_is_enforced_on_its_sessions(
    cloud: Cloud, call: Call, apply: Apply, new_user: NewCaller
) -> None:
    user = new_user("PinnedUser")
    here, elsewhere = (
        {
            "id": f"pinned-{name}",
            "grantee": {"iam": f"{USER}PinnedUser"},
            "scope": f"s3://hogehoge-bucket/{name}/*",
            "permission": "WRITE",
            "sourceIp": source_ip,
        }
        for name, source_ip in (("here", ["127.0.0.0/8"]), ("elsewhere", ["192.0.2.0/24"]))
    )
    apply({"version": 1, "grants": [here, elsewhere]})
    for name, expected in (("here", "allowed"), ("elsewhere", "AccessDenied")):
        body = {"target": f"s3://hogehoge-bucket/{name}/*", "permission": "WRITE"}
        s3 = aws.s3(cloud, lent(call("POST", ROUTE, body, user)))
        put = code(s3.put_object, Bucket="hogehoge-bucket", Key=f"{name}/x", Body=b"x")
        assert put == expected


REFUSED: list[tuple[dict[str, Any], int, str, str]] = [
    ({"target": "s3://hogehoge-bucket/reports-private/*"}, 403, "AccessDenied", "/target"),
    ({"target": "s3://hogehoge-bucket/*"}, 403, "AccessDenied", "/target"),
    ({"target": "s3://hogehoge-bucket/reports"}, 403, "AccessDenied", "/target"),
    ({"target": "s3://no-such-bucket/reports/*"}, 403, "AccessDenied", "/target"),
    ({"permission": "WRITE"}, 403, "AccessDenied", "/target"),
    ({"permission": "READWRITE"}, 403, "AccessDenied", "/target"),
    ({"permission": "ADMIN"}, 400, "InvalidRequest", "/permission"),
    ({"durationSeconds": 0}, 400, "DurationNotAllowed", "/durationSeconds"),
    ({"durationSeconds": -1}, 400, "DurationNotAllowed", "/durationSeconds"),
    ({"durationSeconds": 899}, 400, "DurationNotAllowed", "/durationSeconds"),
    ({"durationSeconds": 3601}, 400, "DurationNotAllowed", "/durationSeconds"),
    ({"durationSeconds": 1.5}, 400, "InvalidRequest", "/durationSeconds"),
    ({"durationSeconds": "900"}, 400, "InvalidRequest", "/durationSeconds"),
    ({"target": "s3://bkt"}, 400, "InvalidRequest", "/target"),
    ({"target": "s3:///x"}, 400, "InvalidRequest", "/target"),
    ({"target": "s3://Bkt/x"}, 400, "InvalidRequest", "/target"),
    ({"target": "s3://bkt/../x"}, 400, "InvalidRequest", "/target"),
    ({"target": "s3://bkt/" + "é" * 513}, 400, "InvalidRequest", "/target"),
    ({"target": "s3://hogehoge-bucket/rep*"}, 400, "InvalidRequest", "/target"),
    ({"unknown": 1}, 400, "InvalidRequest", "/unknown"),
    ({"targets": ["s3://hogehoge-bucket/reports/a"]}, 400, "InvalidRequest", ""),
]


@pytest.mark.parametrize(("changes", "status", "problem", "pointer"), REFUSED)
def test_a_bad_request_is_a_problem_that_names_the_member(
    changes: dict[str, Any], status: int, problem: str, pointer: str, call: Call, user: Credentials
) -> None:
    answer = call("POST", ROUTE, REPORTS | changes, user)
    assert (answer.status, answer.json["code"]) == (status, problem)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]
    assert answer.json["detail"]
    assert answer.json["requestId"]


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ("", 400, "InvalidRequest"),
        ("{", 400, "InvalidRequest"),
        ("[]", 400, "InvalidRequest"),
        ('{"permission": "READ", "permission": "WRITE"}', 400, "InvalidRequest"),
        ('{"durationSeconds": NaN}', 400, "InvalidRequest"),
        ('{"target": "' + "x" * 2 * 1024 * 1024 + '"}', 413, "TooLarge"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_cannot_be_read_is_a_problem(
    body: str, status: int, problem: str, call: Call, user: Credentials
) -> None:
    answer = call("POST", ROUTE, body, user)
    assert (answer.status, answer.json["code"]) == (status, problem)


def test_one_session_reads_here_and_writes_there(
    cloud: Cloud, call: Call, user: Credentials
) -> None:
    targets = [
        {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"},
        {"target": "s3://hogehoge-bucket/uploads/*", "permission": "WRITE"},
    ]
    answer = call("POST", ROUTE, {"targets": targets, "durationSeconds": 900}, user)
    assert answer.json["matchedGrantTargets"] == targets
    assert answer.json["buckets"] == [{"bucket": "hogehoge-bucket", "region": "ap-northeast-1"}]
    s3 = aws.s3(cloud, lent(answer))
    here = {"Bucket": "hogehoge-bucket"}
    source = {**here, "Key": "reports/2026.csv"}
    copied = {**here, "Key": "uploads/several.csv"}
    assert code(s3.copy_object, CopySource=source, **copied) == "allowed"
    assert code(s3.get_object, **copied) == "AccessDenied"
    assert code(s3.put_object, **source, Body=b"x") == "AccessDenied"
    assert code(s3.delete_object, **copied) == "allowed"


def test_three_grants_serve_one_session_and_a_fourth_is_refused_with_all_names(
    cloud: Cloud, call: Call, new_user: NewCaller, apply: Apply
) -> None:
    several = new_user("SeveralUser")
    names = ("one", "two", "three", "four")
    grants = [
        {
            "id": f"several-{name}",
            "grantee": {"iam": f"{USER}SeveralUser"},
            "scope": f"s3://hogehoge-bucket/{name}/*",
            "permission": "WRITE",
        }
        for name in names
    ]
    apply({"version": 1, "grants": grants})
    targets = [f"s3://hogehoge-bucket/{name}/a" for name in names]
    answer = call("POST", ROUTE, {"targets": targets[:3], "permission": "WRITE"}, several)
    s3 = aws.s3(cloud, lent(answer))
    for name in names:
        written = code(s3.put_object, Bucket="hogehoge-bucket", Key=f"{name}/a", Body=b"x")
        assert written == ("AccessDenied" if name == "four" else "allowed")
    refused = call("POST", ROUTE, {"targets": targets, "permission": "WRITE"}, several)
    assert (refused.status, refused.json["code"]) == (400, "SeveralGrants")
    assert "several-four, several-one, several-three, several-two" in refused.json["detail"]


def test_a_revocation_of_one_grant_ends_a_session_of_two(
    cloud: Cloud, call: Call, new_user: NewCaller, apply: Apply, administrator: Credentials
) -> None:
    both = new_user("BothUser")
    grants = [
        {
            "id": f"both-{name}",
            "grantee": {"iam": f"{USER}BothUser"},
            "scope": f"s3://hogehoge-bucket/both-{name}/*",
            "permission": "WRITE",
        }
        for name in ("one", "two")
    ]
    apply({"version": 1, "grants": grants})
    targets = [f"s3://hogehoge-bucket/both-{name}/a" for name in ("one", "two")]
    s3 = aws.s3(cloud, lent(call("POST", ROUTE, {"targets": targets, "permission": "WRITE"}, both)))
    written = {"Bucket": "hogehoge-bucket", "Key": "both-one/a", "Body": b"x"}
    assert code(s3.put_object, **written) == "allowed"
    body = {"grantId": "both-two", "kind": "block", "reason": "a test"}
    revoked = call("POST", "/admin/revocations", body, administrator)
    assert revoked.status == 200, revoked.json
    assert code(s3.put_object, **written) == "AccessDenied"
    lifted = f"/admin/revocations/{revoked.json['revocation']['id']}"
    assert call("DELETE", lifted, None, administrator).status == 200


@pytest.mark.invariant(2)
def test_a_policy_over_2048_characters_is_refused_and_never_widened(
    call: Call, user: Credentials
) -> None:
    targets = [f"s3://hogehoge-bucket/reports/{number}{'x' * 900}" for number in range(3)]
    answer = call("POST", ROUTE, {"targets": targets, "permission": "READ"}, user)
    assert (answer.status, answer.json["code"]) == (400, "PolicyTooLarge")
    assert [one["pointer"] for one in answer.json["errors"]] == ["/targets"]
    assert "2048" in answer.json["detail"]


def test_an_explanation_is_the_decision_without_credentials(call: Call, user: Credentials) -> None:
    granted = call("POST", "/iam/explanations", REPORTS, user).json
    assert granted["decision"] == "granted"
    assert granted["sessionPolicyLength"] == len(granted["sessionPolicy"])
    resources = json.loads(granted["sessionPolicy"])["Statement"][0]["Resource"]
    assert resources == "arn:aws:s3:::hogehoge-bucket/reports/*"
    refused = call("POST", "/iam/explanations", REPORTS | {"permission": "WRITE"}, user)
    assert (refused.status, refused.json["decision"]) == (200, "refused")
    assert refused.json["code"] == "AccessDenied"
    assert "sessionPolicy" not in refused.json
    bad = call("POST", "/iam/explanations", REPORTS | {"permission": "ADMIN"}, user)
    assert (bad.status, bad.json["code"]) == (400, "InvalidRequest")
