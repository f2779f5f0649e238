"""What a grant is as JSON, as in ``vending.yaml`` and as its caller sees it, and for how long."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, USER_ARN, caller, grant
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.grants.rate_limit import RateLimit

BARE = {
    "id": "a-grant",
    "grantee": {"iam": USER_ARN},
    "scope": "s3://bkt/a/*",
    "permission": "READWRITE",
}
# Every member that a grant may have beside these, and how it is written.
WHOLE: dict[str, tuple[object, str, object]] = {
    "owner": ("a-team", "owner", "a-team"),
    "description": ("For reports.", "description", "For reports."),
    "max_duration": (900, "maxDuration", 900),
    "expires": (NOW, "expires", "2026-11-23T12:00:00Z"),
    "source_ip": (("192.0.2.0/24",), "sourceIp", ["192.0.2.0/24"]),
    "vpc_endpoint": ("vpce-0a1b2c3d", "vpcEndpoint", "vpce-0a1b2c3d"),
    "max_object_size": (0, "maxObjectSize", 0),
    "content_types": (("image/png",), "contentTypes", ["image/png"]),
    "active_content": (True, "activeContent", True),
    "versions": (True, "versions", True),
    "rate_limit": (RateLimit(urls=9), "rateLimit", {"urls": 9}),
    "object_headers": (("metadata",), "objectHeaders", ["metadata"]),
    "storage_classes": (("STANDARD_IA",), "storageClasses", ["STANDARD_IA"]),
    "tagging": (True, "tagging", True),
    "redirects": (("https://example.com",), "redirects", ["https://example.com"]),
}


@pytest.mark.parametrize("member", WHOLE)
def test_a_grant_has_the_members_that_were_given_and_no_others(member: str) -> None:
    value, name, written = WHOLE[member]
    assert grant("s3://bkt/a/* READWRITE").as_json() == BARE
    assert grant("s3://bkt/a/* READWRITE", **{member: value}).as_json() == BARE | {name: written}


def test_a_grant_with_every_member_is_seen_without_whom_and_from_where() -> None:
    whole = grant(
        "s3://bkt/a/* READWRITE", **{member: value for member, (value, *_) in WHOLE.items()}
    )
    written = BARE | {name: value for _, name, value in WHOLE.values()}
    assert whole.as_json() == written
    hidden = {"grantee", "sourceIp", "vpcEndpoint"}
    seen = {name: value for name, value in written.items() if name not in hidden}
    assert whole.as_seen(Keys("bkt", "b/", is_prefix=True)) == seen | {"scope": "s3://bkt/b/*"}


@pytest.mark.parametrize(
    ("headers", "written"),
    [
        (("contentDisposition", "contentEncoding", "serverSideEncryption"), None),
        (("serverSideEncryption", "contentDisposition", "contentEncoding"), None),
        ((), []),
        (("contentDisposition", "contentEncoding"), ["contentDisposition", "contentEncoding"]),
        (
            ("contentDisposition", "contentEncoding", "metadata", "serverSideEncryption"),
            ["contentDisposition", "contentEncoding", "metadata", "serverSideEncryption"],
        ),
    ],
)
def test_headers_are_written_unless_they_are_the_usual_ones(
    headers: tuple[str, ...], written: list[str] | None
) -> None:
    members: dict[str, Any] = grant("s3://bkt/* READ", object_headers=headers).as_json()
    assert members.get("objectHeaders") == written


@pytest.mark.parametrize(
    ("members", "limited"),
    [
        ({}, False),
        ({"max_object_size": 0}, True),
        ({"content_types": ("image/*",)}, True),
        ({"max_object_size": 9, "content_types": ("image/*",)}, True),
        ({"active_content": True, "versions": True, "tagging": True}, False),
    ],
)
def test_sizes_and_types_limit_uploads(members: dict[str, object], limited: bool) -> None:
    made = grant("s3://bkt/* WRITE", **members)
    assert made.limits_uploads is limited
    assert bool(made.upload_limits) is limited


def test_a_permission_has_its_parts() -> None:
    assert [one.parts for one in Permission] == [
        (Permission.READ,),
        (Permission.WRITE,),
        (Permission.READ, Permission.WRITE),
    ]


def test_a_scope_is_open_to_the_grantee_until_the_end_and_not_at_it() -> None:
    whole = Keys("bkt", "", is_prefix=True)
    ending = grant("s3://bkt/* READ", expires=NOW)
    for ago in (timedelta(microseconds=1), timedelta(days=1)):
        assert ending.scope_for(caller(), NOW - ago) == whole
        assert ending.scope_for(caller(), NOW + ago) is None
    assert ending.scope_for(caller(), NOW) is None
    other = caller(USER_ARN + "Other")
    assert ending.scope_for(other, NOW - timedelta(1)) is None
    assert grant("s3://bkt/* READ").scope_for(caller(), NOW) == whole
    assert grant("s3://bkt/* READ").scope_for(other, NOW) is None
    outside = grant("s3://bkt/${claim.team}/* READ")
    assert outside.scope_for(caller(), NOW) is None, "this caller has no claim"
