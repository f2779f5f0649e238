"""An IAM identity has one canonical form, and a doubtful one is refused."""

import pytest

from tests.make import ACCOUNT
from vending.caller import Caller, Principal, table_key

USER_ID, ROLE_ID = "AIDA2EXAMPLEEXAMPLE1", "AROA2EXAMPLEEXAMPLE1"


def from_identity(arn: str, unique_id: str, account: str = ACCOUNT) -> Caller:
    return Caller.from_identity("iam", arn, unique_id, account, "192.0.2.7")


@pytest.mark.parametrize(
    ("arn", "canonical"),
    [
        ("arn:aws:iam::123456789012:user/Alice", "arn:aws:iam::123456789012:user/Alice"),
        ("arn:aws:iam::123456789012:user/team/a/Alice", "arn:aws:iam::123456789012:user/Alice"),
        ("arn:aws:iam::123456789012:role/Reader", "arn:aws:iam::123456789012:role/Reader"),
        (
            "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_X_0a",
            "arn:aws:iam::123456789012:role/AWSReservedSSO_X_0a",
        ),
        ("arn:aws-cn:iam::123456789012:user/Alice", "arn:aws-cn:iam::123456789012:user/Alice"),
        (
            "arn:aws-us-gov:iam::123456789012:role/R+=,.@-_1",
            "arn:aws-us-gov:iam::123456789012:role/R+=,.@-_1",
        ),
        ("arn:aws:iam::123456789012:user//a//Alice", "arn:aws:iam::123456789012:user/Alice"),
    ],
)
def test_an_arn_is_made_canonical_without_its_path(arn: str, canonical: str) -> None:
    assert Principal.parse(arn).arn == canonical


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "Alice",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:group/Readers",
        "arn:aws:iam::123456789012:user/",
        "arn:aws:iam::123456789012:user/Al ice",
        "arn:aws:iam::123456789012:user/Alice\n",
        "arn:aws:iam::12345678901:user/Alice",
        "arn:aws:iam::1234567890123:user/Alice",
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:user/Alice",
        "arn:aws:iam:eu-west-1:123456789012:user/Alice",
        "arn:aws:sts::123456789012:assumed-role/Reader/session",
        "arn:aws:sts::123456789012:federated-user/Alice",
        "arn:evil:iam::123456789012:user/Alice",
        "arn:aws:iam::123456789012:user/*",
    ],
)
def test_what_is_no_role_or_user_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match="ARN"):
        Principal.parse(arn)


def test_an_assumed_role_is_its_role_whatever_the_session_is_called() -> None:
    first = from_identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", f"{ROLE_ID}:alice")
    second = from_identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/bob", f"{ROLE_ID}:bob")
    assert first.principal == second.principal == Principal("aws", ACCOUNT, "role", "Reader")
    assert first.grantee_keys == second.grantee_keys
    assert (first.session_name, first.unique_id) == ("alice", ROLE_ID)


def test_a_user_and_a_role_of_one_name_have_no_key_in_common_but_the_accounts() -> None:
    user = from_identity(f"arn:aws:iam::{ACCOUNT}:user/Reader", USER_ID)
    role = from_identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/user", f"{ROLE_ID}:user")
    assert user.grantee_keys == (f"iam#{ACCOUNT}#user#Reader", f"iam#{ACCOUNT}")
    assert set(user.grantee_keys) & set(role.grantee_keys) == {f"iam#{ACCOUNT}"}


def test_the_variables_of_a_caller_are_its_name_kind_and_account() -> None:
    caller = from_identity(f"arn:aws:iam::{ACCOUNT}:user/team/Alice", USER_ID)
    assert caller.variables == {
        "caller.name": "Alice",
        "caller.kind": "user",
        "caller.account": ACCOUNT,
    }


@pytest.mark.parametrize(
    ("arn", "unique_id", "account"),
    [
        (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/x", f"{ACCOUNT}:x", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", USER_ID, "999999999999"),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", f"{USER_ID}:session", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", "", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:role/Reader", ROLE_ID, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", ROLE_ID, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice", f"{ROLE_ID}:bob", ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/a/b", f"{ROLE_ID}:b", ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/path/Reader/a", f"{ROLE_ID}:a", ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:user/Alice", "aida2exampleexample1", ACCOUNT),
    ],
)
def test_a_context_that_does_not_agree_with_itself_is_refused(
    arn: str, unique_id: str, account: str
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        from_identity(arn, unique_id, account)


def test_the_parts_of_a_table_key_cannot_run_into_each_other() -> None:
    assert table_key("a#b", "c") == "a%23b#c"
    assert table_key("a", "b#c") != table_key("a#b", "c")
    assert table_key("a%23b") != table_key("a#b")
