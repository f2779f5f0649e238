"""A grantee matches only if all of it does, and matches no other caller."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.make import ACCOUNT, USER_ARN, caller
from tests.support.tokens import ISSUER
from vending.callers.grantee_keys import subject_key
from vending.callers.identity import WebIdentity
from vending.callers.principal import Principal
from vending.grants.grantee import IamGrantee, WebGrantee

OTHER = "https://other.example.com"


def to(subject: str | None = None, *, issuer: str = ISSUER, **claims: object) -> WebGrantee:
    asked = sorted((name, json.dumps(value)) for name, value in claims.items())
    return WebGrantee(issuer, subject, tuple(asked))


def web(subject: str = "alice", *, issuer: str = ISSUER, **claims: object) -> WebIdentity:
    return WebIdentity(issuer, subject, claims, "a-hash")  # type: ignore[arg-type]


# fmt: off
COMPARED = [
    ("the subject itself", to("alice"), web(), True),
    ("the subject, whatever its claims", to("alice"), web(tenant="acme"), True),
    ("another subject", to("alice"), web("bob"), False),
    ("a subject that begins alike", to("alice"), web("alice2"), False),
    ("a subject in other letters", to("alice"), web("Alice"), False),
    ("a subject with a space behind", to("alice"), web("alice "), False),
    ("a star is a star", to("*"), web(), False),
    ("the subject at another issuer", to("alice"), web(issuer=OTHER), False),
    ("the subject at the issuer with a slash", to("alice"), web(issuer=f"{ISSUER}/"), False),
    ("a claim", to(tenant="acme"), web(tenant="acme"), True),
    ("a claim of anybody there", to(tenant="acme"), web("bob", tenant="acme", x=1), True),
    ("a claim at another issuer", to(tenant="acme"), web(issuer=OTHER, tenant="acme"), False),
    ("another value", to(tenant="acme"), web(tenant="acme2"), False),
    ("the claim is missing", to(tenant="acme"), web(), False),
    ("the value in another claim", to(tenant="acme"), web(groups="acme"), False),
    ("a member of a list", to(groups="a"), web(groups=["b", "a"]), True),
    ("not a member of the list", to(groups="a"), web(groups=["b", "ab"]), False),
    ("a list of nothing", to(groups="a"), web(groups=[]), False),
    ("the list as text", to(groups="a"), web(groups="a,b"), False),
    ("two claims", to(tenant="acme", role="x"), web(tenant="acme", role="x"), True),
    ("one of two claims is missing", to(tenant="acme", role="x"), web(tenant="acme"), False),
    ("one of two claims is another", to(tenant="acme", role="x"), web(tenant="acme", role="y"), False),
    ("the subject and a claim", to("alice", tenant="acme"), web(tenant="acme"), True),
    ("the subject without the claim", to("alice", tenant="acme"), web(), False),
    ("the claim without the subject", to("alice", tenant="acme"), web("bob", tenant="acme"), False),
    ("a number", to(id=1), web(id=1), True),
    ("text for a number", to(id=1), web(id="1"), False),
    ("true for a number", to(id=1), web(id=True), False),
    ("a number in a list", to(id=1), web(id=["1", True, 1]), True),
    ("no number in a list", to(id=1), web(id=["1", True, 1.0]), False),
    ("a number for text", to(id="1"), web(id=1), False),
    ("true for text", to(id="true"), web(id=True), False),
    ("true", to(email_verified=True), web(email_verified=True), True),
    ("text for true", to(email_verified=True), web(email_verified="true"), False),
    ("a number for true", to(email_verified=True), web(email_verified=1), False),
    ("false for true", to(email_verified=True), web(email_verified=False), False),
    ("zero for false", to(x=False), web(x=0), False),
    ("null is no claim", to(x="null"), web(), False),
    ("no subject and no claims is nobody", to(), web(), False),
    ("an empty subject is nobody", to(""), web(), False),
]
# fmt: on


@pytest.mark.parametrize(("sentence", "grantee", "identity", "same"), COMPARED)
def test_the_whole_grantee_is_compared(
    sentence: str, grantee: WebGrantee, identity: WebIdentity, same: bool
) -> None:
    assert grantee.is_caller(identity) is same


@pytest.mark.parametrize(
    ("sentence", "grantee", "identity", "same"), [one for one in COMPARED if one[3]]
)
def test_a_grantee_is_found_under_one_of_its_callers_keys(
    sentence: str, grantee: WebGrantee, identity: WebIdentity, same: bool
) -> None:
    assert grantee.table_key in identity.grantee_keys


def test_inside_and_outside_aws_nobody_is_the_other() -> None:
    user = caller().identity
    named = web(USER_ARN, issuer="https://sts.amazonaws.com", arn=USER_ARN, account=ACCOUNT)
    assert not IamGrantee(Principal.parse(USER_ARN)).is_caller(named)
    assert not IamGrantee(ACCOUNT).is_caller(named)
    assert not IamGrantee(ACCOUNT).is_caller(web(ACCOUNT))
    assert not to("AssumeS3User").is_caller(user)
    assert not to(USER_ARN).is_caller(user)
    assert not to(**{"caller.account": ACCOUNT}).is_caller(user)
    assert not set(user.grantee_keys) & set(named.grantee_keys)


def test_a_subject_is_one_and_a_claim_may_be_many() -> None:
    assert to("alice").is_one
    assert to("alice", tenant="acme").is_one
    assert not to(tenant="acme").is_one
    assert IamGrantee(Principal.parse(USER_ARN)).is_one
    assert not IamGrantee(ACCOUNT).is_one


@pytest.mark.parametrize(
    ("grantee", "key"),
    [
        (to("alice"), subject_key(ISSUER, "alice")),
        (to("alice", a="b"), subject_key(ISSUER, "alice")),
        (to(b="x", a="y"), f"oidc#{ISSUER}#claim#a#y"),
        (to(a=1), f"oidc#{ISSUER}#claim#a#1"),
        (to(a=True), f"oidc#{ISSUER}#claim#a#true"),
        (to(a="x#%"), f"oidc#{ISSUER}#claim#a#x%23%25"),
        (to("a#b"), f"oidc#{ISSUER}#sub#a%23b"),
    ],
)
def test_its_grants_stand_under_its_subject_or_its_first_claim(
    grantee: WebGrantee, key: str
) -> None:
    assert grantee.table_key == key


def test_what_is_asked_of_a_claim_is_known_with_its_type() -> None:
    asked = to(a=True, b="true", c=1)
    assert (asked.claim("a"), asked.claim("b"), asked.claim("c")) == (True, "true", 1)
    assert asked.claim("a") is True
    assert asked.claim("d") is None


def test_a_grantee_is_written_as_in_the_document() -> None:
    assert to("alice").as_json() == {"issuer": ISSUER, "subject": "alice"}
    assert to(b=1, a="x").as_json() == {"issuer": ISSUER, "claims": {"a": "x", "b": 1}}


values = st.text(max_size=3) | st.integers(-3, 3) | st.booleans()
claims = st.dictionaries(st.sampled_from("ab"), values, max_size=2)


@given(
    st.none() | st.sampled_from(["x", "y"]),
    claims,
    st.sampled_from(["x", "y"]),
    st.dictionaries(st.sampled_from("abc"), values | st.lists(values, max_size=3)),
)
def test_whoever_is_meant_finds_the_grant_and_has_all_that_it_asks(
    subject: str | None, asked: dict[str, Any], own: str, held: dict[str, Any]
) -> None:
    grantee, identity = to(subject, **asked), web(own, **held)
    listed = {name: one if isinstance(one, list) else [one] for name, one in held.items()}
    meant = (
        bool(subject or asked)
        and subject in (None, own)
        and all(
            any(type(one) is type(value) and one == value for one in listed.get(name, []))
            for name, value in asked.items()
        )
    )
    assert grantee.is_caller(identity) is meant
    if meant:
        assert grantee.table_key in identity.grantee_keys
