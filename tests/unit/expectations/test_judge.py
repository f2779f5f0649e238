"""Each kind of test, in documents in which it holds and in which it does not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.proof.reaching import ISSUER, URL, document, opens, web
from tests.support.make import ACCOUNT, NOW, USER_ARN, grant
from vending.documents.expectation import ExpectationBody
from vending.expectations.judge import Failure, failures
from vending.grants.expectation import Expectation
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys
from vending.reach.document import Document

USERS = {"issuer": URL, "claims": {"t": "acme", "g": "users"}}
OWN = grant("s3://bkt/tenants/${claim.t}/* READ", id="own", grantee=web(g="users"))
APART = {"disjoint": "claim.t", "within": "s3://bkt/tenants/*"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Payroll"


def expecting(**members: object) -> Expectation:
    """A test of these members."""
    return ExpectationBody.model_validate({"id": "a-test"} | members).expectation()


def failing(members: dict[str, Any], *grants: Grant) -> list[Failure]:
    """The parts that fail in a document of these grants."""
    return list(failures(expecting(**members), document(grants)))


def parts(members: dict[str, Any], *grants: Grant) -> list[str]:
    return [one.part for one in failing(members, *grants)]


def reached(*targets: str, by: dict[str, Any] | None = None, **how: str) -> dict[str, Any]:
    """A test of what some callers reach with READ; of USERS, if ``by`` does not say."""
    return {"as": by or USERS, "reaches": {"READ": [f"s3://bkt/{one}" for one in targets]}}


@pytest.mark.parametrize(
    ("sentence", "by", "target", "grants", "holds"),
    [
        ("a tenant reaches its own key", USERS, "tenants/acme/x", [OWN], True),
        ("and all of its keys", USERS, "tenants/acme/*", [OWN], True),
        ("but not all keys of all tenants", USERS, "tenants/*", [OWN], False),
        ("nor another's", USERS, "tenants/other/x", [OWN], False),
        ("without a grant nobody does", USERS, "tenants/acme/x", [], False),
        ("every caller has to", {"issuer": URL, "claims": {"t": "acme"}}, "tenants/acme/x", [OWN], False),
        ("a list of groups is one value", {"issuer": URL, "claims": {"t": "acme", "g": ["users", "x"]}}, "tenants/acme/x", [OWN], True),
        ("a list of tenants fills nothing", {"issuer": URL, "claims": {"t": ["acme"], "g": "users"}}, "tenants/acme/x", [OWN], False),
        ("a number is no text", {"issuer": URL, "claims": {"t": 1, "g": "users"}}, "tenants/1/x", [OWN], False),
        ("a grant to one subject is not for all", USERS, "a/x", [grant("s3://bkt/a/* READ", grantee=web("x"))], False),
        ("but for this one", {"issuer": URL, "subject": "x"}, "a/x", [grant("s3://bkt/a/* READ", grantee=web("x"))], True),
        ("a grant to one user is not for its account", {"iam": ACCOUNT}, "a/x", [grant("s3://bkt/a/* READ")], False),
        ("but for this user", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ")], True),
        ("a grant to the account is for the user", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ", grantee=IamGrantee(ACCOUNT))], True),
        ("a pinned grant is not for a later user", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ", grantee=IamGrantee(ACCOUNT, "AIDA2EXAMPLEEXAMPLE9"))], False),
        ("READ is not WRITE", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* WRITE")], False),
        ("READWRITE is", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READWRITE")], True),
        ("conditions are assumed to be met", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ", source_ip=("192.0.2.0/24",))], True),
        ("an end to come is none", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ", expires=NOW + timedelta(seconds=1))], True),
        ("one that has passed is", {"iam": USER_ARN}, "a/x", [grant("s3://bkt/a/* READ", expires=NOW)], False),
        ("a bucket without a location opens nothing", {"iam": USER_ARN}, "a/x", [grant("s3://bkt2/a/* READ")], False),
    ],
)  # fmt: skip
def test_callers_reach_what_they_should(
    sentence: str, by: dict[str, Any], target: str, grants: Sequence[Grant], holds: bool
) -> None:
    found = failing(reached(target, by=by), *grants)
    assert (found == []) is holds
    for one in found:
        assert one.member == "reaches"
        assert one.detail.startswith("no grant lets ")


def test_each_target_of_reaches_is_a_part_of_its_own() -> None:
    assert parts(reached("tenants/acme/x", "a/x", "b/*"), OWN) == [
        "reaches READ s3://bkt/a/x",
        "reaches READ s3://bkt/b/*",
    ]


def test_a_claim_that_makes_a_caller_and_is_not_given_is_anything_else() -> None:
    named = replace(ISSUER, caller_claims=("t",))
    here = Document(
        (grant("s3://bkt/a/* READ", grantee=web(t="x", g="users")),),
        (named,),
        document([]).locations,
        NOW,
    )
    by = {"issuer": URL, "claims": {"g": "users"}}
    assert list(failures(expecting(**reached("a/x", by=by)), here))
    by = {"issuer": URL, "claims": {"g": "users", "t": "x"}}
    assert not list(failures(expecting(**reached("a/x", by=by)), here))


def test_nobody_of_an_issuer_that_is_not_trusted_reaches_anything() -> None:
    by = {"issuer": "https://other.example.com", "subject": "x"}
    assert parts(reached("a/x", by=by)) == ["reaches READ s3://bkt/a/x"]


@pytest.mark.parametrize(
    ("sentence", "by", "refused", "grants", "expected"),
    [
        ("a tenant is refused another's keys", USERS, {"READ": "tenants/other/*"}, [OWN], []),
        ("not its own", USERS, {"READ": "tenants/acme/*"}, [OWN], ["READ"]),
        ("writing is another permission", USERS, {"WRITE": "tenants/acme/*"}, [OWN], []),
        ("one key of a prefix is enough", USERS, {"READ": "*"}, [OWN], ["READ"]),
        ("what is not given may be anything", {"issuer": URL, "claims": {"t": "acme"}}, {"READ": "tenants/acme/x"}, [OWN], ["READ"]),
        ("a condition is no excuse", {"iam": USER_ARN}, {"READ": "a/x"}, [grant("s3://bkt/a/* READ", source_ip=("192.0.2.0/24",))], ["READ"]),
        ("nor is an end to come", {"iam": USER_ARN}, {"READ": "a/x"}, [grant("s3://bkt/a/* READ", expires=NOW + timedelta(days=1))], ["READ"]),
        ("one that has passed is", {"iam": USER_ARN}, {"READ": "a/x"}, [grant("s3://bkt/a/* READ", expires=NOW)], []),
        ("one user of an account is enough", {"iam": ACCOUNT}, {"READ": "a/x"}, [grant("s3://bkt/a/* READ")], ["READ"]),
        ("each permission is a part", {"iam": USER_ARN}, {"READ": "a/x", "WRITE": "a/x"}, [grant("s3://bkt/a/* READWRITE")], ["READ", "WRITE"]),
    ],
)  # fmt: skip
def test_callers_are_refused_what_they_should_be(
    sentence: str,
    by: dict[str, Any],
    refused: dict[str, str],
    grants: Sequence[Grant],
    expected: list[str],
) -> None:
    targets = {permission: f"s3://bkt/{keys}" for permission, keys in refused.items()}
    found = failing({"as": by, "refused": targets}, *grants)
    assert [one.part.split()[:2] for one in found] == [["refused", one] for one in expected]
    for one in found:
        [by_grant] = [each for each in grants if each.id in one.grants]
        assert one.key is not None
        assert opens(by_grant, one.callers[0], one.key)
        assert repr(by_grant.id) in one.detail
        assert str(one.key) in one.detail


NAMED = grant("s3://bkt/tenants/acme/* READ", id="named", grantee=web(g="b"))
NESTED = grant("s3://bkt/tenants/${claim.t:path}/* READ", id="nested", grantee=web(g="users"))


@pytest.mark.parametrize(
    ("sentence", "grants", "holds"),
    [
        ("each tenant has a prefix of its own", [OWN], True),
        ("two tenants are given one prefix", [OWN, NAMED], False),
        ("prefixes of prefixes", [NESTED], False),
        ("a shared prefix elsewhere", [OWN, grant("s3://bkt/shared/* READ", grantee=web(g="b"))], True),
        ("callers of IAM have no tenant", [OWN, grant("s3://bkt/tenants/* READ")], True),
        ("an ended grant joins nobody", [OWN, replace(NAMED, expires=NOW)], True),
        ("a condition keeps nobody apart", [replace(NAMED, source_ip=("192.0.2.0/24",))], False),
    ],
)  # fmt: skip
def test_callers_with_different_values_are_apart(
    sentence: str, grants: Sequence[Grant], holds: bool
) -> None:
    found = failing(APART, *grants)
    assert (found == []) is holds
    for one in found:
        assert len(one.callers) == 2
        assert one.key is not None
        assert Keys.parse("s3://bkt/tenants/*").covers(one.key)


@pytest.mark.parametrize(
    ("sentence", "only", "grants", "expected"),
    [
        ("only the role", [{"iam": ROLE}], [grant("s3://bkt/payroll/* READ", grantee=IamGrantee(ACCOUNT))], ["READ"]),
        ("the user is not the role", [{"iam": ROLE}], [grant("s3://bkt/* READWRITE")], ["READ", "WRITE"]),
        ("the user itself", [{"iam": USER_ARN}], [grant("s3://bkt/* READWRITE")], []),
        ("its account", [{"iam": ACCOUNT}], [grant("s3://bkt/* READWRITE")], []),
        ("whoever has the claims", [{"issuer": URL, "claims": {"g": "users"}}], [grant("s3://bkt/payroll/* WRITE", grantee=web(g="users", t="x"))], []),
        ("others of the issuer", [{"issuer": URL, "claims": {"g": "users", "t": "x"}}], [grant("s3://bkt/payroll/* WRITE", grantee=web(g="users"))], ["WRITE"]),
        ("a variable can be filled so", [{"iam": USER_ARN}], [grant("s3://bkt/${claim.t}/* READ", grantee=web(g="b"))], ["READ"]),
        ("nobody at all", [], [grant("s3://bkt/payroll/x READ")], ["READ"]),
        ("nobody at all, elsewhere", [], [grant("s3://bkt/other/* READ")], []),
    ],
)  # fmt: skip
def test_only_the_named_ones_reach_a_scope(
    sentence: str, only: list[dict[str, Any]], grants: Sequence[Grant], expected: list[str]
) -> None:
    found = failing({"scope": "s3://bkt/payroll/*", "onlyReachedBy": only}, *grants)
    assert [one.part.split()[:2] for one in found] == [["onlyReachedBy", one] for one in expected]


def test_an_answer_that_is_not_exact_counts_as_a_failure_and_says_so() -> None:
    two = grant("s3://bkt/${claim.t:path}/${claim.g:path}/* READ", grantee=web("x"))
    [read] = failing({"scope": "s3://bkt/payroll/*", "onlyReachedBy": []}, two)
    assert read.detail.endswith("; perhaps: reach is not known exactly here")
