"""The session policy allows exactly the targets; its length is counted as STS counts it."""

import json
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluator import allows
from tests.support.make import ACCOUNT, NOW, ROLE_ARN, caller, grant, location, one_policy
from vending.errors import AccessDenied, PolicyTooLarge
from vending.grants.grant import Permission
from vending.grants.keys import Keys
from vending.sessions.conditions import Conditions, check_endpoint, grant_conditions
from vending.sessions.policy import POLICY_CHARACTERS, encode, session_policy
from vending.sessions.statements import OBJECT_ACTIONS, Allowance

CONTEXT = {"aws:ResourceAccount": ACCOUNT}
KEY_ARN = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
FORBIDDEN = [
    "s3:PutObjectAcl",
    "s3:GetObjectAcl",
    "s3:PutObjectTagging",
    "s3:GetObjectVersion",
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
    "s3:PutBucketPolicy",
    "s3:ListAllMyBuckets",
    "s3:ListBucketVersions",
    "sts:AssumeRole",
]


def policy(
    *targets: str,
    permission: str = "READ",
    conditions: Conditions | None = None,
    partition: str = "aws",
    account: str | None = None,
    kms_key: str | None = None,
    bucket_location: bool = False,
) -> Any:
    text = one_policy(
        [Keys.parse(target) for target in targets],
        Permission(permission),
        location(account=account, kms_key=kms_key),
        ROLE_ARN.replace("arn:aws", f"arn:{partition}"),
        conditions or {},
        bucket_location=bucket_location,
    )
    assert len(text) <= POLICY_CHARACTERS
    return json.loads(text)


def test_a_locations_vpc_endpoint_holds_in_every_statement_on_s3() -> None:
    text = one_policy(
        [Keys.parse("s3://bkt/a/*")],
        Permission.READWRITE,
        location(vpc_endpoint="vpce-0a1b2c3d", kms_key=KEY_ARN),
        ROLE_ARN,
        {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}},
    )
    *on_s3, on_key = json.loads(text)["Statement"]
    for statement in on_s3:
        assert statement["Condition"]["StringEquals"] == {
            "aws:ResourceAccount": ACCOUNT,
            "aws:SourceVpce": "vpce-0a1b2c3d",
        }
    assert "aws:SourceVpce" not in str(on_key)


def may(document: Any, action: str, path: str, **context: str) -> bool:
    return allows(document, action, f"arn:aws:s3:::{path}", CONTEXT | context)


@pytest.mark.invariant(5)
@pytest.mark.parametrize("permission", list(Permission))
def test_each_permission_has_exactly_its_actions(permission: Permission) -> None:
    document = policy("s3://bkt/a/*", permission=permission)
    every = {action for actions in OBJECT_ACTIONS.values() for action in actions}
    allowed = {action for action in [*every, *FORBIDDEN] if may(document, action, "bkt/a/x")}
    assert allowed == set(OBJECT_ACTIONS[permission])


def test_the_actions_are_those_of_the_design() -> None:
    assert OBJECT_ACTIONS[Permission.READ] == ("s3:GetObject",)
    assert set(OBJECT_ACTIONS[Permission.WRITE]) == {
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:AbortMultipartUpload",
        "s3:ListMultipartUploadParts",
    }
    both = OBJECT_ACTIONS[Permission.READ] + OBJECT_ACTIONS[Permission.WRITE]
    assert OBJECT_ACTIONS[Permission.READWRITE] == both


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("bkt/data/x", True),
        ("bkt/data/deep/x", True),
        ("bkt/data-private/x", False),
        ("bkt/data", False),
        ("bkt/x", False),
        ("other/data/x", False),
    ],
)
def test_a_prefix_opens_the_keys_below_it_alone(path: str, allowed: bool) -> None:
    assert may(policy("s3://bkt/data/*"), "s3:GetObject", path) is allowed


def test_special_characters_in_a_target_match_nothing_but_themselves() -> None:
    document = policy("s3://bkt/a*b?c$d")
    assert may(document, "s3:GetObject", "bkt/a*b?c$d")
    assert not may(document, "s3:GetObject", "bkt/aXbYc$d")
    prefix = policy("s3://bkt/*/*")
    assert may(prefix, "s3:GetObject", "bkt/*/x")
    assert not may(prefix, "s3:GetObject", "bkt/any/x")
    assert not may(prefix, "s3:ListBucket", "bkt", **{"s3:prefix": "any/"})


