"""The session policy of each permission, as ``docs/reference.md`` shows it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity
from vending.callers.principal import Principal
from vending.grants.grant import Grant, Permission
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.grants.scope import Scope
from vending.sessions.conditions import grant_conditions
from vending.sessions.statements import ENCRYPTED, Allowance, policy_document

ACCOUNT = "123456789012"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role"
KMS_KEY = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
BUCKET = "hogehoge-bucket"
TARGETS = {
    "a key": f"s3://{BUCKET}/reports/2026.csv",
    "a prefix": f"s3://{BUCKET}/reports/*",
    "a whole bucket": f"s3://{BUCKET}/*",
}


def shown() -> Iterator[str]:
    """Return the policy of each permission and kind of target, then of a KMS key and conditions."""
    yield (
        "These are the session policies that the service sends to STS, here with spaces for "
        "reading. A session policy only narrows: a session may do what both this policy and the "
        "role's own policies allow. The statement with `s3:GetBucketLocation` is only for "
        "credentials that are handed out: sessions that sign URLs do not have it, and it is left "
        "out where the policy would exceed 2,048 characters (`leftOut` in the answer says so)."
    )
    for permission in Permission:
        for kind, target in TARGETS.items():
            yield f"### {permission.value} on {kind}"
            yield policy(target, permission)
    yield "### With a KMS key"
    yield f"A location with `kmsKey` adds one statement. {Permission.READ.value}:"
    yield statement(-1, TARGETS["a key"], Permission.READ, kms_key=KMS_KEY)
    yield f"{Permission.WRITE.value} and {Permission.READWRITE.value}:"
    writing = statement(-1, TARGETS["a key"], Permission.WRITE, kms_key=KMS_KEY)
    if writing != statement(-1, TARGETS["a key"], Permission.READWRITE, kms_key=KMS_KEY):
        raise ValueError("tools/reference/page.py shows one statement for both permissions")
    yield writing
    yield (
        "In a session of several buckets that do not all have the same key, the statement is bound "
        f"to the bucket: `StringLike` of `{ENCRYPTED}`."
    )
    yield "### With the conditions of a grant"
    yield (
        "Every statement on S3 gets the conditions of `sourceIp` or `vpcEndpoint`, and of an "
        "`expires` that falls inside the session. This example also has the location's `kmsKey` "
        "and `account`:"
    )
    yield policy(
        TARGETS["a prefix"],
        Permission.READ,
        account="999999999999",
        kms_key=KMS_KEY,
        conditions=conditions(),
    )
    yield "### Keys with special characters"
    yield '`*`, `?` and `$` in a key stay literal: `{bucket, key: "a*b?c$d"}`, READ:'
    yield policy(Keys(BUCKET, "a*b?c$d"), Permission.READ)


def conditions() -> Any:
    """Return the conditions of a grant that has all of them."""
    user = Principal.parse(f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User")
    caller = Caller("iam", IamIdentity(user, "AIDA2EXAMPLEEXAMPLE1", None), "192.0.2.7")
    grant = Grant(
        "reports",
        IamGrantee(user),
        Scope.parse(TARGETS["a prefix"]),
        Permission.READ,
        expires=datetime(2027, 1, 1, tzinfo=UTC),
        source_ip="caller",
    )
    return grant_conditions(grant, caller, ends=datetime(2027, 1, 1, 0, 30, tzinfo=UTC))


def policy_of(
    target: str | Keys, permission: Permission, *, conditions: Any = None, **members: str
) -> dict[str, Any]:
    """Return the session policy for one target in a location with these members."""
    keys = Keys.parse(target) if isinstance(target, str) else target
    location = Location(Keys(BUCKET, "", is_prefix=True), "ap-northeast-1", **members)
    kept = conditions or {}
    allowance = Allowance.of([keys], permission, location, kept, versions=False, tagging=None)
    return policy_document([allowance], ROLE_ARN, bucket_location=True)


def policy(target: str | Keys, permission: Permission, **members: Any) -> str:
    """Return the session policy as a code block."""
    return block(policy_of(target, permission, **members))


def statement(position: int, target: str, permission: Permission, **members: Any) -> str:
    """Return one statement of the session policy as a code block."""
    return block(policy_of(target, permission, **members)["Statement"][position])


def block(members: object) -> str:
    """Return JSON as a code block, with short lists and objects on one line."""
    text = json.dumps(members, indent=2, ensure_ascii=False)
    short = re.compile(r"([\[{])\n\s+([^\[\]{}]{1,90})\n\s+([\]}])")
    text = short.sub(lambda found: found[1] + re.sub(r"\n\s+", " ", found[2]) + found[3], text)
    return f"```json\n{text}\n```"
