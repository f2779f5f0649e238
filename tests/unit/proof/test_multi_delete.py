"""DeleteObjects with vended credentials, key by key as S3 decides it.

S3 asks for ``s3:DeleteObject`` on each key (``s3:DeleteObjectVersion`` where a version is named),
deletes those that are allowed, and answers ``AccessDenied`` for each of the others:
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from tests.evaluator import Answer, Policies, Request, decide
from tests.evaluator.principals import Principal
from tests.support.make import ACCOUNT, NOW, ROLE_ARN, caller, grant, location, one_policy
from tests.support.stack.policies import stack
from vending.grants.keys import Keys
from vending.sessions.conditions import grant_conditions

FULL: Final = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}  # fmt: skip
BOUNDARY: Final = stack().properties("AllowedAssumeS3RoleBoundary")["PolicyDocument"]
SESSION: Final = f"arn:aws:sts::{ACCOUNT}:assumed-role/AllowedAssumeS3Role/s"
INSIDE: Final = ("uploads/a", "uploads/deep/er/b", "uploads/", "uploads/a*b")
OUTSIDE: Final = ("reports/a", "uploads", "uploads2/a", "Uploads/a", "a", "x/uploads/a")


def policies(line: str, *targets: str, **members: Any) -> Policies:
    """Of a session for these targets under this grant, within the role and its boundary."""
    granted = grant(line, **members)
    conditions = grant_conditions(granted, caller(), NOW + timedelta(hours=1))
    text = one_policy(
        [Keys.parse(target) for target in targets],
        granted.permission,
        location(),
        ROLE_ARN,
        conditions,
        versions=granted.versions,
    )
    return Policies(identity=[FULL], boundary=BOUNDARY, session=json.loads(text))


def deleted(
    by: Policies, keys: Iterable[str], *, version: str | None = None, bucket: str = "bkt"
) -> set[str]:
    """The keys that one DeleteObjects deletes; the others are refused, each by itself."""
    action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
    context = {"aws:ResourceAccount": ACCOUNT, "s3:VersionId": version or "null"}
    principal = Principal(SESSION, ROLE_ARN)
    return {
        key
        for key in keys
        if decide(by, Request(action, f"arn:aws:s3:::{bucket}/{key}", context, principal))
        is Answer.ALLOWED
    }


WRITER: Final = policies("s3://bkt/uploads/* WRITE", "s3://bkt/uploads/*")


@pytest.mark.invariant(5)
@pytest.mark.parametrize("order", [INSIDE + OUTSIDE, OUTSIDE + INSIDE])
def test_of_one_request_the_keys_inside_go_and_the_others_stay(order: Sequence[str]) -> None:
    assert deleted(WRITER, order) == set(INSIDE)
    for key in OUTSIDE:
        assert deleted(WRITER, [*INSIDE, key]) == set(INSIDE)


@pytest.mark.invariant(5)
def test_a_session_for_one_key_deletes_that_key_alone() -> None:
    one = policies("s3://bkt/uploads/* WRITE", "s3://bkt/uploads/a")
    assert deleted(one, INSIDE + OUTSIDE) == {"uploads/a"}


@pytest.mark.invariant(5)
@pytest.mark.parametrize(
    ("line", "members"),
    [
        ("s3://bkt/uploads/* WRITE", {}),
        ("s3://bkt/uploads/* READWRITE", {"versions": True}),
    ],
)
def test_no_version_is_deleted_not_even_where_versions_are_read(
    line: str, members: dict[str, Any]
) -> None:
    made = policies(line, "s3://bkt/uploads/*", **members)
    assert deleted(made, INSIDE, version="3sL4kqtJlcpXroDTDmJ") == set()
    assert deleted(made, INSIDE) == set(INSIDE)


@pytest.mark.invariant(5)
def test_a_reader_deletes_nothing_and_nobody_deletes_in_another_bucket() -> None:
    reader = policies("s3://bkt/uploads/* READ", "s3://bkt/uploads/*")
    assert deleted(reader, INSIDE + OUTSIDE) == set()
    assert deleted(WRITER, INSIDE, bucket="bkt2") == set()


@pytest.mark.invariant(5)
def test_no_lock_is_bypassed_on_the_way() -> None:
    """`x-amz-bypass-governance-retention` asks for a second action on each key."""
    for key in INSIDE:
        request = Request(
            "s3:BypassGovernanceRetention",
            f"arn:aws:s3:::bkt/{key}",
            {"aws:ResourceAccount": ACCOUNT},
            Principal(SESSION, ROLE_ARN),
        )
        assert decide(WRITER, request) is Answer.NOT_ALLOWED
