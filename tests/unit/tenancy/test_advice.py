"""What is said of an issuer or a grant that is not pinned to one tenant, word by word."""

import json
from typing import Any

import pytest

from tests.support.documents import entry
from tests.support.tokens import ISSUER
from vending.callers.issuer import Issuer
from vending.documents.issuer import IssuerBody
from vending.grants.grantee import WebGrantee
from vending.tenancy.judge import issuer_faults, issuer_warnings, renamable, unpinned

GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
GOOGLE = "https://accounts.google.com"
NETLIFY = "https://oidc.netlify.com"
SCALR = "https://scalr.io"
TERRAFORM = "https://app.terraform.io"
OF_GITHUB = "repository_id or repository_owner_id or enterprise_id"


def issuer(url: str = ISSUER, *claims: str | dict[str, Any], **members: Any) -> Issuer:
    listed = {"claims": list(claims)} if claims else {}
    return IssuerBody.model_validate(entry(url, **listed, **members)).trusted_issuer()


def to(url: str = ISSUER, subject: str | None = None, **claims: object) -> WebGrantee:
    pinned = tuple(sorted((name, json.dumps(value)) for name, value in claims.items()))
    return WebGrantee(url, subject, pinned)


def at(*path: str) -> dict[str, Any]:
    """A claim called ``it``, in this place of the token."""
    return {"name": "it", "path": list(path)}


# fmt: off
@pytest.mark.parametrize(
    ("entry_", "member", "detail"),
    [
        (issuer(GITHUB, tenancy="own"), "tenancy", f"GitHub Actions signs tokens for many tenants, and this URL does not have the id of one; leave it out, and name {OF_GITHUB} in 'tenantClaims'"),
        (issuer(SCALR, tenancy="own"), "tenancy", "Scalr signs tokens for many tenants, and this URL does not have the id of one; leave it out, and leave 'tenantClaims' out, and give grants the whole 'subject'"),
        (issuer(GITHUB, "ref", tenantClaims=["ref"]), "tenantClaims", f"on GitHub Actions, 'ref' does not pin a tenant; name {OF_GITHUB} in 'tenantClaims'"),
        (issuer(GITHUB, "ref", callerClaims=["ref"]), "callerClaims", f"on GitHub Actions, 'ref' can vary for one holder; name {OF_GITHUB} in 'callerClaims'"),
        (issuer(GITHUB, "repository", tenantClaims=["repository"]), "tenantClaims", "on GitHub Actions, 'repository' does not pin a tenant; pin 'repository_id' instead"),
        (issuer(GITHUB, at("repository", "x"), tenantClaims=["it"]), "tenantClaims", "on GitHub Actions, 'it' does not pin a tenant; pin 'repository_id' instead"),
        (issuer(GITHUB, at("x", "repository"), tenantClaims=["it"]), "tenantClaims", f"on GitHub Actions, 'it' does not pin a tenant; name {OF_GITHUB} in 'tenantClaims'"),
        (issuer(GITHUB, at("repository_id", "x"), tenantClaims=["it"]), "tenantClaims", f"on GitHub Actions, 'it' does not pin a tenant; name {OF_GITHUB} in 'tenantClaims'"),
        (issuer(TERRAFORM, "terraform_project_name", tenantClaims=["terraform_project_name"]), "tenantClaims", "on HCP Terraform, 'terraform_project_name' does not pin a tenant; pin 'terraform_project_id' instead"),
        (issuer(GOOGLE, "email", "email_verified", callerClaims=["email_verified"]), "callerClaims", "on Google, 'email_verified' can vary for one holder; name email or hd in 'callerClaims'"),
        (issuer(SCALR, "workspace", callerClaims=["workspace"]), "callerClaims", "on Scalr, 'workspace' can vary for one holder; leave 'callerClaims' out, and give grants the whole 'subject'"),
        (issuer(ISSUER, "jti", tenantClaims=["jti"]), "tenantClaims", "on this issuer, 'jti' does not pin a tenant; name a claim that belongs to one tenant in 'tenantClaims'"),
    ],
)
def test_a_fault_of_an_issuer_says_what_to_write_instead(entry_: Issuer, member: str, detail: str) -> None:
    assert list(issuer_faults(entry_)) == [(member, detail)]


