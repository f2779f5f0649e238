"""Settings of a stack: by the template's names, and what depends on those that are not known."""

import pytest

from tests.support.checking import checked, file, found, grant
from vending.checking.stack import Stack

OTHERS = grant("a", "*", {"iam": "210987654321"})


def test_settings_are_read_by_the_names_of_the_template() -> None:
    settings = {
        "Account": "123456789012",
        "AllowLocalIssuers": "false",
        "AssumableRoleArns": "arn:aws:iam::1:role/a, arn:aws:iam::1:role/b",
        "NeverLentBuckets": "",
    }
    roles = ("arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b")
    assert Stack.parse(settings) == Stack("123456789012", False, roles, ())  # noqa: FBT003
    assert Stack.parse({}) == Stack()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"Acount": "1"}, "unknown setting 'Acount'; use Account, AllowLocalIssuers"),
        ({"Account": "1"}, "12 digits"),
        ({"AllowLocalIssuers": "yes"}, "true or false"),
    ],
)
def test_a_setting_that_is_none_is_refused(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Stack.parse(settings)


def test_a_bucket_that_the_stack_never_lends_is_a_fault_where_it_is_known() -> None:
    members = file(grant("a", "a/*"))
    assert found(members, stack=Stack.parse({"NeverLentBuckets": "bk*"})) == [
        ("InvalidRequest", 0, "/grants/0/scope"),
        ("InvalidRequest", 0, "/locations/0/scope"),
    ]


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        ("123456789012", ["WholeBucketToAccount"]),
        ("210987654321", []),
        (None, []),
    ],
)
def test_an_account_is_anothers_only_if_the_stacks_is_known(
    account: str | None, codes: list[str]
) -> None:
    report = checked(file(OTHERS), stack=Stack(account, never_lent=()))
    assert [one.code for one in report.findings] == codes
    assert [one.setting for one in report.unknown] == ([] if account else ["Account"])


def test_an_acknowledgement_that_nobody_can_judge_is_no_warning() -> None:
    known = OTHERS | {"acknowledge": {"WholeBucketToAccount": "a partner"}}
    assert found(file(known), stack=Stack()) == []
    assert found(file(known), stack=Stack("210987654321")) == [
        ("NothingAcknowledged", 0, "/grants/0/acknowledge/WholeBucketToAccount")
    ]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_the_partition_is_that_of_the_document(region: str) -> None:
    there = {"scope": "s3://bkt/*", "region": region}
    partition = "aws-cn" if region.startswith("cn") else "aws-us-gov"
    grantee = {"iam": f"arn:{partition}:iam::123456789012:role/A"}
    assert found(file(grant("a", "a/*", grantee), locations=[there])) == []
    assert found(file(grant("a", "a/*"), locations=[there])) == [
        ("InvalidRequest", 0, "/grants/0/grantee")
    ]
