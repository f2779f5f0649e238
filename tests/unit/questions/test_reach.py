"""Answers to ``POST /admin/reach``: pages, records, and what is refused."""

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from tests.support.make import NOW, USER_ARN, grant, record
from tests.support.questions import standing as catalogue
from tests.support.tokens import ISSUER, issuer
from vending.answers import Page
from vending.bodies.parse import parse
from vending.callers.issuer import Claim
from vending.catalogue.batches import encode
from vending.errors import InvalidRequest, PreconditionFailed
from vending.grants.grantee import IamGrantee, WebGrantee
from vending.questions.reach import PARTS, Sources, reach
from vending.questions.request import ReachRequest
from vending.questions.standing import Standing

ACCOUNT = "123456789012"
OF_USER = {"as": {"iam": USER_ARN}}
TENANTS = WebGrantee(ISSUER, claims=(("groups", '"users"'),))
GRANTS = [
    grant("s3://bkt/a/* READ", id="own", owner="data", description="Reports"),
    grant("s3://bkt/* WRITE", id="all", grantee=IamGrantee(ACCOUNT)),
    grant("s3://bkt/t/${claim.tenant}/* READWRITE", id="tenants", grantee=TENANTS),
    grant("s3://other/a/* READ", id="other"),
    grant("s3://bkt/a/* READ", id="ended", expires=NOW),
]
TRUSTED = issuer(claims=tuple(Claim(one, (one,)) for one in ("groups", "tenant")))


def standing(revision: int = 7) -> Standing:
    return catalogue(GRANTS, [TRUSTED], revision=revision)


def sources(*, in_time: Any = lambda: True, revision: int = 7) -> Sources:
    return Sources(lambda: standing(revision), lambda: iter(()), tuple, NOW, in_time)


def asked(**members: object) -> ReachRequest:
    return parse(ReachRequest, json.dumps(members))


def answered(
    members: Mapping[str, object], page: Page | None = None, found: Sources | None = None
) -> Any:
    page = page or Page.from_query({}, PARTS)
    return reach(asked(**members), page, record(), found or sources())


def ids(answer: Any) -> list[list[str]]:
    return [[grant["id"] for grant in one["grants"]] for one in answer["reaches"]]


def test_who_reaches_a_key_is_said_with_grant_and_witness() -> None:
    answer = answered({"target": "s3://bkt/a/x"})
    assert answer == {
        "reaches": [
            {
                "grants": [
                    {
                        "id": "own",
                        "owner": "data",
                        "description": "Reports",
                        "grantee": {"iam": USER_ARN},
                        "scope": "s3://bkt/a/*",
                        "permission": "READ",
                    }
                ],
                "keys": "s3://bkt/a/x",
                "filled": {},
                "whole": True,
                "exact": True,
                "example": {"caller": {"arn": USER_ARN}, "target": "s3://bkt/a/x"},
            }
        ],
        "at": "2026-11-23T12:00:00Z",
        "revision": 7,
    }


def test_the_variables_that_a_key_fills_are_said() -> None:
    (found,) = answered({"target": "s3://bkt/t/acme/x"})["reaches"]
    assert found["filled"] == {"claim.tenant": "acme"}
    claims = found["example"]["caller"]["claims"]
    assert (claims["tenant"], claims["groups"]) == ("acme", "users")


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"target": "s3://bkt/a/*", "permission": "WRITE"}, [["all"]]),
        ({"target": "s3://bkt/t/acme/x", "permission": "WRITE"}, [["all"], ["tenants"]]),
        ({"target": "s3://nowhere/*"}, []),
        ({"as": {"iam": USER_ARN}}, [["own"], ["all"], ["other"]]),
        ({"as": {"iam": USER_ARN}, "permission": "WRITE"}, [["all"]]),
        ({"as": {"iam": USER_ARN}, "target": "s3://bkt/a/x"}, [["own"]]),
        ({"as": {"iam": f"arn:aws:iam::{ACCOUNT}:role/Other"}}, [["all"]]),
        ({"as": {"iam": "999999999999"}}, []),
        ({"as": {"iam": ACCOUNT}}, [["own"], ["all"], ["other"]]),
        ({"as": {"issuer": ISSUER, "claims": {"groups": ["users", "x"]}}}, [["tenants"]]),
        ({"as": {"issuer": ISSUER, "claims": {"groups": "others"}}}, []),
        ({"as": {"issuer": ISSUER, "claims": {"tenant": 7}}}, []),
    ],
)
def test_questions_and_their_grants(members: dict[str, object], found: list[list[str]]) -> None:
    assert ids(answered(members)) == found


def test_pages_together_are_the_whole_answer() -> None:
    whole = ids(answered(OF_USER))
    found: list[list[str]] = []
    query = {"limit": "1"}
    for _ in whole:
        answer = answered(OF_USER, Page.from_query(query, PARTS))
        found += ids(answer)
        query["nextToken"] = answer.get("nextToken", "")
    assert found == whole
    assert "nextToken" not in answer


