"""What the service would decide for another caller."""

import json
from typing import Any

import pytest

from tests.support.effects import effects
from tests.support.make import USER_ARN, caller, grant, knowing, record
from tests.support.questions import standing
from tests.support.tokens import ISSUER, issuer
from vending.bodies.parse import parse
from vending.callers.issuer import Claim, Issuer
from vending.denials.denials import Denials, Place
from vending.denials.names import grant_part
from vending.errors import InvalidRequest
from vending.grants.grantee import WebGrantee
from vending.questions.explanation import explain_as
from vending.questions.request import ExplanationRequest
from vending.questions.standing import Standing

ROLE = "arn:aws:iam::123456789012:role/Administrator"
ADMINISTRATOR = caller(ROLE, unique_id="AROA2EXAMPLEEXAMPLE1")
TRUSTED = issuer(
    claims=tuple(Claim(one, (one,)) for one in ("groups", "repository")),
    caller_claims=("repository",),
)
GRANT = grant("s3://bkt/a/* READ")
GROUP = grant("s3://bkt/a/* READ", grantee=WebGrantee(ISSUER, claims=(("groups", '"x"'),)))
BLOCKED = Denials.of([(Place("grant", grant_part("a-grant")), None)])


def explained(
    load: Any, entry: Issuer | None = TRUSTED, *, who: object, target: str = "s3://bkt/a/x"
) -> Any:
    body = {"target": target, "permission": "READ", "as": who}
    request = parse(ExplanationRequest, json.dumps(body))
    trusted = {entry.url: entry} if entry else {}
    asked = request, ADMINISTRATOR, record(), lambda: trusted, effects(load)
    return explain_as(*asked, lambda: standing([GRANT]))


def never_asked() -> Standing:
    raise AssertionError("the whole catalogue is read only where no grant is found")


@pytest.mark.parametrize(("arn", "decision"), [(USER_ARN, "granted"), (ROLE, "refused")])
def test_the_decision_is_about_the_other_caller(arn: str, decision: str) -> None:
    assert explained(knowing(GRANT), who={"iam": arn})["decision"] == decision


def test_a_block_is_part_of_the_decision() -> None:
    answer = explained(knowing(GRANT, denials=BLOCKED), who={"iam": USER_ARN})
    assert answer["decision"] == "refused"


@pytest.mark.parametrize(("groups", "decision"), [(["y", "x"], "granted"), ("y", "refused")])
def test_a_token_is_given_by_its_claims(groups: object, decision: str) -> None:
    who = {"issuer": ISSUER, "subject": "s", "claims": {"groups": groups, "repository": "r"}}
    assert explained(knowing(GROUP), who=who)["decision"] == decision


@pytest.mark.parametrize(
    ("who", "entry", "pointer"),
    [
        ({"iam": "123456789012"}, TRUSTED, "/as/iam"),
        ({"issuer": ISSUER, "claims": {"repository": "r"}}, TRUSTED, "/as/subject"),
        ({"issuer": ISSUER, "subject": "s"}, TRUSTED, "/as/claims"),
        ({"issuer": ISSUER, "subject": "s"}, None, "/as/issuer"),
        (
            {"issuer": ISSUER, "subject": "s", "claims": {"repository": "r", "team": "t"}},
            TRUSTED,
            "/as/claims/team",
        ),
    ],
)
def test_a_caller_in_part_is_refused(who: object, entry: Issuer | None, pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        explained(knowing(GRANT), entry, who=who)
    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_the_record_names_the_caller_who_is_asked_about() -> None:
    kept = record()
    body = {"target": "s3://bkt/a/x", "permission": "READ", "as": {"iam": USER_ARN}}
    request = parse(ExplanationRequest, json.dumps(body))
    explain_as(request, ADMINISTRATOR, kept, dict, effects(knowing(GRANT)), never_asked)
    assert kept.members["asks"] == {"as": {"iam": USER_ARN}}
    assert kept.members["grant"] == "a-grant"


def test_where_no_grant_is_found_what_no_entry_names_is_said() -> None:
    answer = explained(knowing(GRANT), who={"iam": USER_ARN}, target="s3://bkl/a/x")
    assert answer["warnings"] == [
        {
            "code": "UnknownBucket",
            "pointer": "/target",
            "detail": "no location and no grant has the bucket 'bkl'",
        }
    ]
    other = f"{USER_ARN.replace('123456789012', '210987654321')}"
    answer = explained(knowing(GRANT), who={"iam": other})
    assert [one["code"] for one in answer["warnings"]] == ["UnknownCaller"]
    assert "warnings" not in explained(knowing(GRANT), who={"iam": USER_ARN})
    assert "warnings" not in explained(knowing(GRANT), who={"iam": USER_ARN}, target="s3://bkt/b")


NAMED = issuer(
    claims=(Claim("who", ("sub",)), Claim("t", ("org",)), Claim("team", ("org",))),
    caller_claims=("team",),
)


@pytest.mark.parametrize("claims", [{"t": "acme"}, {"team": "acme"}, {"t": "acme", "who": "s"}])
@pytest.mark.parametrize("name", ["who", "t", "team"])
def test_a_member_of_the_token_has_each_of_its_names(name: str, claims: object) -> None:
    value = '"s"' if name == "who" else '"acme"'
    own = grant("s3://bkt/a/* READ", grantee=WebGrantee(ISSUER, claims=((name, value),)))
    who = {"issuer": ISSUER, "subject": "s", "claims": claims}
    assert explained(knowing(own), NAMED, who=who)["decision"] == "granted"


@pytest.mark.parametrize(
    ("claims", "name"), [({"t": "a", "team": "b"}, "team"), ({"who": "x", "t": "a"}, "who")]
)
def test_a_member_of_the_token_has_one_value(claims: object, name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        explained(knowing(GRANT), NAMED, who={"issuer": ISSUER, "subject": "s", "claims": claims})
    assert [fault.pointer for fault in refused.value.faults] == [f"/as/claims/{name}"]


def test_text_is_read_as_the_issuers_tokens_are() -> None:
    entry = issuer(claims=(Claim("email_verified", ("email_verified",)),), email_verified="text")
    own = WebGrantee(ISSUER, claims=(("email_verified", "true"),))
    who = {"issuer": ISSUER, "subject": "s", "claims": {"email_verified": "true"}}
    found = explained(knowing(grant("s3://bkt/a/* READ", grantee=own)), entry, who=who)
    assert found["decision"] == "granted"


@pytest.mark.parametrize("name", ["\u5c71\u7530\u3000\u592a\u90ce", "a\u00a0b"])
def test_a_claim_may_be_any_text_that_a_token_may_have(name: str) -> None:
    own = WebGrantee(ISSUER, claims=(("groups", json.dumps(name)),))
    who = {"issuer": ISSUER, "subject": "s", "claims": {"groups": name, "repository": "r"}}
    found = explained(knowing(grant("s3://bkt/a/* READ", grantee=own)), who=who)
    assert found["decision"] == "granted"


def test_claims_fit_into_a_token_and_so_into_a_record() -> None:
    claims = {"groups": ["x" * 500] * 17, "repository": "r"}
    with pytest.raises(InvalidRequest) as refused:
        explained(knowing(GROUP), who={"issuer": ISSUER, "subject": "s", "claims": claims})
    [fault] = refused.value.faults
    assert (fault.pointer, fault.detail) == (
        "/as/claims",
        "must fit into a token, which has at most 8192 bytes",
    )
