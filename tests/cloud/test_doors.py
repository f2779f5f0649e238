"""Who gets in at which door, and what everybody else is told."""

from datetime import UTC, datetime, timedelta

import pytest

from local.cloud.client import Answer, Call, Credentials
from tests.cloud.conftest import NewCaller
from vending.aws.environment.runtime import VERSION

REPORTS = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
WHO = {
    "door": "iam",
    "arn": "arn:aws:iam::123456789012:user/AssumeS3User",
    "version": VERSION,
}
IAM = [
    ("POST", "/iam/credentials"),
    ("POST", "/iam/presigned-urls"),
    ("GET", "/iam/grants"),
    ("GET", "/iam/identity"),
    ("POST", "/iam/explanations"),
]
ADMIN = [
    ("GET", "/admin/grants"),
    ("GET", "/admin/grants/x"),
    ("GET", "/admin/issuers"),
    ("GET", "/admin/issuers/x"),
    ("GET", "/admin/locations"),
    ("GET", "/admin/locations/x"),
    ("GET", "/admin/tests"),
    ("GET", "/admin/tests/x"),
    ("POST", "/admin/changes"),
    ("GET", "/admin/staged"),
    ("POST", "/admin/staged"),
    ("GET", "/admin/staged/x"),
    ("DELETE", "/admin/staged/x"),
    ("PUT", "/admin/staged/x/parts/0"),
    ("POST", "/admin/staged/x/commit"),
    ("GET", "/admin/staged/x/changes"),
    ("POST", "/admin/reach"),
    ("POST", "/admin/explanations"),
]


def refused_at_the_door(answer: Answer) -> bool:
    """API Gateway's own refusal, in the shape of ours."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json.keys() >= {"type", "title", "status", "detail", "code", "requestId"}
    assert answer.json["status"] == answer.status
    return (answer.status, answer.json["code"]) == (403, "NotAuthenticated")


@pytest.mark.parametrize(("method", "path"), IAM + ADMIN)
def test_nobody_gets_in_without_a_signature(method: str, path: str, call: Call) -> None:
    assert refused_at_the_door(call(method, path, REPORTS))


@pytest.mark.parametrize(("method", "path"), ADMIN)
def test_a_caller_is_no_administrator(
    method: str, path: str, call: Call, user: Credentials
) -> None:
    assert call(method, path, REPORTS if method == "POST" else None, user).status == 403


@pytest.mark.parametrize(("method", "path"), IAM)
def test_an_administrator_is_no_caller(
    method: str, path: str, call: Call, administrator: Credentials
) -> None:
    assert call(method, path, REPORTS if method == "POST" else None, administrator).status == 403


def test_a_grant_alone_opens_no_door(call: Call, stranger: Credentials) -> None:
    assert call("POST", "/iam/credentials", REPORTS, stranger).status == 403


def test_a_wrong_secret_is_refused(call: Call, user: Credentials) -> None:
    wrong = Credentials(user.access_key_id, "x" * 40)
    assert refused_at_the_door(call("POST", "/iam/credentials", REPORTS, wrong))


def test_a_stale_clock_is_refused(call: Call, user: Credentials) -> None:
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    assert refused_at_the_door(call("POST", "/iam/credentials", REPORTS, user, at=long_ago))


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("POST", "/iam/nothing"), ("DELETE", "/iam/credentials"), ("GET", "/iam")],
)
def test_an_unknown_route_looks_like_a_missing_signature(
    method: str, path: str, call: Call
) -> None:
    assert refused_at_the_door(call(method, path, None))


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/iam/grants?x=1", "GET"),
        ("/iam/identity?limit=1", "GET"),
        ("/iam/grants?limit=1&limit=2", "GET"),
        ("/iam/grants?limit=0", "GET"),
        ("/iam/grants?nextToken=x", "GET"),
    ],
)
def test_a_query_that_the_route_does_not_take_is_a_problem(
    path: str, method: str, call: Call, user: Credentials
) -> None:
    answer = call(method, path, None, user)
    assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")


@pytest.mark.invariant(8)
def test_headers_that_name_somebody_else_change_nothing(call: Call, user: Credentials) -> None:
    forged = {
        "X-Amzn-Request-Context": '{"identity": {"userArn": "arn:aws:iam::123456789012:user/Bob"}}',
        "X-Forwarded-User": "Bob",
        "X-Forwarded-For": "192.0.2.99",
    }
    answer = call("GET", "/iam/identity", None, user, headers=forged)
    assert answer.json == WHO


def test_a_role_is_told_its_role_without_the_session(call: Call, new_role: NewCaller) -> None:
    role = new_role("IdentityRole", session="somebody-else")
    answer = call("GET", "/iam/identity", None, role)
    assert answer.json["arn"] == "arn:aws:iam::123456789012:role/IdentityRole"


def test_a_caller_sees_its_own_grants_page_by_page(call: Call, user: Credentials) -> None:
    everything = call("GET", "/iam/grants", None, user).json["grants"]
    assert {"assume-s3-user-reads-reports", "assume-s3-user-writes-uploads"} <= {
        one["id"] for one in everything
    }
    assert "stranger-reads-reports" not in {one["id"] for one in everything}
    writes = next(one for one in everything if one["id"] == "assume-s3-user-writes-uploads")
    assert writes == {
        "id": "assume-s3-user-writes-uploads",
        "scope": "s3://hogehoge-bucket/uploads/*",
        "permission": "WRITE",
        "maxDuration": 1800,
        "sharing": True,
    }
    paged, path = [], "/iam/grants?limit=1"
    while True:
        page = call("GET", path, None, user).json
        paged += page["grants"]
        if "nextToken" not in page:
            break
        path = f"/iam/grants?limit=1&nextToken={page['nextToken']}"
    assert paged == everything
