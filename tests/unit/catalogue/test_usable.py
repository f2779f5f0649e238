"""A grant that nobody could use, or that would be anybody's, is refused with its cure."""

from typing import Any

import pytest

from tests.support.documents import document, entry, faults, line, planned, stored
from tests.support.make import NOW, ROLE_ARN, USER_ARN, caller, grant, location
from tests.support.tokens import ISSUER
from tests.support.tokens import issuer as trusted_issuer
from vending.callers.issuer import Claim
from vending.catalogue.usable import grant_faults
from vending.errors import InvalidRequest
from vending.grants.grantee import WebGrantee
from vending.sessions.conditions import grant_conditions
from vending.sessions.policy import POLICY_CHARACTERS, encode
from vending.sessions.statements import Allowance, policy_document


def told(
    grantee: dict[str, Any],
    *,
    issuer: str = ISSUER,
    scope: str = "s3://bkt/a/*",
    **members: object,
) -> dict[str, str]:
    """What is wrong with a grant to somebody of this issuer, by its member."""
    grants = [line(grantee={"issuer": issuer} | grantee, scope=scope)]
    found = faults(grants=grants, issuers=[entry(issuer, tenancy="own", **members)])
    return {pointer.removeprefix("/grants/0/"): words for pointer, words in found.items()}


@pytest.mark.parametrize(
    "members",
    [
        {"scope": "s3://bkt/" + "あ" * 200 + "/*"},
        {"scope": "s3://bkt/" + "x" * 900 + "/*"},
        {
            "sourceIp": [f"2001:db8:{n:x}:{n:x}:{n:x}:{n:x}::/96" for n in range(0xF000, 0xF014)],
            "scope": "s3://bkt/" + "x" * 500 + "/*",
        },
    ],
)
def test_a_grant_that_nobody_could_use_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(**members)]), stored())
    assert [fault.pointer for fault in refused.value.faults] == ["/grants/0/scope"]
    assert "2048" in refused.value.faults[0].detail


def test_a_scope_that_a_long_name_makes_too_long_is_refused() -> None:
    scope = "s3://bkt/" + "x" * 1000 + "/${caller.name}/*"
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(scope=scope, permission="WRITE")]), stored())
    assert "1024 bytes" in refused.value.faults[0].detail


def test_a_grantee_of_another_partition_is_refused() -> None:
    foreign = {"iam": USER_ARN.replace("arn:aws:", "arn:aws-cn:")}
    with pytest.raises(InvalidRequest) as refused:
        planned(document(grants=[line(grantee=foreign)]), stored())
    assert "aws-cn" in refused.value.faults[0].detail


@pytest.mark.parametrize(
    ("sentence", "grantee", "scope", "listed", "found"),
    [
        ("a listed claim", {"claims": {"a": "x"}}, "s3://bkt/x/*", ["a"], {}),
        ("a subject needs no claim", {"subject": "x"}, "s3://bkt/x/*", [], {}),
        ("a listed variable", {"subject": "x"}, "s3://bkt/${claim.a}/*", ["a"], {}),
        ("a listed variable of a path", {"subject": "x"}, "s3://bkt/${claim.a:path}/*", ["a"], {}),
        ("a claim of another name", {"claims": {"a": "x"}}, "s3://bkt/x/*", [{"name": "a", "path": ["b", "c"]}], {}),
        ("no claim listed", {"claims": {"a": "x"}}, "s3://bkt/x/*", [], {"grantee": "claim a;"}),
        ("other claims listed", {"claims": {"a": "x", "b": "x", "c": 1}}, "s3://bkt/x/*", ["b"], {"grantee": "claim a, c;"}),
        ("the claim in other letters", {"claims": {"a": "x"}}, "s3://bkt/x/*", ["A"], {"grantee": "claim a;"}),
        ("the path and not the name", {"claims": {"b": "x"}}, "s3://bkt/x/*", [{"name": "a", "path": ["b"]}], {"grantee": "claim b;"}),
        ("a variable that is not listed", {"subject": "x"}, "s3://bkt/${claim.a}/${claim.b}/*", ["b"], {"scope": "claim a;"}),
        ("a variable of a path", {"subject": "x"}, "s3://bkt/${claim.a:path}/*", ["b"], {"scope": "claim a;"}),
        ("both", {"claims": {"a": 1}}, "s3://bkt/${claim.b}/*", [], {"grantee": "claim a;", "scope": "claim b;"}),
    ],
)  # fmt: skip
def test_a_claim_that_the_issuers_entry_does_not_list_is_named(
    sentence: str, grantee: dict[str, Any], scope: str, listed: list[object], found: dict[str, str]
) -> None:
    faults_found = told(grantee, scope=scope, claims=listed)
    assert faults_found.keys() == found.keys()
    assert all(words in faults_found[member] for member, words in found.items())


EMAIL = ["email", "email_verified", "tenant"]
RENAMED = [{"name": "mail", "path": ["email"]}, {"name": "ok", "path": ["email_verified"]}]
ODD = ["email", {"name": "email_verified", "path": ["something", "else"]}]


