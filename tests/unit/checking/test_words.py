"""How callers and grants are called in a sentence."""

import pytest

from tests.proof.reaching import web
from tests.support.make import ACCOUNT, grant
from vending.callers.identity import IamIdentity, WebIdentity
from vending.callers.principal import Principal
from vending.checking.words import Names, ids, may_share
from vending.grants.grantee import Grantee, IamGrantee

ROLE = IamGrantee(Principal("aws", ACCOUNT, "role", "Analyst"))
OTHER = IamGrantee(Principal("aws", "210987654321", "user", "Bo"))
EVERYBODY = IamGrantee(ACCOUNT)


def test_an_account_is_named_where_there_are_several() -> None:
    one = Names.of([grant("s3://bkt/a READ", grantee=ROLE)])
    two = Names.of([grant("s3://bkt/a READ", grantee=each) for each in (ROLE, OTHER)])
    assert one.grantee(ROLE) == "role Analyst"
    assert two.grantee(ROLE) == f"role Analyst of {ACCOUNT}"
    assert one.grantee(EVERYBODY) == f"every role and user of {ACCOUNT}"
    caller = IamIdentity(Principal("aws", ACCOUNT, "role", "Analyst"), "AROAX", "s")
    assert (one.caller(caller), two.caller(caller)) == (one.grantee(ROLE), two.grantee(ROLE))


def test_holders_of_claims_are_named_by_them() -> None:
    names = Names(one_account=True)
    url = "https://issuer.example.com"
    assert names.grantee(web(g="users", t=1)) == f'whoever has g "users" and t 1 from {url}'
    assert names.grantee(web("alice")) == f'subject "alice" of {url}'
    assert names.grantee(web("alice", t=1)) == f'subject "alice" of {url} with t 1'
    assert names.caller(WebIdentity(url, "x", {}, "")) == 'subject "x"'
    assert names.caller(WebIdentity(url, "x", {"g": ["a"]}, "")) == 'subject "x" with g ["a"]'


@pytest.mark.parametrize(
    ("count", "text"),
    [(1, "'0'"), (3, "'0', '1', '2'"), (5, "'0', '1', '2' and 2 more")],
)
def test_many_grants_are_counted(count: int, text: str) -> None:
    assert ids([grant("s3://bkt/a READ", id=str(one)) for one in range(count)]) == text


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (ROLE, ROLE, True),
        (ROLE, EVERYBODY, True),
        (ROLE, OTHER, False),
        (OTHER, EVERYBODY, False),
        (web("alice"), web("bob"), False),
        (web("alice"), web(g="users"), True),
        (web(g="a"), web(g="b"), True),  # a list has both
        (ROLE, web(g="a"), False),
    ],
)
def test_grantees_may_be_one_caller(one: Grantee, other: Grantee, expected: bool) -> None:
    assert may_share(one, other) is expected
    assert may_share(other, one) is expected
