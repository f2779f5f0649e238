"""What AWS's rules make of an attempt, from the text of the session policy alone."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from tests.evaluator import allows
from tests.proof.attempts import Attempt
from tests.proof.trials import Tried
from tests.support.make import ACCOUNT

ACTIONS: Mapping[str, str] = {
    "get": "GetObject",
    "head": "GetObject",
    "put": "PutObject",
    "upload": "PutObject",
    "copy": "PutObject",
    "delete": "DeleteObject",
    "version": "GetObjectVersion",
    "abort": "AbortMultipartUpload",
    "list": "ListBucket",
    "list uploads": "ListBucketMultipartUploads",
    "list versions": "ListBucketVersions",
    "delete version": "DeleteObjectVersion",
    "read acl": "GetObjectAcl",
    "write acl": "PutObjectAcl",
    "read tags": "GetObjectTagging",
    "write tags": "PutObjectTagging",
}


def unlike_the_grants(tried: Iterable[Tried]) -> list[str]:
    """Every attempt that the policy allows or denies otherwise than the grant."""
    now = datetime.now(UTC)
    return [
        f"{one}: {one.policy}"
        for one in tried
        if by_policy(one.attempt, one.policy, now) != one.opened.allows(one.attempt)
    ]


def by_policy(attempt: Attempt, policy: str, now: datetime) -> bool:
    """IAM's answer, from the text of the session policy alone."""
    does, bucket, key, source = attempt
    arn = f"arn:aws:s3:::{bucket}"
    context = {
        "aws:ResourceAccount": ACCOUNT,
        "aws:SourceIp": "127.0.0.1",
        "aws:CurrentTime": now.isoformat(),
        **({"s3:prefix": key} if does.startswith("list") and key else {}),
    }
    document = json.loads(policy)
    place = arn if does.startswith("list") else f"{arn}/{key}"
    return allows(document, f"s3:{ACTIONS[does]}", place, context) and (
        not source or allows(document, "s3:GetObject", f"{arn}/{source}", context)
    )