def test_a_page_ends_when_its_time_is_up_but_has_one_answer() -> None:
    ticks = count()
    slow = sources(in_time=lambda: next(ticks) < 0)
    answer = answered(OF_USER, found=slow)
    assert ids(answer) == [["own"]]
    page = Page.from_query({"nextToken": answer["nextToken"]}, PARTS)
    assert ids(answered(OF_USER, page)) == [["all"], ["other"]]


def test_a_page_of_other_grants_is_refused() -> None:
    first = answered(OF_USER, Page.from_query({"limit": "1"}, PARTS))
    page = Page.from_query({"nextToken": first["nextToken"]}, PARTS)
    with pytest.raises(PreconditionFailed, match="Ask again"):
        answered(OF_USER, page, sources(revision=8))


def test_what_a_question_names_must_be_known() -> None:
    later = (NOW + timedelta(seconds=1)).isoformat()
    wrong: list[tuple[dict[str, object], str]] = [
        ({"as": {"issuer": "https://other.example.com"}}, "/as/issuer"),
        ({"as": {"issuer": ISSUER, "claims": {"groops": "users"}}}, "/as/claims/groops"),
        ({"target": "s3://bkt/*", "at": later}, "/at"),
        ({}, ""),
        ({"as": {}}, "/as"),
        ({"as": {"iam": USER_ARN, "subject": "x"}}, "/as"),
        ({"as": {"iam": ACCOUNT, "uniqueId": "AIDA2EXAMPLEEXAMPLE1"}}, "/as"),
        ({"as": {"issuer": ISSUER, "claims": {"groups": {}}}}, "/as/claims"),
        ({"as_": {"iam": USER_ARN}}, "/as_"),
    ]
    for members, pointer in wrong:
        with pytest.raises(InvalidRequest) as refused:
            answered(members)
        assert pointer in [fault.pointer for fault in refused.value.faults], members


def test_a_mistyped_issuer_is_told_the_nearest_one() -> None:
    with pytest.raises(InvalidRequest) as refused:
        answered({"as": {"issuer": f"{ISSUER}/"}})
    assert refused.value.faults[0].detail.endswith(f"; did you mean {ISSUER!r}?")


def test_nobody_is_doubted_where_no_entry_names_the_bucket() -> None:
    answer = answered({"target": "s3://bktt/a/x"})
    assert answer["reaches"] == []
    assert answer["warnings"] == [
        {
            "code": "UnknownBucket",
            "pointer": "/target",
            "detail": "no location and no grant has the bucket 'bktt'; did you mean 'bkt'?",
        }
    ]


@pytest.mark.parametrize(
    "members",
    [
        {"target": "s3://bkt/t/acme/x", "as": {"iam": USER_ARN}, "permission": "READ"},
        {"target": "s3://bkt/a/x"},
        {"as": {"issuer": ISSUER, "claims": {"groups": "others"}}},
    ],
)
def test_a_question_about_what_is_known_is_answered_without_a_doubt(members: Any) -> None:
    assert "warnings" not in answered(members)


def test_no_page_but_a_whole_answer_is_doubted() -> None:
    """A page may have nothing though others have, as where its time was up."""
    first = answered(OF_USER, Page.from_query({"limit": "1"}, PARTS))
    later = Page.from_query({"nextToken": first["nextToken"]}, PARTS)
    answer = answered({"target": "s3://bktt/*"}, later)
    assert (answer["reaches"], "warnings" in answer) == ([], False)


def test_the_record_says_what_was_asked() -> None:
    kept, page = record(), Page.from_query({}, PARTS)
    question = asked(**{"target": "s3://bkt/a/x", "as": {"iam": USER_ARN}, "permission": "READ"})
    reach(question, page, kept, sources())
    assert kept.members == {
        "targets": ["s3://bkt/a/x"],
        "targetCount": 1,
        "permission": "READ",
        "asks": {"at": "2026-11-23T12:00:00Z", "as": {"iam": USER_ARN}},
    }


def test_a_bucket_or_caller_in_a_description_answers_nothing() -> None:
    """Grants are first looked for by their text."""
    posing = grant(
        "s3://other/* READ",
        id="posing",
        description=f'"scope":"s3://bkt/a/*" "iam":"{USER_ARN}" ::{ACCOUNT}:',
        grantee=IamGrantee("999999999999"),
    )
    texts = standing().texts
    found = Standing(7, {**texts, "grant": {posing.id: encode(posing.as_json())}})
    asked_of = Sources(lambda: found, lambda: iter(()), tuple, NOW, lambda: True)
    for members in ({"target": "s3://bkt/*"}, {"as": {"iam": USER_ARN}}, {"as": {"iam": ACCOUNT}}):
        assert answered(members, found=asked_of)["reaches"] == []


def test_a_time_in_the_future_is_refused_also_where_nothing_ever_changed() -> None:
    new = Sources(lambda: Standing(0, standing().texts), lambda: iter(()), tuple, NOW, lambda: True)
    later = (NOW + timedelta(seconds=1)).isoformat()
    with pytest.raises(InvalidRequest, match="in the future"):
        answered({"target": "s3://bkt/*", "at": later}, found=new)
    question = {"target": "s3://bkt/a/x", "at": NOW.isoformat()}
    assert answered(question, found=new)["revision"] == 0
