"""What only S3 itself can show: how it decides, and what it answers."""

import json
from typing import Any

from local.cloud.client import Credentials
from tests.acceptance.acts import memo, uploads
from tests.acceptance.acts.memo import PRIVATE, REPORT
from tests.acceptance.acts.uploads import MIB, PART, complete, send, start
from tests.acceptance.rows import shows
from tests.acceptance.scene import Scene, each, refusal, use
from tests.acceptance.stack import STRANGER, artifacts
from tests.acceptance.waiting import under

MISSING = "reports/missing.csv"
SOON = 60.0  # seconds for a policy to be in force
PATTERNS = ("*", "?", "$")
UNSIGNED = {
    "x-amz-acl": "public-read",
    "x-amz-meta-note": "unsigned",
    "x-amz-storage-class": "GLACIER",
    "x-amz-tagging": "a=b",
    "x-amz-website-redirect-location": "https://example.com",
}
PLAIN = {"Cache-Control": "no-cache", "Content-Disposition": "inline"}


def reads(scene: Scene, keys: Credentials, key: str) -> str:
    """Read one object; return the refusal, or that it was allowed."""
    client = scene.s3(keys)
    return refusal(lambda: client.get_object(Bucket=scene.ground.bucket, Key=key))


def vend_key(scene: Scene, key: str, permission: str = "READ") -> Credentials:
    """Return credentials for one key, taken literally."""
    target = {"bucket": scene.ground.bucket, "key": key}
    return scene.lend({"target": target, "permission": permission})


def put(scene: Scene, key: str, body: bytes = b"", **more: Any) -> None:
    """Write an object as whoever set up."""
    scene.s3().put_object(Bucket=scene.ground.bucket, Key=key, Body=body, **more)


shows("missing-key")(lambda scene: reads(scene, scene.vend(), MISSING))
shows("missing-key-url")(lambda scene: str(use(scene.presign("GET", MISSING)).status))


@shows("escapes")
def escapes(scene: Scene) -> str:
    """Vend one key with a character that patterns use: it opens this key and no other."""
    seen = []
    for character in PATTERNS:
        own, other = f"odd/p{character}q", "odd/pxq"
        put(scene, own)
        put(scene, other)
        keys = vend_key(scene, own)
        seen.append(f"itself: {reads(scene, keys, own)}, another: {reads(scene, keys, other)}")
    return each(seen)


@shows("empty-segments")
def empty_segments(scene: Scene) -> str:
    """Vend `odd/a/b`: keys with one more slash are other keys."""
    own, *others = "odd/a/b", "odd//a/b", "odd/a//b", "odd/a/b/"
    for key in (own, *others):
        put(scene, key)
    keys = vend_key(scene, own)
    refused = each(reads(scene, keys, key) for key in others)
    return f"itself: {reads(scene, keys, own)}, others: {refused}"


@shows("variable-star")
def variable_star(scene: Scene) -> str:
    """Let a user read `odd/${aws:UserAgent}`, and send `*` as the user agent."""
    ground = scene.ground
    put(scene, "odd/secret")
    policy = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",'
        f' "Resource": "arn:{ground.partition}:s3:::{ground.bucket}/odd/${{aws:UserAgent}}"}}}}'
    )
    iam, name = ground.client("iam"), f"{ground.prefix}{STRANGER}"
    iam.put_user_policy(UserName=name, PolicyName="Star", PolicyDocument=policy)

    def read(agent: str) -> str:
        client = scene.s3(scene.stranger)

        def named(request: Any, **_: Any) -> None:
            request.headers["User-Agent"] = agent

        client.meta.events.register("before-sign.s3.GetObject", named)
        return refusal(lambda: client.get_object(Bucket=ground.bucket, Key="odd/secret"))

    try:  # the key's own name as the user agent shows whether the policy is in force
        return under(SOON, lambda: read("secret") == "allowed", lambda: read("*"))
    finally:
        iam.delete_user_policy(UserName=name, PolicyName="Star")


@shows("multi-delete")
def multi_delete(scene: Scene) -> str:
    """Delete two keys in one request, one of them outside."""
    inside, outside = "odd/delete-me", PRIVATE
    put(scene, inside)
    answer = scene.s3(scene.vend("odd/*", "READWRITE")).delete_objects(
        Bucket=scene.ground.bucket, Delete={"Objects": [{"Key": inside}, {"Key": outside}]}
    )
    deleted = [one["Key"] for one in answer.get("Deleted", [])]
    failed = [f"{one['Key']} {one['Code']}" for one in answer.get("Errors", [])]
    return f"deleted: {', '.join(deleted)}; refused: {', '.join(failed)}"


@shows("unsigned-headers")
def unsigned_headers(scene: Scene) -> str:
    """Send `x-amz-` headers with a URL that does not sign them."""
    url = scene.presign("PUT", "uploads/unsigned.txt")
    return each(str(use(url, b"x", **{name: value}).status) for name, value in UNSIGNED.items())


