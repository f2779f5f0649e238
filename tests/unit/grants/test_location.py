"""A registered bucket: its id, who lends it, in whose account it is, and how it is written."""

import pytest

from tests.support.make import ACCOUNT, ROLE_ARN, location

THEIRS = "arn:aws:iam::999999999999:role/Theirs"
BARE = {"scope": "s3://bkt/*", "region": "ap-northeast-1"}
WHOLE = {
    "owner": ("owner", "a-team"),
    "description": ("description", "For reports."),
    "account": ("account", "999999999999"),
    "kms_key": ("kmsKey", "arn:aws:kms:ap-northeast-1:999999999999:key/a"),
    "role": ("role", THEIRS),
    "external_id": ("externalId", "an-id"),
    "vpc_endpoint": ("vpcEndpoint", "vpce-0a1b2c3d"),
}


def test_a_location_is_known_by_its_bucket() -> None:
    assert location("bkt").id == "bkt"


@pytest.mark.parametrize(
    ("role", "account", "role_arn", "owner"),
    [
        (None, None, ROLE_ARN, ACCOUNT),
        (None, "111111111111", ROLE_ARN, "111111111111"),
        (THEIRS, None, THEIRS, "999999999999"),
        (THEIRS, "111111111111", THEIRS, "111111111111"),
    ],
)
def test_its_own_role_lends_it_and_its_account_is_the_role_s_unless_it_says_otherwise(
    role: str | None, account: str | None, role_arn: str, owner: str
) -> None:
    one = location(role=role, account=account)
    assert one.role_arn(ROLE_ARN) == role_arn
    assert one.owning_account(ROLE_ARN) == owner


@pytest.mark.parametrize("member", WHOLE)
def test_a_location_has_the_members_that_were_given_and_no_others(member: str) -> None:
    name, value = WHOLE[member]
    assert location("bkt").as_json() == BARE
    assert location("bkt", **{member: value}).as_json() == BARE | {name: value}


def test_a_location_with_every_member_is_written_whole() -> None:
    whole = location("bkt", **{member: value for member, (_, value) in WHOLE.items()})
    assert whole.as_json() == BARE | dict(WHOLE.values())