@pytest.mark.parametrize(
    "entry_",
    [
        issuer(),
        issuer(tenancy="own"),
        issuer(GITHUB),
        issuer(GITHUB, "repository_id", tenantClaims=["repository_id"], callerClaims=["repository_id"]),
        issuer(ISSUER, at("jti", "org"), tenantClaims=["it"], callerClaims=["it"]),
        issuer(GOOGLE, "hd", tenantClaims=["hd"]),
        issuer(NETLIFY, "team", tenantClaims=["team"]),
    ],
)
def test_an_issuer_that_pins_its_tenants_has_no_fault(entry_: Issuer) -> None:
    assert list(issuer_faults(entry_)) == []


@pytest.mark.parametrize(
    ("entry_", "claim"),
    [
        (issuer(GITHUB), "repository_id"),
        (issuer(GITLAB, "project_id", tenantClaims=["project_id"]), "project_id"),
        (issuer(GITHUB, "repository_id", callerClaims=["repository_id"]), None),
        (issuer(GOOGLE), None),
        (issuer(), None),
    ],
)
def test_an_issuer_whose_holders_have_many_subjects_is_warned_of(entry_: Issuer, claim: str | None) -> None:
    name = {GITHUB: "GitHub Actions", GITLAB: "gitlab.com"}.get(entry_.url)
    words = f"on {name}, one holder has many subjects, and blocks and rate limits follow the subject; list the claim {claim!r} and name it in 'callerClaims'"
    assert list(issuer_warnings(entry_)) == ([words] if claim else [])


OR_OWN = "; or, if it signs tokens for you alone, say 'tenancy: own' in its entry"
VAGUE = "may sign tokens for many tenants: give a 'subject' that names yours, or"
PIN = "pin a claim that the issuer's entry names in 'tenantClaims'"
REF_GITHUB = f"GitHub Actions {VAGUE} {PIN} ({OF_GITHUB.replace(' or', ',')})"
NAMES = "another tenant can register the names in this subject again"
REPO = "repo:octo-org/app:ref:refs/heads/main"


