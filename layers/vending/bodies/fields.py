"""The types of members that several bodies have: how to read each, and what it must be."""

import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from vending.callers.principal import Principal
from vending.grants.grant import Permission
from vending.grants.keys import SCHEME, Keys
from vending.grants.scope import Scope
from vending.partitions import DNS_SUFFIXES
from vending.times import read_time

ADDRESS_BLOCKS = 20

_DURATION = r"([1-9][0-9]{0,4})(s|m|h)"
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def target(value: object) -> Keys:
    """Read ``s3://`` text, ``{bucket, key}`` or ``{bucket, prefix}``; the last two are literal."""
    if isinstance(value, str):
        return Keys.parse(value)
    if isinstance(value, dict) and value.keys() in ({"bucket", "key"}, {"bucket", "prefix"}):
        bucket, key = value["bucket"], value.get("key", value.get("prefix"))
        if isinstance(bucket, str) and isinstance(key, str):
            return Keys(bucket, key, is_prefix="prefix" in value)
    raise ValueError("must be 's3://…', {bucket, key} or {bucket, prefix}, with text values")


def key_target(value: object) -> Keys:
    """Read a target that is one key."""
    keys = target(value)
    if keys.is_prefix:
        raise ValueError("must be one key, not a prefix: a presigned URL is for one key")
    return keys


def _key_prefix(value: object) -> Keys:
    if isinstance(value, str) and value.endswith("/"):
        return Keys.parse(f"{value}*")
    if isinstance(value, dict) and (keys := target(value)).is_prefix:
        return keys
    raise ValueError("must end with '/', as in s3://bucket/reports/, or be {bucket, prefix}")


def seconds(value: object) -> object:
    """Convert ``15m``, ``900s`` or ``1h`` to seconds; the next validator checks other values."""
    if isinstance(value, str):
        if not (match := re.fullmatch(_DURATION, value)):
            raise ValueError("must be a number of seconds, or text such as 900s, 15m or 1h")
        return int(match[1]) * _SECONDS[match[2]]
    return value


def text(value: object) -> str:
    """Return ``value`` if it is text; raises ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("must be text; put it in quotes")  # noqa: TRY004 - pydantic reports ValueError only
    return value


def _scope(value: object) -> Scope:
    return no_folder(Scope.parse(text(value)))


def no_folder(scope: Scope) -> Scope:
    """Return ``scope`` unless it ends with ``/``, which nobody means; raises ``ValueError``."""
    if str(scope).endswith("/"):
        raise ValueError(
            f"ends with '/', so it is a single key; for all keys below it, write {scope}*"
        )
    return scope


def _bucket_scope(value: object) -> Keys:
    try:
        keys = Keys.parse(text(value))
    except ValueError:
        keys = None
    if not keys or keys.key or not keys.is_prefix:
        raise ValueError(f"must be a whole bucket: {SCHEME}bucket/*")
    return keys


def _principal(value: object) -> Principal | str:
    arn = text(value)
    if match := re.fullmatch("[0-9]{12}", arn):
        return match[0]
    try:
        return Principal.parse(arn)
    except ValueError:
        if session := Principal.assumed(arn):
            raise ValueError(f"is the ARN of a session; write its role, {session[0].arn}") from None
        raise ValueError("must be the ARN of a role or user, or a 12-digit account id") from None


def _source_ip(value: object) -> Literal["caller"] | tuple[str, ...]:
    if value == "caller":
        return "caller"
    if not isinstance(value, list) or not 1 <= len(value) <= ADDRESS_BLOCKS:
        raise ValueError(f"must be 'caller', or a list of 1 to {ADDRESS_BLOCKS} CIDR blocks")
    try:
        blocks = tuple(str(ip_network(text(block))) for block in value)
    except ValueError:
        blocks = ("%",)
    if any("%" in block for block in blocks):
        raise ValueError("must be CIDR blocks without host bits, such as 192.0.2.0/24")
    return blocks


def time(value: object) -> datetime:
    """Read ISO 8601 in whole seconds with a zone, as UTC; raises ``ValueError``."""
    return read_time(text(value))


def _version(value: object) -> int:
    if type(value) is not int or value != 1:
        raise ValueError("must be 1")
    return value


@dataclass(frozen=True, slots=True)
class Matching:
    """Returns text that the whole pattern matches; ``words`` say what any other must be."""

    pattern: str
    words: str

    def __call__(self, value: object) -> str:
        if not re.fullmatch(self.pattern, text(value)):
            raise ValueError(f"must be {self.words}")
        return text(value)


def matching(pattern: str, words: str) -> PlainValidator:
    """Return the validator of text that the whole pattern matches."""
    return PlainValidator(Matching(pattern, words))


@dataclass(frozen=True, slots=True)
class Between:
    """Checks a list's length before its items are read, since each bad item becomes a fault."""

    min_length: int
    max_length: int

    def __call__(self, value: object) -> object:
        least, most = self.min_length, self.max_length
        if isinstance(value, list) and not least <= len(value) <= most:
            raise ValueError(f"must have {least} to {most} entries, not {len(value)}")
        return value


def between(least: int, most: int) -> BeforeValidator:
    """Return the validator of a list of ``least`` to ``most`` entries."""
    return BeforeValidator(Between(least, most))


type Listed[T] = Annotated[tuple[T, ...], Field(strict=False)]  # not strict: JSON has no tuples
Target = Annotated[Keys, PlainValidator(target)]
KeyPrefix = Annotated[Keys, PlainValidator(_key_prefix)]
KeyTarget = Annotated[Keys, PlainValidator(key_target)]
BucketScope = Annotated[Keys, PlainValidator(_bucket_scope)]
GrantScope = Annotated[Scope, PlainValidator(_scope)]
IamArn = Annotated[Principal | str, PlainValidator(_principal)]
PermissionName = Annotated[Permission, Field(strict=False)]
Seconds = Annotated[int, BeforeValidator(seconds), Field(ge=1, le=3600)]
Version = Annotated[int, PlainValidator(_version)]
Time = Annotated[datetime, PlainValidator(time)]
SourceIp = Annotated[Literal["caller"] | tuple[str, ...], PlainValidator(_source_ip)]
Identifier = Annotated[
    str,
    matching(
        "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        "1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
    ),
]
Region = Annotated[
    str, matching("[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}", "a region such as ap-northeast-1")
]
Account = Annotated[str, matching("[0-9]{12}", "the 12 digits of an account, as text")]
_PARTITION = f"({'|'.join(DNS_SUFFIXES)})"
_KMS_KEY = f"arn:{_PARTITION}:kms:[a-z0-9-]+:[0-9]{{12}}:key/[A-Za-z0-9-]{{1,64}}"
KmsKey = Annotated[str, matching(_KMS_KEY, "the ARN of a KMS key, not of an alias")]
_ROLE = f"arn:{_PARTITION}:iam::[0-9]{{12}}:role/[A-Za-z0-9_+=,.@/-]{{1,512}}"
RoleArn = Annotated[str, matching(_ROLE, "the ARN of an IAM role, with its path")]
ExternalId = Annotated[
    str, matching("[A-Za-z0-9_+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits or any of _+=,.@:/-")
]
VpcEndpoint = Annotated[str, matching("vpce-[0-9a-f]{8,17}", "an id such as vpce-0a1b2c3d")]
UniqueId = Annotated[str, matching("A(ROA|IDA)[A-Z0-9]{12,124}", "an id such as AROA… or AIDA…")]
