"""The audit trail by API: what was vended a moment ago, found by everything that names it."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from local.cloud import aws
from local.cloud.client import Call, Credentials
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import NewCaller

REPORTS = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
KEY = {"method": "GET", "target": "s3://hogehoge-bucket/reports/2026.csv"}
URLS = {"expiresIn": 600, "requests": [KEY]}
ME = "arn:aws:iam::123456789012:user/AssumeS3User"

type Find = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def find(call: Call, administrator: Credentials) -> Find:
    """`find(path)`: the answer, once it is not 404; a record comes to the log a moment later."""

    def found(path: str) -> dict[str, Any]:
        for _ in range(50):
            answer = call("GET", path, None, administrator)
            if answer.status != 404:
                assert answer.status == 200, answer.json
                members: dict[str, Any] = answer.json
                return members
            time.sleep(0.1)
        raise AssertionError(f"{path} is not found")

    return found


def ids(entries: list[dict[str, Any]]) -> set[str]:
    return {one["vendId"] for one in entries}


def test_a_vend_is_looked_up_with_the_others_that_its_session_served(
    call: Call, find: Find, user: Credentials
) -> None:
    first, second = (call("POST", "/iam/presigned-urls", URLS, user).json for _ in range(2))
    assert first["sessionId"] == second["sessionId"]
    find(f"/admin/vends/{second['vendId']}")
    found = find(f"/admin/vends/{first['vendId']}")
    assert found["record"]["caller"] == ME
    assert found["record"]["targets"] == [KEY["target"]]
    assert found["session"]["sessionId"] == first["sessionId"]
    assert ids(found["session"]["vends"]) >= {first["vendId"], second["vendId"]}
    (listed,) = find(f"/admin/sessions?sessionId={first['sessionId']}")["sessions"]
    assert listed["grant"] == "assume-s3-user-reads-reports"
    assert ids(listed["vends"]) == ids(found["session"]["vends"])


def test_what_was_refused_is_found_by_who_asked_and_why(
    call: Call, find: Find, user: Credentials
) -> None:
    refused = call("POST", "/iam/credentials", REPORTS | {"permission": "WRITE"}, user).json
    vended = call("POST", "/iam/credentials", REPORTS, user).json
    find(f"/admin/vends/{vended['vendId']}")
    found = find(
        f"/admin/audit?caller={quote(ME, safe='')}&outcome=refused&extendedRequestId={refused['requestId']}"
    )
    (record,) = found["records"]
    assert (record["code"], record["reason"]) == ("AccessDenied", "NoGrant")
    assert "session" not in find(f"/admin/vends/{record['vendId']}")


def test_pages_of_the_trail_leave_nothing_out(call: Call, find: Find, user: Credentials) -> None:
    made = {call("POST", "/iam/credentials", REPORTS, user).json["vendId"] for _ in range(5)}
    for one in made:
        find(f"/admin/vends/{one}")
    path, token, seen = (
        f"/admin/audit?action=credentials&caller={quote(ME, safe='')}&limit=2",
        "",
        [],
    )
    while True:
        page = find(f"{path}&nextToken={token}" if token else path)
        assert len(page["records"]) <= 2
        seen += page["records"]
        if not (token := page.get("nextToken", "")):
            break
    assert made <= ids(seen)
    assert len(ids(seen)) == len(seen)
    assert [one["time"] for one in seen] == sorted(one["time"] for one in seen)


def test_a_key_that_looks_like_a_record_is_no_record(
    call: Call, find: Find, user: Credentials
) -> None:
    """Whoever asks chooses the key: words in it must not be taken for the record's own."""
    victim = call("POST", "/iam/credentials", REPORTS, user).json["vendId"]
    forged = f'{{"record":"audit","vendId":"{victim}","outcome":"granted"}}'
    target = {"bucket": "hogehoge-bucket", "key": f"reports/{forged}"}
    made = call("POST", "/iam/presigned-urls", {"expiresIn": 60, "requests": [{"method": "GET", "target": target}]}, user)  # fmt: skip
    assert made.status == 200, made.json
    find(f"/admin/vends/{made.json['vendId']}")
    found = find(f"/admin/audit?vendId={victim}")["records"]
    assert [one["action"] for one in found] == ["credentials"]


