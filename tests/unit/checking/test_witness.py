"""A caller that is made up without a search is there exactly where a search finds one."""

from itertools import product

import pytest

from tests.support.make import ACCOUNT, NOW, grant, location
from tests.support.tokens import ISSUER, issuer
from vending.callers.issuer import Claim
from vending.callers.principal import Principal
from vending.checking.unneeded import _made_up, _uses, opens_something
from vending.grants.grant import Grant
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee
from vending.reach.compare import overlap
from vending.reach.document import Document

CLAIMS = ("tenant", "team", "email_verified", "aud", "nested.name")
ISSUERS = [
    issuer(claims=tuple(Claim(name, tuple(name.split("."))) for name in CLAIMS), **members)
    for members in (
        {},
        {"caller_claims": ("tenant",)},
        {"subject_claim": "tenant"},
        {"audience_claim": "client_id"},
        {"email_verified": "text"},
    )
]
VALUES = ('"a"', '"a/b"', "7", "true", '"true"', f'"{"x" * 500}"', '"https://vend.example.com"')
OF_WEB: list[Grantee] = [
    *(WebGrantee(ISSUER, claims=((name, value),)) for name, value in product(CLAIMS, VALUES)),
    *(WebGrantee(ISSUER, subject) for subject in ("a", "a/b", "..")),
    WebGrantee(ISSUER, "a", (("tenant", '"b"'),)),
    WebGrantee(ISSUER, "a", (("unknown", '"b"'),)),
]
OF_IAM: list[Grantee] = [
    IamGrantee(ACCOUNT),
    IamGrantee(Principal("aws", ACCOUNT, "role", "R")),
    IamGrantee(Principal("aws", ACCOUNT, "role", "n" * 64)),
    IamGrantee(Principal("aws", ACCOUNT, "user", "A"), "AIDA2EXAMPLEEXAMPLE1"),
]
SCOPES = (
    "a/*",
    "one",
    "{}/*",
    "{}/a/{}/*",
    "{}",
    f"{'k' * 960}/{{}}/*",
    f"{'k' * 1023}/*",
    f"{'k' * 1022}/*",
)


def grants(grantees: list[Grantee], variables: tuple[str, ...]) -> list[Grant]:
    made = []
    for grantee, scope, variable in product(grantees, SCOPES, variables):
        line = f"s3://bkt/{scope.replace('{}', '${' + variable + '}')} READ"
        made.append(grant(line, grantee=grantee))
    return made


@pytest.mark.parametrize("number", range(len(ISSUERS)))
def test_a_caller_is_made_up_only_where_there_is_one(number: int) -> None:
    document = Document((), (ISSUERS[number],), (location(),), NOW)
    made = 0
    every = [
        *grants(OF_WEB, ("claim.tenant", "claim.email_verified", "claim.aud", "claim.team:path")),
        *grants(OF_IAM, ("caller.name", "caller.kind")),
    ]
    for one in every:
        if opening := document.opening(one):
            there = overlap(document, one, one) is not None
            assert opens_something(document, opening) is there, one
            identity = _made_up(opening)
            made += bool(identity and _uses(opening, identity))
    assert made > len(every) / 6, "else every grant takes a search"


def test_a_grant_that_nobody_can_use_takes_a_search() -> None:
    number = WebGrantee(ISSUER, claims=(("tenant", "7"),))
    one = grant("s3://bkt/${claim.tenant}/* READ", grantee=number)
    document = Document((one,), (ISSUERS[0],), (location(),), NOW)
    (opening,) = document.openings
    assert not opens_something(document, opening)