@pytest.mark.invariant(5)
@pytest.mark.parametrize(
    ("prefix", "allowed"),
    [("data/", True), ("data/deep/", True), ("data", False), ("", False), ("data-private/", False)],
)
def test_listing_is_bound_to_the_prefix(prefix: str, allowed: bool) -> None:
    document = policy("s3://bkt/data/*")
    assert may(document, "s3:ListBucket", "bkt", **{"s3:prefix": prefix}) is allowed
    assert not may(document, "s3:ListBucket", "bkt")


@pytest.mark.invariant(5)
def test_a_whole_bucket_is_listed_without_a_condition_and_a_key_not_at_all() -> None:
    assert may(policy("s3://bkt/*"), "s3:ListBucket", "bkt")
    assert not may(policy("s3://bkt/a"), "s3:ListBucket", "bkt", **{"s3:prefix": "a"})


@pytest.mark.invariant(5)
@pytest.mark.parametrize("permission", list(Permission))
def test_the_region_of_the_bucket_is_told_where_that_is_asked_for(permission: Permission) -> None:
    document = policy("s3://bkt/a/*", permission=permission, bucket_location=True)
    for bucket, account, allowed in (
        ("bkt", ACCOUNT, True),
        ("bkt", "999999999999", False),
        ("bkt2", ACCOUNT, False),
        ("bkt/a/x", ACCOUNT, False),
    ):
        said = {"aws:ResourceAccount": account}
        assert may(document, "s3:GetBucketLocation", bucket, **said) is allowed
    asked = Allowance.of(
        [Keys.parse("s3://bkt/a/*")], permission, location(), {}, versions=False, tagging=None
    )
    assert not may(json.loads(session_policy([asked], ROLE_ARN)), "s3:GetBucketLocation", "bkt")


def test_the_region_is_told_under_the_conditions_of_grant_and_location() -> None:
    conditions: Conditions = {"IpAddress": {"aws:SourceIp": "192.0.2.7/32"}}
    document = policy("s3://bkt/a/*", conditions=conditions, bucket_location=True)
    for ip, allowed in (("192.0.2.7", True), ("192.0.2.8", False)):
        told = may(document, "s3:GetBucketLocation", "bkt", **{"aws:SourceIp": ip})
        assert told is allowed


def test_writing_does_not_list() -> None:
    document = policy("s3://bkt/a/*", permission="WRITE")
    assert not may(document, "s3:ListBucket", "bkt", **{"s3:prefix": "a/"})


@pytest.mark.invariant(5)
@pytest.mark.parametrize("target", ["s3://bkt/a", "s3://bkt/a/*", "s3://bkt/*"])
@pytest.mark.parametrize("permission", list(Permission))
def test_every_statement_names_the_buckets_account(target: str, permission: Permission) -> None:
    for account in (None, "999999999999"):
        document = policy(target, permission=permission, account=account)
        for statement in document["Statement"]:
            condition = statement["Condition"]["StringEquals"]
            assert condition["aws:ResourceAccount"] == (account or ACCOUNT)


def test_a_bucket_of_another_account_is_out_of_reach_even_under_the_same_name() -> None:
    document = policy("s3://bkt/*")
    other = {"aws:ResourceAccount": "999999999999"}
    assert not allows(document, "s3:GetObject", "arn:aws:s3:::bkt/x", other)


