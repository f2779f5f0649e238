"""Doors that must not open, and vended credentials used for more than they allow; tests/cloud/test_attacks.py runs it."""

from dataclasses import dataclass, field
from typing import Any

from local.stack.seed import BUCKET
from tests.attacks.sources import TWICE, VAULT, rule

S3 = f"s3://{BUCKET}"
SECRET = "reports-private/secret.csv"
PAGE = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}
CONTEXT = '{"identity": {"userArn": "arn:aws:iam::123456789012:user/Administrator"}}'


@dataclass(frozen=True)
class Knock:
    """A request at a door by the memo's user, and the status that it must not get past."""

    attempt: str
    method: str
    path: str
    status: int
    source: str
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)


KNOCKS = [
    Knock("the administrators' door, with the callers' policy", "POST", "/admin/changes", 403, rule(8), {"version": 1}),
    Knock("a large document staged, with the callers' policy", "POST", "/admin/staged", 403, rule(8), {"version": 1, "digest": "0" * 64, "entries": {"grants": 1}, "parts": 1}),
    Knock("a staged document cancelled, with the callers' policy", "DELETE", "/admin/staged/abcdefghij234567", 403, rule(8)),
    Knock("who can reach a key, with the callers' policy", "POST", "/admin/reach", 403, rule(8), {"target": f"{S3}/*"}),
    Knock("another caller's decision, with the callers' policy", "POST", "/admin/explanations", 403, rule(8), {"target": f"{S3}/*", "permission": "READ", "as": {"iam": "123456789012"}}),
    Knock("the administrators' door by a path that leads up", "GET", "/iam/../admin/grants", 403, rule(8)),
    Knock("the administrators' door by an encoded path", "GET", "/%61dmin/grants", 403, rule(8)),
    Knock("the administrators' door behind a caller's route", "GET", "/iam/grants/../../admin/grants", 403, rule(8)),
    Knock("the administrators' door by a header that overrides the path", "GET", "/iam/identity", 200, VAULT, headers={"X-Original-URL": "/admin/grants", "X-Rewrite-URL": "/admin/grants"}),
    Knock("another method by a header that overrides it", "GET", "/iam/identity", 200, VAULT, headers={"X-HTTP-Method-Override": "DELETE"}),
    Knock("an administrator by headers", "GET", "/iam/identity", 200, VAULT, headers={"X-Amzn-Request-Context": CONTEXT, "X-Amzn-Apigateway-Event": CONTEXT, "X-Forwarded-User": "Administrator"}),
    Knock("a preflight at the administrators' door", "OPTIONS", "/admin/changes", 403, rule(8), headers=PAGE),
    Knock("a preflight at the iam door", "OPTIONS", "/iam/credentials", 403, rule(8), headers=PAGE),
    Knock("a preflight at the door of STS's protocol", "OPTIONS", "/sts/reports", 403, rule(8), headers=PAGE),
    Knock("a preflight by a page of another origin", "OPTIONS", "/web-identity/credentials", 403, rule(8), headers=PAGE | {"Origin": "https://evil.example"}),
    Knock("a request that a header makes a preflight", "POST", "/web-identity/credentials", 401, rule(8), headers=PAGE | {"X-HTTP-Method-Override": "OPTIONS"}),
    Knock("a query that is there twice", "GET", "/iam/grants?limit=1&limit=100", 400, TWICE),
    Knock("a query that is there twice, once encoded", "GET", "/iam/grants?limit=1&%6cimit=100", 403, TWICE),
    Knock("a body of another type", "POST", "/iam/credentials", 400, rule(13), "target=x", {"Content-Type": "application/x-www-form-urlencoded"}),
    Knock("a body that is compressed", "POST", "/iam/credentials", 400, rule(13), b"\x1f\x8b\x08\x00", {"Content-Encoding": "gzip"}),
    Knock("a member that is there twice", "POST", "/iam/credentials", 400, TWICE, f'{{"target": "{S3}/reports/*", "target": "{S3}/*", "permission": "READ"}}'),
]  # fmt: skip


# By who was lent what, and then what they try on S3.
TRIES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("reader", "a copy out of another prefix", "copy_object", {"Key": "reports/stolen", "CopySource": f"{BUCKET}/{SECRET}"}),
    ("writer", "a copy out of another prefix into one's own", "copy_object", {"Key": "uploads/stolen", "CopySource": f"{BUCKET}/{SECRET}"}),
    ("reader", "a sibling that begins alike", "get_object", {"Key": SECRET}),
    ("reader", "a list of everything", "list_objects_v2", {}),
    ("reader", "a list of what begins alike", "list_objects_v2", {"Prefix": "reports"}),
    ("reader", "a list below an empty prefix", "list_objects_v2", {"Prefix": ""}),
    ("reader", "an object's ACL", "get_object_acl", {"Key": "reports/2026.csv"}),
    ("reader", "an object's tags", "get_object_tagging", {"Key": "reports/2026.csv"}),
    ("reader", "to write where it reads", "put_object", {"Key": "reports/a", "Body": b""}),
    ("reader", "to delete where it reads", "delete_object", {"Key": "reports/2026.csv"}),
    ("writer", "to read where it writes", "get_object", {"Key": "uploads/a"}),
    ("writer", "a public ACL for an object", "put_object_acl", {"Key": "uploads/a", "ACL": "public-read"}),
    ("writer", "tags for an object", "put_object_tagging", {"Key": "uploads/a", "Tagging": {"TagSet": []}}),
    ("writer", "the bucket's policy", "get_bucket_policy", {}),
    ("writer", "to delete the bucket's policy", "delete_bucket_policy", {}),
    ("writer", "a list where it writes", "list_objects_v2", {"Prefix": "uploads/"}),
]  # fmt: skip
# By a URL to write: method, and what is added to its query.
URLS: list[tuple[str, str, str]] = [
    ("to read by a URL to write", "GET", ""),
    ("to delete by a URL to write", "DELETE", ""),
    ("the object's ACL by a URL to write", "PUT", "&acl"),
    ("its tags by a URL to write", "PUT", "&tagging"),
    ("a part by a URL to write", "PUT", "&partNumber=1&uploadId=x"),
    ("longer than the URL says", "PUT", "&X-Amz-Expires=604800"),
]