@shows("plain-headers")
def plain_headers(scene: Scene) -> str:
    """Send other headers that the URL does not sign; S3 takes them."""
    status = use(scene.presign("PUT", "uploads/plain.txt"), b"x", **PLAIN).status
    head = scene.s3().head_object(Bucket=scene.ground.bucket, Key="uploads/plain.txt")
    kept = [head.get("CacheControl"), head.get("ContentDisposition")] == [*PLAIN.values()]
    return f"{status}, {'kept' if kept else 'not kept'}"


@shows("copied-tags")
def copied_tags(scene: Scene) -> str:
    """Copy an object that has tags with credentials that may not write tags."""
    put(scene, "odd/tagged", Tagging="team=a")
    bucket = scene.ground.bucket
    client = scene.s3(scene.vend("odd/*", "READWRITE"))
    return refusal(
        lambda: client.copy_object(
            Bucket=bucket, Key="odd/copy", CopySource={"Bucket": bucket, "Key": "odd/tagged"}
        )
    )


@shows("own-checksum")
def own_checksum(scene: Scene) -> str:
    """Look for a checksum of an object that was uploaded without one."""
    use(scene.presign("PUT", "uploads/plain.bin"), b"without a checksum")
    head = scene.s3().head_object(
        Bucket=scene.ground.bucket, Key="uploads/plain.bin", ChecksumMode="ENABLED"
    )
    names = [name for name in head if name.startswith("Checksum") and name != "ChecksumType"]
    return f"{', '.join(names) or 'none'}, {head.get('ChecksumType')}"


@shows("part-number")
def part_number(scene: Scene) -> str:
    """Ask for one part of an object that was uploaded in parts."""
    head = scene.s3().head_object(Bucket=scene.ground.bucket, Key=uploads.LARGE_KEY, PartNumber=1)
    size = "its own size" if head["ContentLength"] == PART else f"{head['ContentLength']} bytes"
    return f"{head.get('PartsCount')} parts, {size}"


@shows("small-parts")
def small_parts(scene: Scene) -> str:
    """Join two parts of a mebibyte each."""
    upload = start(scene, uploads.SMALL_KEY, parts=2)
    answer = complete(upload, send(upload, [bytes(MIB), bytes(MIB)]))
    return f"{answer.status} {'EntityTooSmall' if b'EntityTooSmall' in answer.data else 'other'}"


@shows("total-size")
def total_size(scene: Scene) -> str:
    """Join only the first part of two whose total size is planned."""
    upload = start(scene, "uploads/total.bin", size=len(uploads.LARGE), partSize=PART)
    tag = use(upload["parts"][0], uploads.LARGE[:PART]).headers["ETag"]
    return str(complete(upload, [tag]).status)


@shows("never-lent")
def never_lent(scene: Scene) -> str:
    """Assume the role directly, and look into the bucket that deploys the stack."""
    client = scene.s3(memo.assume(scene, scene.user))
    bucket = artifacts(scene.ground)
    read = refusal(lambda: client.get_object(Bucket=bucket, Key=REPORT))
    return f"{read}, and its own: {reads(scene, memo.assume(scene, scene.user), REPORT)}"


@shows("bucket-policy-role")
def bucket_policy_role(scene: Scene) -> str:
    """Let the bucket's policy name the role."""
    return under_policy(scene, {"Principal": {"AWS": scene.stack.outputs["RoleArn"]}})


@shows("bucket-policy-star")
def bucket_policy_star(scene: Scene) -> str:
    """Let the bucket's policy name everybody who is the role."""
    is_role = {"ArnEquals": {"aws:PrincipalArn": scene.stack.outputs["RoleArn"]}}
    return under_policy(scene, {"Principal": "*", "Condition": is_role})


def under_policy(scene: Scene, whom: dict[str, Any]) -> str:
    """Read the archive with credentials for the reports, while the bucket's policy allows it.

    It allows the stranger too, who has no other permission: that shows when it is in force.
    """
    ground = scene.ground
    stranger = f"arn:{ground.partition}:iam::{ground.account}:user/{ground.prefix}{STRANGER}"
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": f"arn:{ground.partition}:s3:::{ground.bucket}/{memo.ARCHIVE}",
    }
    statements = [statement | whom, statement | {"Principal": {"AWS": stranger}}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    scene.s3().put_bucket_policy(Bucket=ground.bucket, Policy=policy)
    try:
        return under(
            SOON,
            lambda: reads(scene, scene.stranger, memo.ARCHIVE) == "allowed",
            lambda: reads(scene, scene.vend(), memo.ARCHIVE),
        )
    finally:
        scene.s3().delete_bucket_policy(Bucket=ground.bucket)
