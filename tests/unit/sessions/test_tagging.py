"""Tags: who may write them, and who may read them."""

import json

import pytest

from tests.support.make import ROLE_ARN, location, one_policy
from vending.grants.grant import Permission
from vending.grants.keys import Keys

WRITES, READS = "s3:PutObjectTagging", "s3:GetObjectTagging"


@pytest.mark.invariant(5)
@pytest.mark.parametrize(
    ("permission", "tagging", "allowed"),
    [
        (Permission.READ, Permission.READ, {READS}),
        (Permission.WRITE, Permission.READ, set()),
        (Permission.READWRITE, Permission.READ, {READS}),
        (Permission.READ, Permission.WRITE, set()),
        (Permission.WRITE, Permission.WRITE, {WRITES}),
        (Permission.READWRITE, Permission.WRITE, {WRITES}),
        (Permission.READWRITE, None, set()),
    ],
)
def test_tags_are_read_by_readers_and_written_by_writers(
    permission: Permission, tagging: Permission | None, allowed: set[str]
) -> None:
    text = one_policy(
        [Keys.parse("s3://bkt/a/*")], permission, location(), ROLE_ARN, {}, tagging=tagging
    )
    actions = json.loads(text)["Statement"][0]["Action"]
    listed = {actions} if isinstance(actions, str) else set(actions)
    assert listed & {READS, WRITES} == allowed
