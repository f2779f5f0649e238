"""A claim of a type that tokens never have is refused, since such a grant would match nobody."""

from typing import Any

import pytest

from tests.support.documents import SETTING, document, entry, faults, line, stored
from tests.support.tokens import ISSUER
from vending.catalogue.plan import plan

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
COGNITO = "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_EXAMPLE00"
AWS = "https://0a1b2c3d-1111-2222-3333-444455556666.tokens.sts.global.api.aws"
ACCOUNT = {"name": "account", "path": ["https://sts.amazonaws.com/", "aws_account"]}
OWN = {"tenancy": "own"}


def granted(url: str, matched: dict[str, Any], **members: Any) -> tuple[Any, Any]:
    """A grant by these claims, and the entry of their issuer."""
    trusted = entry(url, **({"claims": list(matched)} | members))
    return line(grantee={"issuer": url, "claims": matched}), trusted


@pytest.mark.parametrize(
    ("url", "claims", "members", "words"),
    [
        (GITHUB, {"repository_id": "123"}, {"tenantClaims": ["repository_id"]}, ""),
        (GITHUB, {"repository_id": 123}, {"tenantClaims": ["repository_id"]}, 'write "123" in quotes'),
        (GITHUB, {"repository_owner_id": 7}, {"tenantClaims": ["repository_owner_id"]}, 'write "7" in quotes'),
        (GITHUB, {"repository_id": "123", "run_attempt": 1}, {"tenantClaims": ["repository_id"]}, 'write "1" in quotes'),
        (GITHUB, {"repository_id": "123", "ref_protected": True}, {"tenantClaims": ["repository_id"]}, 'write "true" in quotes'),
        (GITHUB, {"id": 123}, {"claims": [{"name": "id", "path": ["repository_id"]}], "tenantClaims": ["id"]}, 'write "123" in quotes'),
        (GITLAB, {"project_id": 20123456}, {"tenantClaims": ["project_id"]}, 'write "20123456" in quotes'),
        (GITLAB, {"project_id": "1", "ref_protected": True}, {"tenantClaims": ["project_id"]}, 'write "true" in quotes'),
        (GITLAB, {"project_id": "1", "ref_protected": "true"}, {"tenantClaims": ["project_id"]}, ""),
        (GITLAB, {"project_id": "1", "runner_id": 1}, {"tenantClaims": ["project_id"]}, ""),
        (AWS, {"account": "210987654321"}, {"claims": [ACCOUNT]} | OWN, ""),
        (AWS, {"account": 210987654321}, {"claims": [ACCOUNT]} | OWN, 'write "210987654321" in quotes'),
        (ISSUER, {"sub": 7}, OWN, 'write "7" in quotes'),
        (ISSUER, {"aud": True}, OWN, 'write "true" in quotes'),
        (ISSUER, {"exp": "7"}, OWN, "is always a number"),
        (ISSUER, {"oid": 7}, {"subjectClaim": "oid"} | OWN, 'write "7" in quotes'),
        (ISSUER, {"oid": 7}, OWN, ""),
        (ISSUER, {"deep": 7}, {"claims": [{"name": "deep", "path": ["x", "sub"]}]} | OWN, ""),
        (ISSUER, {"email_verified": "true"}, OWN, ""),
        (ISSUER, {"email_verified": "true"}, {"emailVerified": "text"} | OWN, "is always true or false"),
        (ISSUER, {"email_verified": 1}, {"emailVerified": "text"} | OWN, "is always true or false"),
        (ISSUER, {"email_verified": True}, {"emailVerified": "text"} | OWN, ""),
        (COGNITO, {"client_id": 7}, {"audienceClaim": "client_id"} | OWN, 'write "7" in quotes'),
    ],
)  # fmt: skip
def test_a_claim_of_a_type_that_can_never_match_is_refused(
    url: str, claims: dict[str, Any], members: dict[str, Any], words: str
) -> None:
    grant, trusted = granted(url, claims, **members)
    found = faults(grants=[grant], issuers=[trusted])
    assert found.keys() == ({"/grants/0/grantee"} if words else set())
    assert words in found.get("/grants/0/grantee", "")


def test_a_stored_grant_of_such_a_type_stays_valid_with_a_warning() -> None:
    grant, trusted = granted(GITLAB, {"project_id": 7}, tenantClaims=["project_id"])
    have = stored(grant, issuers=[trusted])
    for request in (document(grants=[grant]), document(issuers=[trusted])):
        (warning,) = (one for one in plan(request, have, SETTING).warnings if "7" in one.detail)
        assert "would be refused if it were new" in warning.detail
    changed = grant | {"permission": "WRITE"}
    assert faults(have, grants=[changed]).keys() == {"/grants/0/grantee"}


def test_the_entrys_word_does_not_make_a_stored_grant_match_nobody() -> None:
    grant, trusted = granted(ISSUER, {"email_verified": "true"}, **OWN)
    found = faults(stored(grant, issuers=[trusted]), issuers=[trusted | {"emailVerified": "text"}])
    assert "is always true or false" in found["/issuers/0"]
