"""Callers of tests: the one with the least, and tests that would be about nobody."""

from dataclasses import replace
from typing import Any

import pytest

from tests.proof.reaching import ISSUER, URL, document, web
from tests.support.make import ACCOUNT, grant
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.issuer import Claim
from vending.documents.expectation import ExpectationBody
from vending.expectations.expected import about_nobody, least_caller
from vending.grants.expectation import ExpectedCallers
from vending.grants.grantee import IamGrantee
from vending.grants.keys import Keys

KEY = Keys("bkt", "somebody-2/x")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Payroll"


def test_what_is_not_given_is_text_that_no_grant_and_no_key_has() -> None:
    named = [
        grant("s3://bkt/* READ", grantee=web("somebody-1")),
        grant("s3://bkt/* READ", id="b", grantee=web(t="somebody-3", g=4)),
    ]
    found = least_caller(ExpectedCallers(issuer=URL), document(named), KEY)
    assert found == WebIdentity(URL, "somebody-4", {}, "")
    found = least_caller(ExpectedCallers(iam=ACCOUNT), document(named), KEY)
    assert isinstance(found, IamIdentity)
    assert (found.principal.name, found.principal.kind) == ("somebody-4", "role")


def test_a_caller_has_what_tokens_are_read_for_and_under_each_name_of_it() -> None:
    claims = (Claim("t", ("org", "t")), Claim("tenant", ("org", "t")), Claim("who", ("sub",)))
    issuer = replace(ISSUER, claims=claims, caller_claims=("tenant",))
    given = ExpectedCallers(issuer=URL, claims=(("t", '"acme"'), ("unread", "1")))
    found = least_caller(given, document([], issuer), KEY)
    everybody = {"t": "acme", "tenant": "acme", "who": "somebody-1"}
    assert found == WebIdentity(URL, "somebody-1", everybody, "", ("tenant",))
    named = least_caller(replace(given, subject="alice"), document([], issuer), KEY)
    assert isinstance(named, WebIdentity)
    assert (named.subject, named.claims["who"]) == ("alice", "alice")
    nobody = least_caller(ExpectedCallers(issuer=f"{URL}/"), document([], issuer), KEY)
    assert nobody is None


@pytest.mark.parametrize(("arn", "begin"), [(ROLE, "AROA"), (ROLE.replace("role", "user"), "AIDA")])
def test_a_role_and_a_user_have_unique_ids_of_their_kind(arn: str, begin: str) -> None:
    callers = ExpectationBody.model_validate(
        {"id": "a", "as": {"iam": arn}, "refused": {"READ": "s3://bkt/*"}}
    ).expectation()
    found = least_caller(callers.demand.callers, document([]), KEY)  # type: ignore[union-attr]
    assert isinstance(found, IamIdentity)
    assert found.unique_id.startswith(begin)
    assert IamGrantee(ACCOUNT).is_caller(found)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"as": {"iam": ROLE}, "refused": {"READ": "s3://bkt/*"}}, {}),
        ({"as": {"iam": ACCOUNT}, "refused": {"READ": "s3://bkt/*"}}, {}),
        ({"as": {"iam": ROLE.replace("aws", "aws-cn")}, "refused": {"READ": "s3://bkt/*"}}, {"as": "in the partition 'aws-cn', the stack in 'aws'"}),
        ({"as": {"issuer": URL, "claims": {"t": 1}}, "refused": {"READ": "s3://bkt/*"}}, {}),
        ({"as": {"issuer": URL, "claims": {"z": 1, "y": 1}}, "refused": {"READ": "s3://bkt/*"}}, {"as": "does not list the claim y, z"}),
        ({"as": {"issuer": f"{URL}/"}, "refused": {"READ": "s3://bkt/*"}}, {"as": f"no such issuer; add it to 'issuers', spelled exactly as in its tokens; did you mean '{URL}'?"}),
        ({"disjoint": "claim.t", "within": "s3://bkt/*"}, {}),
        ({"disjoint": "caller.name", "within": "s3://bkt/*"}, {}),
        ({"disjoint": "claim.z", "within": "s3://bkt/*"}, {"disjoint": "lists the claim z"}),
        ({"scope": "s3://bkt/*", "onlyReachedBy": []}, {}),
        ({"scope": "s3://bkt/*", "onlyReachedBy": [{"iam": ROLE}, {"issuer": URL, "claims": {"z": 1}}]}, {"onlyReachedBy/1": "does not list the claim z"}),
        ({"scope": "s3://bkt/*", "onlyReachedBy": [{"issuer": f"{URL}/", "subject": "x"}]}, {"onlyReachedBy/0": "no such issuer"}),
    ],
)  # fmt: skip
def test_a_test_about_nobody_is_named(members: dict[str, Any], expected: dict[str, str]) -> None:
    test = ExpectationBody.model_validate({"id": "a"} | members).expectation()
    found = dict(about_nobody(test, {URL: ISSUER}, partition="aws"))
    assert found.keys() == expected.keys()
    for member, reason in expected.items():
        assert reason in found[member]


@pytest.mark.parametrize(
    ("callers", "is_possible"),
    [
        ({"subject": "x", "claims": {"t": ["a", "b"]}}, True),
        ({"subject": "x", "claims": {"sub": "x"}}, True),
        ({"subject": "x", "claims": {"sub": "y"}}, False),
        ({"claims": {"sub": 1}}, False),
        ({"claims": {"t": ["a"]}}, True),
        ({"claims": {"made": ["a"]}}, False),
    ],
)
def test_values_that_no_accepted_token_has_are_named(
    callers: dict[str, Any], is_possible: bool
) -> None:
    claims = (*ISSUER.claims, Claim("sub", ("sub",)), Claim("made", ("made",)))
    issuer = replace(ISSUER, claims=claims, caller_claims=("made",))
    members = {"id": "a", "as": {"issuer": URL} | callers, "refused": {"READ": "s3://bkt/*"}}
    test = ExpectationBody.model_validate(members).expectation()
    assert (list(about_nobody(test, {URL: issuer})) == []) is is_possible