@pytest.mark.invariant(5)
def test_kms_is_reached_through_s3_alone_and_without_the_source_ip() -> None:
    document = policy(
        "s3://bkt/a/*",
        permission="READWRITE",
        conditions={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        kms_key=KEY_ARN,
    )
    via = {"kms:ViaService": "s3.ap-northeast-1.amazonaws.com"}
    assert allows(document, "kms:Decrypt", KEY_ARN, via)
    assert allows(document, "kms:GenerateDataKey", KEY_ARN, via)
    assert not allows(document, "kms:Decrypt", KEY_ARN, {})
    assert not allows(document, "kms:Encrypt", KEY_ARN, via)
    assert not allows(document, "kms:Decrypt", KEY_ARN.replace("0a1b", "ffff"), via)


def test_reading_does_not_make_data_keys() -> None:
    document = policy("s3://bkt/a/*", kms_key=KEY_ARN)
    via = {"kms:ViaService": "s3.ap-northeast-1.amazonaws.com"}
    assert allows(document, "kms:Decrypt", KEY_ARN, via)
    assert not allows(document, "kms:GenerateDataKey", KEY_ARN, via)


def test_the_partition_is_the_roles() -> None:
    document = policy("s3://bkt/a", partition="aws-cn", kms_key=KEY_ARN)
    assert document["Statement"][0]["Resource"] == "arn:aws-cn:s3:::bkt/a"
    via = document["Statement"][-1]["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == "s3.ap-northeast-1.amazonaws.com.cn"


def test_targets_within_others_are_dropped() -> None:
    document = policy("s3://bkt/a/b", "s3://bkt/a/*", "s3://bkt/c", "s3://bkt/a/*")
    assert document["Statement"][0]["Resource"] == ["arn:aws:s3:::bkt/a/*", "arn:aws:s3:::bkt/c"]


def test_several_prefixes_are_listed_each() -> None:
    document = policy("s3://bkt/a/*", "s3://bkt/b/*", "s3://bkt/c")
    for prefix, allowed in (("a/", True), ("b/x/", True), ("c", False), ("", False)):
        assert may(document, "s3:ListBucket", "bkt", **{"s3:prefix": prefix}) is allowed


@pytest.mark.parametrize(
    ("members", "ip", "allowed"),
    [
        ({}, "203.0.113.9", True),
        ({"source_ip": "caller"}, "192.0.2.7", True),
        ({"source_ip": "caller"}, "192.0.2.8", False),
        ({"source_ip": ("192.0.2.0/24", "203.0.113.0/24")}, "203.0.113.9", True),
        ({"source_ip": ("192.0.2.0/24",)}, "203.0.113.9", False),
    ],
)
def test_the_source_ip_of_a_grant_holds_for_its_sessions(
    members: dict[str, object], ip: str, allowed: bool
) -> None:
    granted = grant("s3://bkt/* READ", **members)
    conditions = grant_conditions(granted, caller(), NOW)
    document = policy("s3://bkt/*", conditions=conditions)
    assert may(document, "s3:GetObject", "bkt/x", **{"aws:SourceIp": ip}) is allowed
    assert may(document, "s3:ListBucket", "bkt", **{"aws:SourceIp": ip}) is allowed


def test_an_ipv6_caller_is_pinned_too() -> None:
    granted = grant("s3://bkt/* READ", source_ip="caller")
    conditions = grant_conditions(granted, caller(source_ip="2001:db8::7"), NOW)
    assert conditions == {"IpAddress": {"aws:SourceIp": "2001:db8::7/128"}}


def test_a_caller_without_an_address_is_refused_where_the_grant_asks_for_it() -> None:
    with pytest.raises(AccessDenied):
        grant_conditions(grant("s3://bkt/* READ", source_ip="caller"), caller(source_ip=""), NOW)


@pytest.mark.parametrize(
    ("of_grant", "of_location", "refused"),
    [
        (None, None, False),
        (None, "vpce-0a1b2c3d", False),
        ("vpce-0a1b2c3d", None, False),
        ("vpce-0a1b2c3d", "vpce-0a1b2c3d", False),
        ("vpce-0a1b2c3d", "vpce-99999999", True),
    ],
)
def test_two_vpc_endpoints_for_one_request_are_refused(
    of_grant: str | None, of_location: str | None, *, refused: bool
) -> None:
    granted = grant("s3://bkt/* READ", vpc_endpoint=of_grant)
    with pytest.raises(AccessDenied) if refused else nullcontext():
        check_endpoint(granted, location(vpc_endpoint=of_location))


def test_the_vpc_endpoint_and_the_account_must_both_hold() -> None:
    granted = grant("s3://bkt/* READ", vpc_endpoint="vpce-0a1b2c3d")
    document = policy("s3://bkt/*", conditions=grant_conditions(granted, caller(), NOW))
    assert may(document, "s3:GetObject", "bkt/x", **{"aws:SourceVpce": "vpce-0a1b2c3d"})
    assert not may(document, "s3:GetObject", "bkt/x", **{"aws:SourceVpce": "vpce-ffffffff"})
    assert not may(document, "s3:GetObject", "bkt/x")


@pytest.mark.parametrize(("minutes", "bound"), [(30, True), (60, False), (90, False)])
def test_a_grant_that_ends_within_the_session_ends_it(minutes: int, bound: bool) -> None:
    granted = grant("s3://bkt/* READ", expires=NOW + timedelta(minutes=minutes))
    conditions = grant_conditions(granted, caller(), NOW + timedelta(minutes=60))
    assert ("DateLessThan" in conditions) is bound
    if bound:
        document = policy("s3://bkt/*", conditions=conditions)
        assert may(document, "s3:GetObject", "bkt/x", **{"aws:CurrentTime": "2026-11-23T12:29:59Z"})
        assert not may(
            document, "s3:GetObject", "bkt/x", **{"aws:CurrentTime": "2026-11-23T12:30:00Z"}
        )


@pytest.mark.invariant(2)
def test_a_policy_of_2048_characters_fits_and_one_more_is_refused() -> None:
    two = [Keys("bkt", "a" * 900), Keys("bkt", "b")]
    text = one_policy(two, Permission.READ, location(), ROLE_ARN, {})
    room = POLICY_CHARACTERS - len(text) + 1
    fitting, longer = Keys("bkt", "b" * room), Keys("bkt", "b" * (room + 1))
    text = one_policy([two[0], fitting], Permission.READ, location(), ROLE_ARN, {})
    assert len(text) == POLICY_CHARACTERS
    with pytest.raises(PolicyTooLarge, match=r"2049 characters.*The first 1 of 2"):
        one_policy([two[0], longer], Permission.READ, location(), ROLE_ARN, {})
    three = [two[0], fitting, Keys("bkt", "c")]
    with pytest.raises(
        PolicyTooLarge, match="The first 2 of 3 targets would fit, up to s3://bkt/bb"
    ):
        one_policy(three, Permission.READ, location(), ROLE_ARN, {})


def test_a_policy_that_is_too_large_says_how_many_targets_would_fit() -> None:
    targets = [Keys("bkt", f"{number}{'x' * 300}") for number in range(8)]
    fitting = one_policy(targets[:5], Permission.READ, location(), ROLE_ARN, {})
    assert len(fitting) <= POLICY_CHARACTERS
    for count in (7, 8):
        with pytest.raises(PolicyTooLarge) as refused:
            one_policy(targets[:count], Permission.READ, location(), ROLE_ARN, {})
        assert (
            f"The first 5 of {count} targets would fit, up to s3://bkt/4x" in refused.value.detail
        )


def test_the_targets_that_would_fit_are_the_first_of_the_request() -> None:
    targets = [Keys("bkt", f"{number}{'x' * 600}") for number in range(4)]
    allowances = [
        Allowance.of(listed, permission, location(), {}, versions=False, tagging=None)
        for listed, permission in (
            (targets[:2], Permission.READ),
            (targets[2:], Permission.WRITE),
        )
    ]
    for order, last in (((), 1), (targets[::-1], 2), ([targets[i] for i in (1, 3, 0, 2)], 3)):
        with pytest.raises(PolicyTooLarge) as refused:
            session_policy(allowances, ROLE_ARN, order)
        assert f"The first 2 of 4 targets would fit, up to {targets[last]}." in refused.value.detail


def test_a_policy_that_no_target_fits_says_so() -> None:
    with pytest.raises(PolicyTooLarge, match=r"accepts at most 2048\. Shorten the key or prefix"):
        one_policy([Keys("bkt", "🚀" * 256)], Permission.READ, location(), ROLE_ARN, {})


@pytest.mark.invariant(2)
@pytest.mark.parametrize(
    ("key", "spelled"),
    [
        ("é", "é"),
        ("ÿ", "ÿ"),
        ("Ā", "\\u0100"),
        ("日", "\\u65e5"),
        ("🚀", "\\ud83d\\ude80"),
        ('"', '\\"'),
    ],
)
def test_characters_beyond_latin_1_are_escaped_as_sts_counts_them(key: str, spelled: str) -> None:
    text = encode({"Resource": key})
    assert text == f'{{"Resource":"{spelled}"}}'
    assert json.loads(text) == {"Resource": key}


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20).filter(
    lambda key: not {".", ".."} & set(key.split("/"))
)


@pytest.mark.invariant(2)
@given(st.lists(st.builds(Keys, st.just("bkt"), texts), min_size=1, max_size=5), texts)
def test_a_policy_allows_a_key_exactly_if_a_target_covers_it(targets: list[Keys], key: str) -> None:
    text = one_policy(targets, Permission.READ, location(), ROLE_ARN, {})
    assert all("\x20" <= character <= "\xff" for character in text)
    for candidate in (key, targets[0].key, targets[0].key + key):
        covered = any(target.covers(Keys("bkt", candidate)) for target in targets)
        assert may(json.loads(text), "s3:GetObject", f"bkt/{candidate}") is covered
