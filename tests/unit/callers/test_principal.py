"""An IAM role or user has one canonical form, and a grantee key that no other has."""

import pytest

from vending.callers.principal import Principal
from vending.table import key_parts, table_key


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


def test_the_parts_of_a_table_key_cannot_run_into_each_other() -> None:
    assert table_key("a#b", "c") == "a%23b#c"
    assert table_key("a", "b#c") != table_key("a#b", "c")
    assert table_key("a%23b") != table_key("a#b")


@pytest.mark.parametrize("parts", [["a"], ["a#b", "c%"], ["%23", "#25", ""], ["%2523", "%%#"]])
def test_a_table_key_is_taken_apart_into_its_parts(parts: list[str]) -> None:
    assert key_parts(table_key(*parts)) == parts
