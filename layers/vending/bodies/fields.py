"""The members of bodies: how each is read, and the words that say what would be right."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from vending.callers.principal import Principal
from vending.grants.grant import Permission
from vending.grants.keys import SCHEME, Keys
from vending.grants.scope import Scope

ADDRESS_BLOCKS = 20
EARLIEST, LATEST = 2000, 9998  # years that every zone and every reader of ISO 8601 knows

_DURATION = re.compile(r"([1-9][0-9]{0,4})(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def target(value: object) -> Keys:
    """``s3://`` text, ``{bucket, key}`` or ``{bucket, prefix}``; the last two are literal."""
    if isinstance(value, str):
        return Keys.parse(value)
    if isinstance(value, dict) and value.keys() in ({"bucket", "key"}, {"bucket", "prefix"}):
        bucket, key = value["bucket"], value.get("key", value.get("prefix"))
        if isinstance(bucket, str) and isinstance(key, str):
            return Keys(bucket, key, is_prefix="prefix" in value)
    raise ValueError("a target is 's3://…', {bucket, key} or {bucket, prefix}, all text")


def key_target(value: object) -> Keys:
    """A target that is one key."""
    location = target(value)
    if location.is_prefix:
        raise ValueError("a presigned URL is for one key, not for a prefix")
    return location


def _key_prefix(value: object) -> Keys:
    if isinstance(value, str) and value.endswith("/"):
        return Keys.parse(f"{value}*")
    if isinstance(value, dict) and (location := target(value)).is_prefix:
        return location
    raise ValueError("text such as s3://bucket/reports/, up to a '/', or {bucket, prefix}")


def seconds(value: object) -> object:
    """``15m``, ``900s`` and ``1h`` as seconds; anything else is left to the next validator."""
    if isinstance(value, str):
        if not (match := _DURATION.fullmatch(value)):
            raise ValueError("a duration is a number of seconds, or text such as 15m")
        return int(match[1]) * _SECONDS[match[2]]
    return value


def text(value: object) -> str:
    """The value, which must be text."""
    if not isinstance(value, str):
        raise ValueError("must be text: put it in quotes")  # noqa: TRY004 - pydantic reports ValueError only
    return value


def _scope(value: object) -> Scope:
    scope = Scope.parse(text(value))
    if str(scope).endswith("/"):
        raise ValueError(f"one object with this name; for all keys below it write {scope}*")
    return scope


def _bucket_scope(value: object) -> Keys:
    try:
        location = Keys.parse(text(value))
    except ValueError:
        location = None
    if not location or location.key or not location.is_prefix:
        raise ValueError(f"a location is a whole bucket: {SCHEME}bucket/*")
    return location


def _principal(value: object) -> Principal | str:
    arn = text(value)
    if match := re.fullmatch("[0-9]{12}", arn):
        return match[0]
    try:
        return Principal.parse(arn)
    except ValueError:
        raise ValueError("the ARN of an IAM role or user, or the 12 digits of an account") from None


def _source_ip(value: object) -> Literal["caller"] | tuple[str, ...]:
    if value == "caller":
        return "caller"
    if not isinstance(value, list) or not 1 <= len(value) <= ADDRESS_BLOCKS:
        raise ValueError(f"'caller', or 1 to {ADDRESS_BLOCKS} CIDR blocks")
    try:
        blocks = tuple(str(ip_network(text(block))) for block in value)
    except ValueError:
        blocks = ("%",)
    if any("%" in block for block in blocks):
        raise ValueError("each is a CIDR block such as 192.0.2.0/24, with no bits beyond its mask")
    return blocks


def time(value: object) -> datetime:
    """ISO 8601 in whole seconds with a zone, as UTC; raises ``ValueError``."""
    wrong = ValueError("a time in whole seconds with its zone, such as 2027-01-01T00:00:00Z")
    try:
        given = datetime.fromisoformat(text(value))
        at = given.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if given.tzinfo is None or at.microsecond or not EARLIEST <= at.year <= LATEST:
        raise wrong
    return at


def _version(value: object) -> int:
    if type(value) is not int or value != 1:
        raise ValueError("must be 1")
    return value


@dataclass(frozen=True, slots=True)
class Matching:
    """Text that a pattern matches whole, or a fault in these words."""

    pattern: str
    words: str

    def __call__(self, value: object) -> str:
        """The text, if it is such."""
        if not re.fullmatch(self.pattern, text(value)):
            raise ValueError(self.words)
        return text(value)


def matching(pattern: str, words: str) -> PlainValidator:
    """Text that this pattern matches whole, or a fault in these words."""
    return PlainValidator(Matching(pattern, words))


@dataclass(frozen=True, slots=True)
class Between:
    """A list's length, looked at before its items are: each bad one would cost a fault."""

    min_length: int
    max_length: int

    def __call__(self, value: object) -> object:
        """The value, if it is no list that is too short or too long."""
        if isinstance(value, list) and not self.min_length <= len(value) <= self.max_length:
            raise ValueError(f"takes {self.min_length} to {self.max_length}, not {len(value)}")
        return value


def between(least: int, most: int) -> BeforeValidator:
    """A list of ``least`` to ``most``."""
    return BeforeValidator(Between(least, most))


type Listed[T] = Annotated[tuple[T, ...], Field(strict=False)]  # JSON has lists only
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
    matching("[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "1 to 64 letters, digits, '.', '_' or '-'"),
]
Region = Annotated[str, matching("[a-z]{2}(-(?!iso)[a-z]+)+-[0-9]{1,2}", "such as ap-northeast-1")]
Account = Annotated[str, matching("[0-9]{12}", "the 12 digits of an account, as text")]
KmsKey = Annotated[
    str,
    matching(
        "arn:aws(-[a-z]+)*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,64}",
        "the ARN of a KMS key (of the key, not of an alias)",
    ),
]
RoleArn = Annotated[
    str,
    matching(
        r"arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,512}",
        "the ARN of an IAM role, with its path",
    ),
]
ExternalId = Annotated[
    str, matching("[A-Za-z0-9_+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits or any of _+=,.@:/-")
]
VpcEndpoint = Annotated[str, matching("vpce-[0-9a-f]{8,17}", "such as vpce-0a1b2c3d")]
UniqueId = Annotated[str, matching("A(ROA|IDA)[A-Z0-9]{12,124}", "such as AROA… or AIDA…")]