@pytest.mark.parametrize(
    ("grantee", "entry_", "why"),
    [
        (to(ref="main"), issuer(ISSUER, "ref"), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(ref="main"), issuer(ISSUER, "ref", tenancy="own"), None),
        (to(subject="*"), issuer(), "subjects are compared exactly; '*' is not a wildcard"),
        (to(it="acme"), issuer(ISSUER, at("jti", "org"), tenantClaims=["it"]), None),
        (to(it="acme"), issuer(ISSUER, at("x", "org")), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(it="app"), issuer(ISSUER, at("project_path", "x")), "another tenant can register 'project_path' again; pin 'project_id' instead"),
        (to(it="app"), issuer(ISSUER, at("x", "project_path")), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(subject="org-1"), issuer(ISSUER, "zone", tenantClaims=["zone"], subjectClaim="zone"), None),
        (to(subject="org-1"), issuer(ISSUER, "org", tenantClaims=["org"], subjectClaim="org"), None),
        (to(subject="org-1"), issuer(ISSUER, subjectClaim="zone"), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(subject="org-1"), issuer(ISSUER, subjectClaim="org"), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(subject=REPO), issuer(), f"{NAMES}; {PIN}"),
        (to(subject=REPO), issuer(ISSUER, subjectClaim="zone"), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(subject=REPO), issuer(ISSUER, subjectClaim="org"), f"this issuer {VAGUE} {PIN}{OR_OWN}"),
        (to(GITHUB, ref="main"), issuer(GITHUB, "ref"), REF_GITHUB),
        (to(GITHUB, ref="main"), issuer(GITHUB, "ref", subjectClaim="repository_id"), REF_GITHUB),
        (to(GITHUB, subject=REPO), issuer(GITHUB), f"{NAMES}; {PIN} ({OF_GITHUB.replace(' or', ',')})"),
        (to(GITHUB, subject=REPO), issuer(GITHUB, subjectClaim="workflow"), REF_GITHUB),
        (to(GITHUB, subject=REPO), issuer(GITHUB, subjectClaim="environment"), REF_GITHUB),
        (to(GITHUB, subject="123"), issuer(GITHUB, subjectClaim="repository_id"), None),
        (to(GITHUB, it="1"), issuer(GITHUB, at("repository_id", "x"), tenantClaims=["it"]), REF_GITHUB),
        (to(GITHUB, repository="octo-org/app"), issuer(GITHUB, "repository"), "another tenant can register 'repository' again; pin 'repository_id' instead"),
        (to(TERRAFORM, subject="ws-1"), issuer(TERRAFORM, subjectClaim="terraform_workspace_id"), None),
        (to(TERRAFORM, terraform_project_name="p"), issuer(TERRAFORM, "terraform_project_name"), "another tenant can register 'terraform_project_name' again; pin 'terraform_project_id' instead"),
        (to(GOOGLE, email="a@b.c"), issuer(GOOGLE, "email", "email_verified"), "another tenant can register 'email' again; give the 'subject' instead"),
        (to(GOOGLE, email_verified=True), issuer(GOOGLE, "email_verified"), f"Google {VAGUE} {PIN} (email, hd)"),
        (to(SCALR, workspace="w"), issuer(SCALR, "workspace"), f"Scalr {VAGUE} give the whole 'subject'"),
        (to(SCALR, subject="account:acme:workspace:w"), issuer(SCALR), None),
    ],
)
def test_a_grant_that_another_tenant_could_use_is_refused_with_what_pins_it(grantee: WebGrantee, entry_: Issuer, why: str | None) -> None:
    assert unpinned(grantee, entry_) == why


@pytest.mark.parametrize(
    ("grantee", "entry_", "told"),
    [
        (to(), issuer(tenancy="own"), []),
        (to(subject=REPO), issuer(tenancy="own"), []),
        (to(subject=REPO), issuer(), [NAMES]),
        (to(subject=REPO), issuer(ISSUER, subjectClaim="org"), []),
        (to(subject=REPO), issuer(ISSUER, subjectClaim="zone"), []),
        (to(subject="alice"), issuer(), []),
        (to(GITHUB, REPO, repository_id="1", repository="octo-org/app"), issuer(GITHUB, "repository_id", "repository"), ["another tenant can register 'repository' again; pin 'repository_id' instead", NAMES]),
        (to(GITHUB, it="x"), issuer(GITHUB, at("repository", "x")), ["another tenant can register 'repository' again; pin 'repository_id' instead"]),
        (to(GITHUB, it="x"), issuer(GITHUB, at("x", "repository")), []),
        (to(GOOGLE, email="a@b.c"), issuer(GOOGLE, "email", "email_verified"), ["another tenant can register 'email' again; give the 'subject' instead"]),
        (to(GOOGLE, it="x@proj.iam.gserviceaccount.com"), issuer(GOOGLE, at("email", "x")), []),
        (to(GOOGLE, email="x@proj.iam.gserviceaccount.com"), issuer(GOOGLE, "email", "email_verified"), []),
        (to(GOOGLE, hd="example.com"), issuer(GOOGLE, "hd"), ["another tenant can register 'hd' again; there is no id to use instead"]),
    ],
)
def test_a_name_beside_what_pins_a_grant_is_warned_of(grantee: WebGrantee, entry_: Issuer, told: list[str]) -> None:
    assert list(renamable(grantee, entry_)) == told
