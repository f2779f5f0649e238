"""The evaluator of the tests and the local cloud answer alike: real roles, real session policies.

Without what the local cloud is known to get wrong: `docs/local-cloud.md`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

from local.cloud import aws
from local.cloud.client import Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from tests.evaluator import Answer, Policies, Policy, Principal, Request, decide
from tests.support.pages import row_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET: Final = "evaluated-bucket"
SESSIONS: Final = 24
REQUESTS: Final = 14  # of each session
NOW: Final = datetime.now(UTC)
TRUST: Final = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "sts:AssumeRole",
}
IDENTITY: Final[Policy] = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}*"},
        {"Effect": "Deny", "Action": "s3:*Object", "Resource": f"arn:aws:s3:::{BUCKET}/a/never*"},
    ],
}
PIECES: Final = ["a", "b", "a/b", "never", "/", "日", "e\u0301", "%2F", "A", "-private", " ", "+"]

Asked = Callable[["S3Client", str], object]
ASK: Final[dict[str, Asked]] = {
    "s3:GetObject": lambda s3, key: s3.get_object(Bucket=BUCKET, Key=key),
    "s3:PutObject": lambda s3, key: s3.put_object(Bucket=BUCKET, Key=key, Body=b""),
    "s3:DeleteObject": lambda s3, key: s3.delete_object(Bucket=BUCKET, Key=key),
    "s3:ListMultipartUploadParts": lambda s3, key: s3.list_parts(Bucket=BUCKET, Key=key, UploadId="none"),
    "s3:AbortMultipartUpload": lambda s3, key: s3.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId="none"),
    "s3:GetObjectTagging": lambda s3, key: s3.get_object_tagging(Bucket=BUCKET, Key=key),
    "s3:GetObjectAcl": lambda s3, key: s3.get_object_acl(Bucket=BUCKET, Key=key),
    "s3:ListBucket": lambda s3, key: s3.list_objects_v2(Bucket=BUCKET, Prefix=key, MaxKeys=1),
    "s3:GetBucketPolicy": lambda s3, key: s3.get_bucket_policy(Bucket=BUCKET),
}  # fmt: skip
ACTIONS: Final = [*ASK, "s3:*", "s3:Get*", "s3:*Object", "s3:getobject", "s3:?etObject"]


def key(chance: Random) -> str:
    """Without a ``/`` at its ends."""
    return "".join(chance.choices(PIECES, k=chance.randint(1, 3))).strip("/") or "a"


def pattern(chance: Random, text: str) -> str:
    """The text, or with a wildcard for some of it."""
    place = chance.randrange(len(text) + 1)
    return chance.choice(
        [
            text,
            text + "*",
            text[:place] + "*",
            text[:place] + "?" + text[place + 1 :],
            text[:-1] + "?",
            "*" + text,
            "*",
        ]
    )


def statement(chance: Random, keys: list[str]) -> dict[str, Any]:
    conditions: list[dict[str, Any]] = [
        {},
        {"StringEquals": {"aws:ResourceAccount": chance.choice([ACCOUNT, "999999999999"])}},
        {"IpAddress": {"aws:SourceIp": chance.choice(["127.0.0.0/8", "127.0.0.1/32", "192.0.2.0/24"])}},
        {"DateLessThan": {"aws:CurrentTime": (NOW + timedelta(hours=chance.choice([-1, 5]))).strftime("%Y-%m-%dT%H:%M:%SZ")}},
        {"StringLike": {"s3:prefix": [pattern(chance, chance.choice(keys)) for _ in range(2)]}},
        {"StringEquals": {"s3:prefix": [pattern(chance, keys[0]), keys[1]]}},
    ]  # fmt: skip
    return {
        "Effect": chance.choice(["Allow", "Allow", "Allow", "Deny"]),
        "Action": chance.sample(ACTIONS, k=chance.randint(1, 4)),
        "Resource": [
            f"arn:aws:s3:::{BUCKET}",
            *(f"arn:aws:s3:::{BUCKET}/{pattern(chance, chance.choice(keys))}" for _ in range(2)),
        ],
        "Condition": chance.choice([{}, *conditions]),
    }


def broad(chance: Random, keys: list[str]) -> dict[str, Any]:
    """What the others may narrow."""
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/{pattern(chance, keys[0])}"]
    made = statement(chance, keys) | {"Effect": "Allow", "Action": "s3:*"}
    return made | {"Resource": chance.choice([resources, "*"])}


def request(chance: Random, keys: list[str]) -> tuple[str, str]:
    return chance.choice(list(ASK)), chance.choice(
        [*keys, keys[0], keys[0] + "b", keys[0][:-1].rstrip("/") or "b", "a/never/b", key(chance)]
    )


def evaluated(session: Policy, action: str, asked: str) -> bool:
    of_bucket = action in ("s3:ListBucket", "s3:GetBucketPolicy")
    context = {
        "aws:SourceIp": "127.0.0.1",
        "aws:CurrentTime": datetime.now(UTC).isoformat(),
        "aws:ResourceAccount": ACCOUNT,
    } | ({"s3:prefix": asked} if action == "s3:ListBucket" else {})
    made = Request(
        action,
        f"arn:aws:s3:::{BUCKET}" + ("" if of_bucket else f"/{asked}"),
        context,
        Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/Evaluated/one", f"arn:aws:iam::{ACCOUNT}:role/Evaluated"),
        owner=ACCOUNT,
    )  # fmt: skip
    return decide(Policies(identity=[IDENTITY], session=session), made) is Answer.ALLOWED


def enforced(s3: "S3Client", action: str, asked: str) -> bool:
    try:
        ASK[action](s3, asked)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] != 403
    return True


@pytest.fixture(scope="module")
def lend(cloud: Cloud, s3: "S3Client") -> Callable[[Policy], "S3Client"]:
    """`lend(session policy)` → S3 for a session of the one role."""
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})  # fmt: skip
    iam, sts = aws.iam(cloud), aws.sts(cloud, cloud.root)
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    arn = iam.create_role(RoleName="Evaluated", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="Evaluated", PolicyName="s3", PolicyDocument=json.dumps(IDENTITY))

    def session(policy: Policy) -> "S3Client":
        lent = sts.assume_role(RoleArn=arn, RoleSessionName="one", Policy=json.dumps(policy))
        keys = lent["Credentials"]
        return aws.s3(cloud, Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))  # fmt: skip

    return session


def test_the_evaluator_answers_as_the_local_cloud_does(
    lend: Callable[[Policy], "S3Client"],
) -> None:
    chance, allowed, wrong = Random("evaluator"), 0, []
    for _ in range(SESSIONS):
        keys = [key(chance) for _ in range(3)]
        statements = [broad(chance, keys), *(statement(chance, keys) for _ in range(2))]
        policy = {"Version": "2012-10-17", "Statement": statements}
        s3 = lend(policy)
        for action, asked in [request(chance, keys) for _ in range(REQUESTS)]:
            ours, theirs = evaluated(policy, action, asked), enforced(s3, action, asked)
            allowed += theirs
            if ours is not theirs:
                wrong.append(
                    f"{action} {asked!r}: {ours}, the cloud {theirs}, for {json.dumps(policy)}"
                )
    assert not wrong, f"{len(wrong)} differ; the first:\n" + "\n".join(wrong[:5])
    asked_for = SESSIONS * REQUESTS
    assert asked_for * 0.15 < allowed < asked_for * 0.85, f"{allowed} of {asked_for} are allowed"


def test_the_page_says_how_many_pairs_they_are() -> None:
    assert f" | {SESSIONS * REQUESTS} pairs " in row_of("docs/proof.md", Path(__file__))