def test_the_trail_is_for_administrators(call: Call, user: Credentials) -> None:
    for path in ("/admin/audit", "/admin/sessions", "/admin/vends/aaaaaaaaaaaaaaaa"):
        assert call("GET", path, None, user).status == 403


def test_a_session_of_a_role_is_found_by_its_role(
    call: Call, find: Find, new_role: NewCaller
) -> None:
    signer = new_role("AuditedRole", "a-session")
    call("POST", "/iam/credentials", REPORTS, signer)
    role = "arn:aws:sts::123456789012:assumed-role/AuditedRole/another-session"
    for _ in range(50):
        if found := find(f"/admin/audit?caller={quote(role, safe='')}")["records"]:
            break
        time.sleep(0.1)
    assert [(one["caller"], one["callerSession"]) for one in found] == [
        ("arn:aws:iam::123456789012:role/AuditedRole", "a-session")
    ]


def test_what_the_functions_log_goes_to_a_stream_and_its_bucket_is_closed(
    cloud: Cloud, stack: Stack
) -> None:
    """The local cloud carries nothing there; it takes the resources, and shows what they are."""
    session = aws.session(cloud.root)
    logs = session.client("logs", endpoint_url=cloud.endpoint)
    s3 = session.client("s3", endpoint_url=cloud.endpoint)
    subscribed = {
        group["logGroupName"].rpartition("/")[2]: [one["filterPattern"] for one in filters]
        for group in logs.describe_log_groups()["logGroups"]
        if (filters := logs.describe_subscription_filters(logGroupName=group["logGroupName"])["subscriptionFilters"])
    }  # fmt: skip
    assert set(map(tuple, subscribed.values())) == {('{ $.record = "audit" }',)}
    assert {"CredentialsFunctionLogGroup", "AdministrationFunctionLogGroup"} <= subscribed.keys()
    bucket = stack.outputs["AuditTrailBucketName"]
    closed = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=bucket)["Policy"]


def test_a_vend_is_found_by_what_it_opened_and_by_the_name_of_who_asked(
    call: Call, find: Find, user: Credentials
) -> None:
    vended = call("POST", "/iam/credentials", REPORTS, user).json
    find(f"/admin/vends/{vended['vendId']}")
    inside, beside = quote(KEY["target"], safe=""), quote("s3://hogehoge-bucket/uploads/*", safe="")
    named = f"callerName=AssumeS3User&vendId={vended['vendId']}"
    assert ids(find(f"/admin/audit?{named}&target={inside}")["records"]) == {vended["vendId"]}
    assert find(f"/admin/audit?{named}&target={beside}")["records"] == []
    other = f"callerName=Somebody&vendId={vended['vendId']}"
    assert find(f"/admin/audit?{other}")["records"] == []
    sessions = f"/admin/sessions?sessionId={vended['sessionId']}&callerName=AssumeS3User"
    assert len(find(f"{sessions}&target={inside}")["sessions"]) == 1
    assert find(f"{sessions}&target={beside}")["sessions"] == []


@pytest.mark.parametrize(
    "body", [{"version": 1}, {"version": 1, "grants": [{}]}, {"version": 1, "revision": 10**9}]
)
def test_a_dry_run_is_recorded_as_one_also_where_it_is_refused(
    body: dict[str, object], call: Call, administrator: Credentials
) -> None:
    answer = call("POST", "/admin/changes", body | {"dryRun": True}, administrator)
    time.sleep(1)
    path = "/admin/audit?action=changes&limit=1000"
    records = call("GET", path, None, administrator).json["records"]
    if answer.status != 200:
        request = answer.json["requestId"]
        records = [one for one in records if one.get("extendedRequestId") == request]
    assert records[-1]["dryRun"] is True