@pytest.mark.parametrize(
    ("sentence", "grantee", "scope", "members", "fine"),
    [
        ("verified", {"claims": {"email": "a@b.c", "email_verified": True}}, "x", {"claims": EMAIL}, True),
        ("verified in a scope", {"claims": {"email_verified": True}}, "${claim.email}", {"claims": EMAIL}, True),
        ("verified under other names", {"claims": {"mail": "a@b.c", "ok": True}}, "x", {"claims": RENAMED}, True),
        ("of a subject, verified", {"subject": "s", "claims": {"email": "a@b.c", "email_verified": True}}, "x", {"claims": EMAIL}, True),
        ("no email at all", {"claims": {"tenant": "acme"}}, "x", {"claims": EMAIL}, True),
        ("not verified", {"claims": {"email": "a@b.c"}}, "x", {"claims": EMAIL}, False),
        ("of a subject, not verified", {"subject": "s", "claims": {"email": "a@b.c"}}, "x", {"claims": EMAIL}, False),
        ("verified is false", {"claims": {"email": "a@b.c", "email_verified": False}}, "x", {"claims": EMAIL}, False),
        ("verified is text", {"claims": {"email": "a@b.c", "email_verified": "true"}}, "x", {"claims": EMAIL}, False),
        ("verified is text by the entry's word", {"claims": {"email": "a@b.c", "email_verified": True}}, "x", {"claims": EMAIL, "emailVerified": "text"}, True),
        ("verified is a number", {"claims": {"email": "a@b.c", "email_verified": 1}}, "x", {"claims": EMAIL}, False),
        ("not verified in a scope", {"subject": "s"}, "${claim.email}", {"claims": EMAIL}, False),
        ("not verified in a path", {"subject": "s"}, "${claim.email:path}", {"claims": EMAIL}, False),
        ("not verified under another name", {"claims": {"mail": "a@b.c"}}, "x", {"claims": RENAMED}, False),
        ("verified by another claim of this name", {"claims": {"email": "a@b.c", "email_verified": True}}, "x", {"claims": ODD}, False),
        ("as the subject, not verified", {"subject": "a@b.c"}, "x", {"claims": EMAIL, "subjectClaim": "email"}, False),
        ("as the subject, verified", {"subject": "a@b.c", "claims": {"email_verified": True}}, "x", {"claims": EMAIL, "subjectClaim": "email"}, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("issuer", [ISSUER, "https://cognito.example.com/pool"])
def test_an_email_counts_only_where_it_is_verified(
    issuer: str, sentence: str, grantee: dict[str, Any], scope: str, members: Any, fine: bool
) -> None:
    found = told(grantee, issuer=issuer, scope=f"s3://bkt/{scope}/*", **members)
    assert found.keys() == (set() if fine else {"grantee"})
    assert fine or "email_verified: true" in found["grantee"]


def test_a_scope_that_a_long_claim_makes_too_long_is_refused() -> None:
    scope = "s3://bkt/" + "x" * 1000 + "/${claim.a}/*"
    found = told({"subject": "x"}, scope=scope, claims=["a"])
    assert "1024 bytes" in found["scope"]


def test_a_grant_to_somebody_outside_aws_needs_its_location_too() -> None:
    found = told({"subject": "x"}, scope="s3://elsewhere/*")
    assert found.keys() == {"scope"}
    assert "no location" in found["scope"]


def test_a_partition_is_no_matter_outside_aws() -> None:
    assert told({"subject": USER_ARN.replace("arn:aws:", "arn:aws-cn:")}) == {}


@pytest.mark.parametrize("permission", ["READ", "WRITE", "READWRITE"])
@pytest.mark.parametrize("scope", ["{}/*", "{}", "é{}/*", "*{}/*", "${{claim.tenant}}/{}/*"])
@pytest.mark.parametrize("address", [None, ("192.0.2.0/24", "2001:db8::/32")])
def test_a_scope_is_too_long_exactly_where_its_policy_is(
    permission: str, scope: str, address: tuple[str, ...] | None
) -> None:
    """Short policies are judged by that of a short key; the length decides the same."""
    trusted, here = trusted_issuer(claims=(Claim("tenant", ("tenant",)),)), location()
    seen = set[bool]()
    for length in (*range(1, 900, 37), *range(250, 420, 7)):
        line = f"s3://bkt/{scope.format('k' * length)} {permission}"
        one = grant(line, grantee=WebGrantee(ISSUER, "a"), source_ip=address)
        reasons = [why for _, why in grant_faults(one, {"bkt": here}, {ISSUER: trusted}, ROLE_ARN)]
        conditions = grant_conditions(one, caller(), NOW)
        keys = one.scope.fill({"claim.tenant": "n" * 64})
        document = policy_document(
            [Allowance.of([keys], one.permission, here, conditions, versions=False, tagging=None)],
            ROLE_ARN,
            bucket_location=False,
        )
        fits = len(encode(document)) <= POLICY_CHARACTERS
        assert fits is not any("too long" in why for why in reasons), length
        seen.add(fits)
    assert True in seen
