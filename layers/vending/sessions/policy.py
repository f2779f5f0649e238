"""The session policy: exact actions on exactly the keys of one session, as compact JSON.

Elements: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
S3's actions and condition keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/list_amazons3.html
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

from vending.callers.principal import partition_of
from vending.errors import PolicyTooLarge
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.partitions import DNS_SUFFIXES
from vending.sessions.conditions import Conditions, location_conditions, merge, single

POLICY_CHARACTERS = 2048

_READ = ("s3:GetObject",)
_WRITE = (
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)
OBJECT_ACTIONS = {
    Permission.READ: _READ,
    Permission.WRITE: _WRITE,
    Permission.READWRITE: _READ + _WRITE,
}
KMS_ACTIONS = {
    Permission.READ: ("kms:Decrypt",),
    Permission.WRITE: ("kms:GenerateDataKey", "kms:Decrypt"),  # S3 decrypts parts to join them
    Permission.READWRITE: ("kms:GenerateDataKey", "kms:Decrypt"),
}

TAG_ACTIONS = {Permission.READ: "s3:GetObjectTagging", Permission.WRITE: "s3:PutObjectTagging"}
type Tagging = Permission | None  # READ or WRITE of the tags of objects

BUCKET_LOCATION = "s3:GetBucketLocation"  # tells the bucket's region and nothing else


def session_policy(
    targets: Sequence[Keys],
    permission: Permission,
    location: Location,
    role_arn: str,
    conditions: Conditions,
    *,
    versions: bool = False,
    bucket_location: bool = False,
    tagging: Tagging = None,
) -> str:
    """The smallest policy that allows ``permission`` on ``targets`` only, as JSON text.

    With ``bucket_location`` it also allows ``BUCKET_LOCATION``, and with ``tagging`` to read or
    write the tags of objects, where ``permission`` includes it.

    Raises:
        PolicyTooLarge: the policy has more characters than STS accepts.
    """
    frozen = tuple(
        (operator, key, value if isinstance(value, str) else tuple(value))
        for operator, keys in conditions.items()
        for key, value in keys.items()
    )
    return _session_policy(
        tuple(targets),
        permission,
        location,
        role_arn,
        frozen,
        versions=versions,
        bucket_location=bucket_location,
        tagging=tagging,
    )


@lru_cache(maxsize=1000)  # every batch of URLs needs the policy of the grant's whole scope
def _session_policy(
    targets: tuple[Keys, ...],
    permission: Permission,
    location: Location,
    role_arn: str,
    frozen: tuple[tuple[str, str, str | tuple[str, ...]], ...],
    *,
    versions: bool,
    bucket_location: bool,
    tagging: Tagging,
) -> str:
    conditions: Conditions = {}
    for operator, condition, value in frozen:
        listed = value if isinstance(value, str) else list(value)
        conditions.setdefault(operator, {})[condition] = listed

    def encoded(kept: Sequence[Keys]) -> str:
        return encode(
            policy_document(
                kept,
                permission,
                location,
                role_arn,
                conditions,
                versions=versions,
                bucket_location=bucket_location,
                tagging=tagging,
            )
        )

    text = encoded(targets)
    if len(text) <= POLICY_CHARACTERS:
        return text
    fitting = next(
        count
        for count in range(len(targets) - 1, -1, -1)
        if not count or len(encoded(targets[:count])) <= POLICY_CHARACTERS
    )
    advice = (
        f"The first {fitting} of {len(targets)} targets would fit. Request fewer targets, or a "
        "prefix that contains them."
    )
    raise PolicyTooLarge(
        f"The session policy would have {len(text)} characters; STS accepts at most "
        f"{POLICY_CHARACTERS}. {advice if fitting else 'Shorten the key or prefix.'}"
    )


def policy_document(
    targets: Sequence[Keys],
    permission: Permission,
    location: Location,
    role_arn: str,
    conditions: Conditions,
    *,
    versions: bool,
    bucket_location: bool,
    tagging: Tagging,
) -> dict[str, object]:
    """The session policy as JSON members; every statement has a resource and a condition."""
    partition = partition_of(role_arn)
    bucket = f"arn:{partition}:s3:::{location.scope.bucket}"
    kept = [one for one in dict.fromkeys(targets) if not _within_another(one, targets)]
    guarded = merge(location_conditions(location, role_arn), conditions)
    actions = OBJECT_ACTIONS[permission]
    if versions and permission.includes(Permission.READ):
        actions = (*actions, "s3:GetObjectVersion")
    if tagging and permission.includes(tagging):
        actions = (*actions, TAG_ACTIONS[tagging])
    statements = [_allow(actions, [f"{bucket}/{one.iam_pattern}" for one in kept], guarded)]
    prefixes = [one for one in kept if one.is_prefix]
    if prefixes and permission.includes(Permission.READ):
        patterns = [one.iam_pattern for one in prefixes]
        whole = any(not one.key for one in prefixes)
        only: Conditions = {} if whole else {"StringLike": {"s3:prefix": single(patterns)}}
        statements.append(_allow(["s3:ListBucket"], [bucket], merge(guarded, only)))
    if bucket_location:
        statements.append(_allow([BUCKET_LOCATION], [bucket], guarded))
    if location.kms_key:
        service = f"s3.{location.region}.{DNS_SUFFIXES[partition]}"
        via: Conditions = {"StringEquals": {"kms:ViaService": service}}
        statements.append(_allow(KMS_ACTIONS[permission], [location.kms_key], via))
    return {"Version": "2012-10-17", "Statement": statements}


def encode(document: dict[str, object]) -> str:
    """Compact JSON in characters that STS accepts (U+0020 to U+00FF), so ``len`` is its length."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[^\x20-\xff]", lambda match: json.dumps(match[0])[1:-1], text)


def _within_another(target: Keys, targets: Sequence[Keys]) -> bool:
    return any(other != target and other.covers(target) for other in targets)


def _allow(
    actions: Sequence[str], resources: list[str], conditions: Conditions
) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Action": single(list(actions)),
        "Resource": single(resources),
        "Condition": conditions,
    }
