"""What a change opens and closes, as sentences for whoever reviews it."""

from typing import Any

import pytest

from tests.support.checking import ENTRY, URL, checked, file, grant, holders, role
from tests.support.documents import HERE
from tests.support.make import ACCOUNT

HR = grant("hr", "hr/*")


def sentences(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[object]:
    report = checked(file(*after), against=[file(*before)], prune=True)
    return [one["text"] for one in report.differences]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [HR], ["+ role Analyst can now READ s3://bkt/hr/*, for example s3://bkt/hr/x"]),
        ([HR], [], ["- role Analyst can no longer READ s3://bkt/hr/*, for example s3://bkt/hr/x"]),
        ([HR], [grant("other", "hr/*")], []),
        ([HR], [HR | {"description": "of people"}], []),
        ([HR], [grant("a", "*")], ["+ role Analyst can now READ some of s3://bkt/*, for example s3://bkt/x"]),
        ([HR], [HR, grant("b", "hr/*", role("Audit"))], ["+ role Audit can now READ s3://bkt/hr/*, for example s3://bkt/hr/x"]),
        (
            [HR],
            [HR | {"maxDuration": 900}],
            ["- role Analyst can READ s3://bkt/hr/* only under stricter terms now, by 'hr', for example s3://bkt/hr/x"],
        ),
        (
            [HR | {"sourceIp": ["192.0.2.0/24"]}],
            [HR],
            ["+ role Analyst can now READ s3://bkt/hr/* under looser terms than by 'hr', for example s3://bkt/hr/x"],
        ),
        (
            [HR],
            [HR | {"permission": "READWRITE"}],
            ["+ role Analyst can now WRITE s3://bkt/hr/*, for example s3://bkt/hr/x"],
        ),
        (
            [],
            [grant("b", "b", holders(group="g"))],
            ['+ whoever has group "g" from https://login.example.com can now READ s3://bkt/b, for example s3://bkt/b as subject "x" with group "g"'],
        ),
        (
            [HR],
            [HR, grant("b", "b", {"iam": "210987654321"})],
            ["+ every role and user of 210987654321 can now READ s3://bkt/b, for example s3://bkt/b as role x of 210987654321"],
        ),
    ],
)  # fmt: skip
def test_a_difference_is_a_sentence_with_a_witness(
    before: list[dict[str, Any]], after: list[dict[str, Any]], expected: list[str]
) -> None:
    assert sentences(before, after) == expected


def test_a_difference_has_its_parts_for_programs() -> None:
    [one] = checked(file(HR), against=[file()]).differences
    assert one == {
        "kind": "gained",
        "text": "+ role Analyst can now READ s3://bkt/hr/*, for example s3://bkt/hr/x",
        "grant": "hr",
        "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:role/Analyst"},
        "permission": "READ",
        "keys": "s3://bkt/hr/*",
        "key": "s3://bkt/hr/x",
        "caller": {"arn": f"arn:aws:iam::{ACCOUNT}:role/Analyst"},
        "otherGrants": [],
        "isExact": True,
    }


@pytest.mark.parametrize(
    ("lists", "text"),
    [
        (
            {"issuers": [ENTRY | {"algorithms": ["ES256"], "maxTokenLifetime": 900}]},
            (f"~ the issuer {URL} has other values of algorithms, maxTokenLifetime; "
            "which tokens are valid is not compared"),
        ),
        (
            {"locations": [HERE | {"kmsKey": "arn:aws:kms:ap-northeast-1:123456789012:key/a", "account": "210987654321"}]},
            ("~ the location s3://bkt/* has other values of account, kmsKey; "
            "what AWS allows there is not compared"),
        ),
        ({"issuers": [ENTRY | {"tenancy": "own", "description": "ours"}]}, None),
        ({"locations": [HERE | {"owner": "platform"}]}, None),
    ],
)  # fmt: skip
def test_what_is_not_compared_is_named_if_it_differs(
    lists: dict[str, Any], text: str | None
) -> None:
    report = checked(file(HR) | lists, against=[file(HR)], prune=True)
    assert [one["text"] for one in report.differences] == ([text] if text else [])
    assert {one["kind"] for one in report.differences} <= {"notCompared"}
