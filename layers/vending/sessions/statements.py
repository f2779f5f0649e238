"""The statements of a session policy: exact actions on exactly the keys of one session.

Elements: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
S3's actions and condition keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/list_amazons3.html
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Self

from vending.callers.principal import partition_of
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.grants.location import Location
from vending.partitions import DNS_SUFFIXES
from vending.sessions.conditions import Conditions, location_conditions, merge, single

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
ENCRYPTED = "kms:EncryptionContext:aws:s3:arn"  # what S3 encrypts or decrypts

type Statement = dict[str, object]


class Allowance(NamedTuple):
    """What a session policy allows under one grant: ``permission`` on ``targets`` of one bucket.

    With ``tagging`` it also allows to read or write the tags of objects, where ``permission``
    includes it.
    """

    targets: tuple[Keys, ...]
    permission: Permission
    location: Location
    frozen: tuple[tuple[str, str, str | tuple[str, ...]], ...]  # the grant's conditions
    versions: bool
    tagging: Tagging

    @classmethod
    def of(
        cls,
        targets: Sequence[Keys],
        permission: Permission,
        location: Location,
        conditions: Conditions,
        *,
        versions: bool,
        tagging: Tagging,
    ) -> Self:
        """An allowance with these conditions, as a value that a cache can find."""
        frozen = [
            (operator, key, value if isinstance(value, str) else tuple(value))
            for operator, keys in conditions.items()
            for key, value in keys.items()
        ]
        return cls(tuple(targets), permission, location, tuple(frozen), versions, tagging)

    @property
    def conditions(self) -> Conditions:
        """The grant's conditions."""
        conditions: Conditions = {}
        for operator, condition, value in self.frozen:
            listed = value if isinstance(value, str) else list(value)
            conditions.setdefault(operator, {})[condition] = listed
        return conditions


def policy_document(
    allowances: Sequence[Allowance], role_arn: str, *, bucket_location: bool
) -> dict[str, object]:
    """The session policy as JSON members; every statement has a resource and a condition.

    With ``bucket_location`` it also allows ``BUCKET_LOCATION`` on the buckets.
    """
    keys_differ = len({allowance.location.kms_key for allowance in allowances}) > 1
    statements = [
        statement
        for allowance in allowances
        for statement in (
            *_s3(allowance, role_arn, bucket_location=bucket_location),
            *_kms(allowance, role_arn, bound=keys_differ),
        )
    ]
    return {"Version": "2012-10-17", "Statement": _merged(statements)}


def _s3(allowance: Allowance, role_arn: str, *, bucket_location: bool) -> Iterator[Statement]:
    permission, location = allowance.permission, allowance.location
    bucket = _bucket(location, role_arn)
    targets = allowance.targets
    kept = [one for one in dict.fromkeys(targets) if not _within_another(one, targets)]
    guarded = merge(location_conditions(location, role_arn), allowance.conditions)
    actions = OBJECT_ACTIONS[permission]
    if allowance.versions and permission.includes(Permission.READ):
        actions = (*actions, "s3:GetObjectVersion")
    if allowance.tagging and permission.includes(allowance.tagging):
        actions = (*actions, TAG_ACTIONS[allowance.tagging])
    yield _allow(actions, [f"{bucket}/{one.iam_pattern}" for one in kept], guarded)
    prefixes = [one for one in kept if one.is_prefix]
    if prefixes and permission.includes(Permission.READ):
        patterns = [one.iam_pattern for one in prefixes]
        whole = any(not one.key for one in prefixes)
        only: Conditions = {} if whole else {"StringLike": {"s3:prefix": single(patterns)}}
        yield _allow(["s3:ListBucket"], [bucket], merge(guarded, only))
    if bucket_location:
        yield _allow([BUCKET_LOCATION], [bucket], guarded)


def _kms(allowance: Allowance, role_arn: str, *, bound: bool) -> Iterator[Statement]:
    """The location's key, if it has one; ``bound`` to the bucket where another has another key.

    Otherwise the session could read objects of one bucket with the key of another, which no
    session of one grant can. S3 tells KMS the object, or the bucket if that has a key of its own.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
    """
    location = allowance.location
    if not location.kms_key:
        return
    service = f"s3.{location.region}.{DNS_SUFFIXES[partition_of(role_arn)]}"
    conditions: Conditions = {"StringEquals": {"kms:ViaService": service}}
    if bound:
        bucket = _bucket(location, role_arn)
        conditions["StringLike"] = {ENCRYPTED: [bucket, f"{bucket}/*"]}
    yield _allow(KMS_ACTIONS[allowance.permission], [location.kms_key], conditions)


def _bucket(location: Location, role_arn: str) -> str:
    """The bucket's ARN."""
    return f"arn:{partition_of(role_arn)}:s3:::{location.scope.bucket}"


def _merged(statements: Iterable[Statement]) -> list[Statement]:
    """The statements, those with equal actions and conditions joined in one."""
    resources: dict[str, dict[str, None]] = {}
    first: dict[str, Statement] = {}
    for statement in statements:
        same = json.dumps([statement["Action"], statement["Condition"]])
        first.setdefault(same, statement)
        listed = statement["Resource"]
        names = map(str, listed) if isinstance(listed, list) else [str(listed)]
        resources.setdefault(same, {}).update(dict.fromkeys(names))
    return [first[same] | {"Resource": single(list(names))} for same, names in resources.items()]


def _within_another(target: Keys, targets: Sequence[Keys]) -> bool:
    return any(other != target and other.covers(target) for other in targets)


def _allow(actions: Sequence[str], resources: list[str], conditions: Conditions) -> Statement:
    return {
        "Effect": "Allow",
        "Action": single(list(actions)),
        "Resource": single(resources),
        "Condition": conditions,
    }
