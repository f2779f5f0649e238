"""Answers in words."""

from typing import Any

import pytest

from s3vend.cli.reach.sentences import sentence, target_text, who

USERS: "dict[str, Any]" = {"issuer": "https://i", "claims": {"groups": "users", "level": 3}}
AT_ALL: "dict[str, Any]" = {"keys": "s3://b/k", "filled": {}, "exact": True}


def grant(grantee: "dict[str, Any]", **more: object) -> "dict[str, Any]":
    return {"id": "g", "grantee": grantee, "permission": "READ", **more}


@pytest.mark.parametrize(
    ("grantees", "filled", "said"),
    [
        (
            [{"iam": "arn:aws:iam::123456789012:user/team/ann"}],
            {},
            "user ann of account 123456789012",
        ),
        ([{"iam": "123456789012"}], {}, "every role or user of account 123456789012"),
        (
            [{"iam": "123456789012"}],
            {"caller.name": "ann", "caller.kind": "user"},
            "user ann of account 123456789012",
        ),
        ([{"issuer": "https://i", "subject": "ann"}], {}, "the subject ann at https://i"),
        (
            [USERS],
            {"claim.tenant": "acme"},
            "whoever with groups users and level 3 and tenant acme at https://i",
        ),
    ],
)
def test_callers_in_words(
    grantees: "list[dict[str, Any]]", filled: "dict[str, str]", said: str
) -> None:
    assert who([grant(one) for one in grantees], filled) == said


def test_terms_owners_and_inexact_answers_are_said() -> None:
    granted = grant(
        {"iam": "123456789012"},
        owner="data",
        description="Reports",
        sourceIp=["192.0.2.0/24"],
        vpcEndpoint="vpce-1",
        expires="2099-01-01T00:00:00Z",
    )
    reached = AT_ALL | {
        "grants": [granted],
        "exact": False,
        "example": {"target": {"bucket": "b", "key": "a*"}},
    }
    assert sentence(reached, None) == (
        "every role or user of account 123456789012 can READ at most s3://b/k, for example "
        "s3://b/a*, under the grant g (data: Reports), only from 192.0.2.0/24, only through "
        "vpce-1, until 2099-01-01T00:00:00Z"
    )


def test_two_grants_answer_together() -> None:
    pair = [grant({"iam": "123456789012"}), grant({"iam": "123456789012"}, permission="WRITE")]
    reached = AT_ALL | {"grants": pair, "example": {"target": "s3://b/k"}}
    assert sentence(reached, "READWRITE").endswith(
        "can READWRITE s3://b/k, under the grants g for READ and g for WRITE"
    )


def test_a_key_that_ends_in_a_star_is_a_text_too() -> None:
    assert target_text({"bucket": "b", "key": "a*"}) == "s3://b/a*"
