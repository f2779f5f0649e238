"""The lent role's own policies, its boundary, a session policy and a bucket's policy, together."""

import json
from typing import Any, Final

import pytest

from tests.evaluator import Answer, Policies, Principal, Request, decide
from tests.narrowing.cases import Case
from tests.narrowing.lending import lend
from tests.support.stack.policies import ACCOUNT, DEV, PROD, Stack

YES, NO, DENIED = Answer.ALLOWED, Answer.NOT_ALLOWED, Answer.DENIED
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonS3FullAccess.html
FULL_ACCESS: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*", "s3-object-lambda:*"], "Resource": "*"}],
}
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
SESSION: Final = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/AllowedAssumeS3Role/s", ROLE)
USER: Final = Principal(f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User")
OTHER: Final = "999999999999"


def bucket_policy(principal: Any, effect: str = "Allow") -> dict[str, Any]:
    resources = ["arn:aws:s3:::bkt", "arn:aws:s3:::bkt/*"]
    statement = {"Effect": effect, "Principal": principal, "Action": "s3:*", "Resource": resources}
    return {"Version": "2012-10-17", "Statement": statement}


THE_ROLE: Final = {"AWS": ROLE}
THE_SESSION: Final = {"AWS": SESSION.name}
ROWS: Final = [
    # sentence, bucket policy, owner, action, path, answer
    ("what was granted is allowed", None, ACCOUNT, "s3:GetObject", "bkt/a/x", YES),
    ("the key beside it is not", None, ACCOUNT, "s3:GetObject", "bkt/a/y", NO),
    ("nor another action", None, ACCOUNT, "s3:PutObject", "bkt/a/x", NO),
    ("a bucket policy for the role opens no more", bucket_policy(THE_ROLE), ACCOUNT, "s3:GetObject", "bkt/a/y", NO),
    ("nor one for the account", bucket_policy({"AWS": ACCOUNT}), ACCOUNT, "s3:GetObject", "bkt/a/y", NO),
    ("one for the session's ARN goes past session policy and boundary", bucket_policy(THE_SESSION), ACCOUNT, "s3:PutBucketPolicy", "bkt", YES),
    ("and so does one for everybody", bucket_policy("*"), ACCOUNT, "s3:GetObject", "bkt/a/y", YES),
    ("a bucket policy can take away", bucket_policy(THE_ROLE, "Deny"), ACCOUNT, "s3:GetObject", "bkt/a/x", DENIED),
    ("another account's bucket opens for nobody by itself", None, OTHER, "s3:GetObject", "bkt/a/x", NO),
    ("it opens for the role, and for what was granted", bucket_policy(THE_ROLE), OTHER, "s3:GetObject", "bkt/a/x", YES),
    ("and for no more, also by the session's ARN", bucket_policy(THE_SESSION), OTHER, "s3:GetObject", "bkt/a/y", NO),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "policy", "owner", "action", "path", "answer"), ROWS, ids=[row[0] for row in ROWS]
)
def test_a_session_with_all_policies_that_apply(
    sentence: str, policy: Any, owner: str, action: str, path: str, answer: Answer
) -> None:
    account = None if owner == ACCOUNT else owner
    own = DEV.properties("AllowedAssumeS3Role")["Policies"]
    policies = Policies(
        identity=[FULL_ACCESS, *(one["PolicyDocument"] for one in own)],
        boundary=DEV.properties("AllowedAssumeS3RoleBoundary")["PolicyDocument"],
        session=json.loads(lend(Case(account=account)).sessions[0].policy),
        resource=policy,
    )
    context = {"aws:ResourceAccount": owner}
    request = Request(action, f"arn:aws:s3:::{path}", context, SESSION, owner)
    assert decide(policies, request) is answer


@pytest.mark.parametrize(
    ("made", "who", "answer"),
    [
        pytest.param(DEV, USER, YES, id="in dev the user assumes the role"),
        pytest.param(PROD, USER, NO, id="in prod it does not, whatever its own policy says"),
        pytest.param(PROD, SESSION, NO, id="a session never assumes its role again"),
        pytest.param(PROD, Principal("lambda.amazonaws.com", kind="Service"), NO, id="nor Lambda itself"),
        pytest.param(PROD, Principal("accounts.google.com", kind="Federated"), NO, id="nor Google"),
    ],
)  # fmt: skip
def test_the_trust_policy_decides_who_assumes_the_role(
    made: Stack, who: Principal, answer: Answer
) -> None:
    written = made.properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]
    text = written if isinstance(written, str) else json.dumps(written)
    policies = Policies(
        identity=[made.properties("AssumeS3RolePolicy")["PolicyDocument"]],
        resource=json.loads(text.replace("AssumeS3User.Arn", USER.name)),
        resource_decides=True,
    )
    assert decide(policies, Request("sts:AssumeRole", ROLE, {}, who, ACCOUNT)) is answer
