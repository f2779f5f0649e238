"""What is tried with credentials and URLs, and whether IAM should allow it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from tests.proof.granted import DrawnKeys
from tests.proof.nearby import inside, near
from vending.grants.grant import Permission

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BODY = b"granted"
REDIRECTED, DENIED, MISSING = 300, 403, 404


class Attempt(NamedTuple):
    """One request; ``key`` is the prefix of a list, where empty means that none is sent."""

    does: str
    bucket: str
    key: str
    source: str = ""  # what is copied, in the same bucket


type Has = Callable[[DrawnKeys, str, str], bool]  # bucket and key


@dataclass(frozen=True, slots=True)
class Opened:
    """What a session is for; ``key``, ``source`` and ``prefix`` say how keys are compared."""

    keys: Sequence[DrawnKeys]
    permission: Permission
    versions: bool
    holds: bool  # the conditions of the grant
    timed: bool  # one of them is about the time
    key: Has = DrawnKeys.has
    source: Has = DrawnKeys.has
    prefix: Has = DrawnKeys.has

    def allows(self, attempt: Attempt) -> bool:
        """Whether the session should reach this."""
        return self.holds and RULES[attempt.does](self, attempt)

    def reads(self, bucket: str, key: str) -> bool:
        return self.permission.includes(Permission.READ) and self._any(self.key, bucket, key)

    def writes(self, bucket: str, key: str) -> bool:
        return self.permission.includes(Permission.WRITE) and self._any(self.key, bucket, key)

    def copies(self, bucket: str, source: str) -> bool:
        return self.permission.includes(Permission.READ) and self._any(self.source, bucket, source)

    def lists(self, bucket: str, prefix: str) -> bool:
        return self.permission.includes(Permission.READ) and any(
            self.prefix(one, bucket, prefix) for one in self.keys if one.is_prefix
        )

    def _any(self, has: Has, bucket: str, key: str) -> bool:
        return any(has(one, bucket, key) for one in self.keys)


type Rule = Callable[[Opened, Attempt], bool]
type Send = Callable[["S3Client", Attempt], object]


def _reads(opened: Opened, attempt: Attempt) -> bool:
    return opened.reads(attempt.bucket, attempt.key)


def _writes(opened: Opened, attempt: Attempt) -> bool:
    return opened.writes(attempt.bucket, attempt.key)


def _never(opened: Opened, attempt: Attempt) -> bool:
    return False


# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
RULES: Mapping[str, Rule] = {
    "get": _reads,
    "head": _reads,
    "put": _writes,
    "delete": _writes,
    "upload": _writes,
    "copy": lambda opened, one: _writes(opened, one) and opened.copies(one.bucket, one.source),
    "version": lambda opened, one: opened.versions and _reads(opened, one),
    "abort": _writes,
    "list": lambda opened, one: opened.lists(one.bucket, one.key),
    "list uploads": _never,
    "list versions": _never,
    "delete version": _never,
    "read acl": _never,
    "write acl": _never,
    "read tags": _never,
    "write tags": _never,
}
SENDS: Mapping[str, Send] = {
    "get": lambda s3, one: s3.get_object(Bucket=one.bucket, Key=one.key)["Body"].read(),
    "head": lambda s3, one: s3.head_object(Bucket=one.bucket, Key=one.key),
    "put": lambda s3, one: s3.put_object(Bucket=one.bucket, Key=one.key, Body=BODY),
    "delete": lambda s3, one: s3.delete_object(Bucket=one.bucket, Key=one.key),
    "upload": lambda s3, one: s3.create_multipart_upload(Bucket=one.bucket, Key=one.key),
    "copy": lambda s3, one: s3.copy_object(Bucket=one.bucket, Key=one.key, CopySource={"Bucket": one.bucket, "Key": one.source}),
    "version": lambda s3, one: s3.get_object(Bucket=one.bucket, Key=one.key, VersionId="null"),
    "list": lambda s3, one: s3.list_objects_v2(Bucket=one.bucket, **({"Prefix": one.key} if one.key else {})),  # type: ignore[arg-type]
    "list uploads": lambda s3, one: s3.list_multipart_uploads(Bucket=one.bucket),
    "list versions": lambda s3, one: s3.list_object_versions(Bucket=one.bucket, Prefix=one.key),
    "delete version": lambda s3, one: s3.delete_object(Bucket=one.bucket, Key=one.key, VersionId="null"),
    "read acl": lambda s3, one: s3.get_object_acl(Bucket=one.bucket, Key=one.key),
    "write acl": lambda s3, one: s3.put_object_acl(Bucket=one.bucket, Key=one.key, ACL="private"),
    "read tags": lambda s3, one: s3.get_object_tagging(Bucket=one.bucket, Key=one.key),
    "write tags": lambda s3, one: s3.put_object_tagging(Bucket=one.bucket, Key=one.key, Tagging={"TagSet": []}),
}  # fmt: skip
ELSEWHERE = ("get", "head", "put", "delete", "upload")
NEVER = [name for name, rule in RULES.items() if rule is _never]


def attempts(root: str, keys: Sequence[DrawnKeys], chance: Random) -> Iterator[Attempt]:
    """Inside everything; near it something for each key."""
    for one in keys[:2]:
        bucket, mine = one.bucket, inside(one, root)
        for key in mine:
            yield from (Attempt(does, bucket, key) for does in ("put", "head", "get"))
        if len(mine) > 1:
            yield Attempt("copy", bucket, mine[-1], mine[0])
        yield Attempt("version", bucket, mine[0])
        yield Attempt("upload", bucket, mine[0])
        yield from (Attempt(does, bucket, mine[0]) for does in chance.sample(NEVER, 3))
        beyond = near(one, root)
        for place, key in chance.sample(beyond, min(8, len(beyond))):
            yield Attempt(chance.choice(ELSEWHERE), place, key)
        place, key = chance.choice(
            [one for one in beyond if one[0] == bucket and one[1][0] != "/" and one[1] not in mine]
        )
        yield Attempt("copy", bucket, mine[0], key)
        yield Attempt("copy", bucket, key, mine[0])
        prefixes = ["", one.text, one.text + "x", one.text[:-1], *(key for _, key in beyond)]
        yield from (Attempt("list", bucket, text) for text in chance.sample(prefixes, 3))
        yield from (Attempt("delete", bucket, key) for key in mine[:1])


def outcome(send: Callable[[], Any]) -> str:
    """What came of a call of boto3."""
    try:
        send()
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return of_answer(status, error.response["Error"]["Code"])
    return "allow"


def of_answer(status: int, text: str) -> str:
    """``allow`` or ``deny``, or what else it was; whoever learns that nothing is there may look."""
    if status == DENIED:
        return "deny" if "SignatureDoesNotMatch" not in text else "signature"
    return "allow" if status < REDIRECTED or status == MISSING else f"status {status}"
