"""A grant is pinned to one tenant of its issuer, or its issuer's entry says that there is one."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.documents import SETTING, document, entry, faults, line, stored
from tests.support.tokens import ISSUER, jwk, rsa_key
from vending.catalogue.plan import plan
from vending.errors import FAULTS
from vending.tenancy.shared_issuers import SERVICES, shared_by

GOOGLE = "https://accounts.google.com"
GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
MICROSOFT = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
BUILDKITE = "https://agent.buildkite.com"
TERRAFORM = "https://app.terraform.io"
SCALR = "https://scalr.io"
PULUMI = "https://api.pulumi.com/oidc/v2"
VERCEL = "https://oidc.vercel.com/acme"
CODEFRESH = "https://oidc.codefresh.io"
UUID = "0a1b2c3d-1111-2222-3333-444455556666"
NAME = "can register"
VAGUE = "for many tenants"
EXACT = "not a wildcard"


def claims(*names: str, **members: Any) -> dict[str, Any]:
    """The entry of an issuer that lists these claims, each as a tenant claim."""
    return {"claims": list(names), "tenantClaims": list(names)} | members


def told(grantee: dict[str, Any], issuer: str, members: dict[str, Any]) -> dict[str, str]:
    """What is wrong with a grant to somebody of this issuer, by its pointer."""
    granted = [line(grantee={"issuer": issuer} | grantee)]
    return faults(grants=granted, issuers=[entry(issuer, **members)])


def warned(
    grants: Sequence[dict[str, Any]], issuers: Sequence[dict[str, Any]], *before: dict[str, Any]
) -> list[tuple[str, str]]:
    """The warnings about a document, with grants that are in the table before it."""
    have = stored(*before, issuers=issuers if before else ())
    request = document(grants=list(grants), issuers=list(issuers))
    return [(one.pointer, one.detail) for one in plan(request, have, SETTING).warnings]


# The issuer, the grantee, the issuer's entry, and a part of the fault; empty where there is none.
# fmt: off
PINNING: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    # Any issuer: a subject, a tenant claim, or the word that there is one tenant.
    (ISSUER, {"subject": "alice"}, {}, ""),
    (ISSUER, {"claims": {"ref": "main"}}, {"claims": ["ref"]}, VAGUE),
    (ISSUER, {"claims": {"ref": "main"}}, {"claims": ["ref"], "tenancy": "own"}, ""),
    (ISSUER, {"claims": {"org": "acme"}}, claims("org"), ""),
    (ISSUER, {"claims": {"org": 7}}, claims("org"), ""),
    (ISSUER, {"claims": {"ref": "main"}}, claims("org", claims=["org", "ref"]), VAGUE),
    (ISSUER, {"claims": {"ref": "main", "org": "acme"}}, claims("org", claims=["org", "ref"]), ""),
    (ISSUER, {"subject": "alice", "claims": {"ref": "main"}}, {"claims": ["ref"]}, ""),
    (ISSUER, {"subject": "main"}, {"subjectClaim": "ref"}, VAGUE),
    (ISSUER, {"subject": "acme"}, claims("org", subjectClaim="org"), ""),
    (ISSUER, {"subject": "main"}, {"subjectClaim": "ref", "tenancy": "own"}, ""),
    (ISSUER, {"claims": {"o": "acme"}}, {"claims": [{"name": "o", "path": ["a", "org"]}], "tenantClaims": ["o"]}, ""),
    (ISSUER, {"subject": "team-*"}, {}, EXACT),
    (ISSUER, {"subject": "*", "claims": {"org": "acme"}}, claims("org"), EXACT),
    (ISSUER, {"subject": "repo:*"}, {"tenancy": "own"}, ""),
    (ISSUER, {"subject": "repo:acme/app:ref:refs/heads/main"}, {}, NAME),
    (ISSUER, {"subject": "repo:acme/app:ref:refs/heads/main"}, {"tenancy": "own"}, ""),
    (ISSUER, {"subject": "project_path:acme/app:ref_type:branch:ref:main"}, {}, NAME),
    (ISSUER, {"claims": {"repository_owner": "acme"}}, claims("repository_owner"), NAME),
    (ISSUER, {"claims": {"project_path": "acme/app"}}, claims("project_path"), NAME),
    (ISSUER, {"claims": {"organization_slug": "acme"}}, claims("organization_slug"), NAME),
    (ISSUER, {"claims": {"repository_owner": "acme"}}, {"claims": ["repository_owner"], "tenancy": "own"}, ""),
    (GOOGLE, {"subject": "104857600123456789012"}, {}, ""),
    (GOOGLE, {"claims": {"hd": "example.com"}}, claims("hd"), ""),
    (GOOGLE, {"claims": {"domain": "example.com"}}, {"claims": [{"name": "domain", "path": ["hd"]}], "tenantClaims": ["domain"]}, ""),
    (GOOGLE, {"claims": {"email": "x@proj.iam.gserviceaccount.com", "email_verified": True}}, claims("email", claims=["email", "email_verified"]), ""),
    (GOOGLE, {"claims": {"email": "a@b.c", "email_verified": True}}, claims("email", claims=["email", "email_verified"]), NAME),
    (GOOGLE, {"claims": {"email": "x@gserviceaccount.com.example.com", "email_verified": True}}, claims("email", claims=["email", "email_verified"]), NAME),
    (GOOGLE, {"subject": "example.com"}, {"subjectClaim": "hd"}, ""),
    (GOOGLE, {"claims": {"hd": "example.com"}}, {"claims": ["hd"]}, "'tenantClaims' (email, hd)"),
    (GOOGLE, {"claims": {"email_verified": True}}, {"claims": ["email_verified"]}, VAGUE),
    (GOOGLE, {"subject": "alice@example.com"}, {}, VAGUE),
    (GOOGLE, {"subject": "1*"}, {}, EXACT),
    (GOOGLE, {"subject": "١٢٣"}, {}, VAGUE),
    (GOOGLE, {"claims": {"hd": "example.com"}}, {"claims": [{"name": "hd", "path": ["name"]}]}, VAGUE),
    (GOOGLE, {"subject": "104857600123456789012"}, {"subjectClaim": "azp"}, VAGUE),
    (GITHUB, {"subject": "repo:octo-org@65/app@123:ref:refs/heads/main"}, {}, ""),
    (GITHUB, {"subject": "repository_id:123:ref:refs/heads/main"}, {}, ""),
    (GITHUB, {"subject": "repository_owner_id:65"}, {}, ""),
    (GITHUB, {"claims": {"repository_id": "123"}}, claims("repository_id"), ""),
    (GITHUB, {"claims": {"repository_owner_id": "65"}}, claims("repository_owner_id"), ""),
    (GITHUB, {"claims": {"repository_id": "123"}}, {"claims": ["repository_id"]}, "repository_id"),
    (GITHUB, {"subject": "repo:octo-org/app:ref:refs/heads/main", "claims": {"repository_id": "123"}}, claims("repository_id"), ""),
    (GITHUB, {"subject": "123"}, {"subjectClaim": "repository_id"}, ""),
    (GITHUB, {"subject": "repo:octo-org/app:ref:refs/heads/main"}, {}, NAME),
    (GITHUB, {"subject": "repo:octo-org/app:environment:Production"}, {}, NAME),
    (GITHUB, {"subject": "repo:octo-org/app:pull_request"}, {}, NAME),
    (GITHUB, {"subject": "repository_owner:octo-org"}, {}, NAME),
    (GITHUB, {"subject": "repo:octo-org/app:environment:x:repository_id:123"}, {}, NAME),
    (GITHUB, {"subject": "repo:octo-org@65/app:ref:refs/heads/main"}, {}, NAME),
    (GITHUB, {"claims": {"repository": "octo-org/app"}}, {"claims": ["repository"]}, "'repository_id'"),
    (GITHUB, {"claims": {"repository_owner": "octo-org"}}, {"claims": ["repository_owner"]}, "'repository_owner_id'"),
    (GITHUB, {"subject": "octo-org/app"}, {"subjectClaim": "repository"}, VAGUE),
    (GITHUB, {"subject": "repo:octo-org/*"}, {}, EXACT),
    (GITHUB, {"subject": "repo:octo-org/app:*"}, {}, EXACT),
    (GITHUB, {"subject": "*"}, {}, EXACT),
    (GITHUB, {"subject": "repo:"}, {}, VAGUE),
    (GITHUB, {"subject": "octo-org/app"}, {}, VAGUE),
    (GITHUB, {"subject": "environment:prod:repo:octo-org/app"}, {}, VAGUE),
    (GITHUB, {"subject": "environment:repository_id:123"}, {}, VAGUE),
    (GITHUB, {"subject": "job_workflow_ref:octo-org/app/.github/workflows/x.yml@refs/heads/main"}, {}, VAGUE),
    (GITHUB, {"subject": "octocat"}, {"subjectClaim": "actor"}, VAGUE),
    (GITHUB, {"subject": "repo:octo-org@6/app@1:ref:x"}, {"subjectClaim": "environment"}, VAGUE),
    (GITHUB, {"claims": {"ref": "refs/heads/main"}}, {"claims": ["ref"]}, VAGUE),
    (GITHUB, {"claims": {"environment": "prod", "actor": "octocat"}}, {"claims": ["environment", "actor"]}, VAGUE),
    (GITHUB, {"claims": {"repository_id": "x"}}, {"claims": [{"name": "repository_id", "path": ["ref"]}]}, VAGUE),
    (f"{GITHUB}/acme", {"claims": {"ref": "main"}}, {"claims": ["ref"]}, VAGUE),
    (f"{GITHUB}/acme", {"claims": {"enterprise_id": "9"}}, claims("enterprise_id"), ""),
    (GITLAB, {"claims": {"project_id": "22"}}, claims("project_id"), ""),
    (GITLAB, {"claims": {"namespace_id": "72"}}, claims("namespace_id"), ""),
    (GITLAB, {"subject": "22"}, {"subjectClaim": "project_id"}, ""),
    (GITLAB, {"subject": "project_path:group/app:ref_type:branch:ref:main", "claims": {"project_id": "22"}}, claims("project_id"), ""),
    (GITLAB, {"subject": "project_path:group/app:ref_type:branch:ref:main"}, {}, NAME),
    (GITLAB, {"claims": {"project_path": "group/app"}}, {"claims": ["project_path"]}, "'project_id'"),
    (GITLAB, {"claims": {"namespace_path": "group"}}, {"claims": ["namespace_path"]}, "'namespace_id'"),
    (GITLAB, {"claims": {"user_id": "42"}}, {"claims": ["user_id"]}, VAGUE),
    (GITLAB, {"subject": "project_path:group/*:ref_type:branch:ref:main"}, {}, EXACT),
    (GITLAB, {"subject": "group/app"}, {}, VAGUE),
    (GITLAB, {"claims": {"ref": "main", "ref_protected": "true"}}, {"claims": ["ref", "ref_protected"]}, VAGUE),
    (MICROSOFT, {"subject": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"}, {}, ""),
    (MICROSOFT, {"claims": {"tid": "9188040d"}}, {"claims": ["tid"]}, VAGUE),
    (MICROSOFT, {"claims": {"email": "a@b.c", "email_verified": True}}, {"claims": ["email", "email_verified"]}, NAME),
    (MICROSOFT, {"subject": "Alice"}, {"subjectClaim": "name"}, VAGUE),
    (BUILDKITE, {"claims": {"organization_id": "0a"}}, claims("organization_id"), ""),
    (BUILDKITE, {"claims": {"pipeline_id": "0a"}}, claims("pipeline_id"), ""),
    (BUILDKITE, {"subject": "organization:acme:pipeline:app:ref:refs/heads/main:commit:0a:step:"}, {}, NAME),
    (BUILDKITE, {"claims": {"organization_slug": "acme"}}, {"claims": ["organization_slug"]}, "'organization_id'"),
    (BUILDKITE, {"claims": {"pipeline_slug": "app"}}, {"claims": ["pipeline_slug"]}, "'pipeline_id'"),
    (BUILDKITE, {"subject": "pipeline:app"}, {}, VAGUE),
    (TERRAFORM, {"claims": {"terraform_workspace_id": "ws-0a"}}, claims("terraform_workspace_id"), ""),
    (TERRAFORM, {"claims": {"terraform_organization_id": "org-0a"}}, claims("terraform_organization_id"), ""),
    (TERRAFORM, {"subject": "organization:acme:project:p:workspace:w:run_phase:apply"}, {}, NAME),
    (TERRAFORM, {"claims": {"terraform_workspace_name": "prod"}}, {"claims": ["terraform_workspace_name"]}, "'terraform_workspace_id'"),
    ("https://app.eu.terraform.io", {"claims": {"run_phase": "apply"}}, {"claims": ["run_phase"]}, VAGUE),
    # A service without a known id: its names are all that there is.
    (SCALR, {"subject": "account:acme:environment:e:workspace:w"}, {}, ""),
    (SCALR, {"subject": "workspace:w"}, {}, VAGUE),
    (SCALR, {"claims": {"workspace": "w"}}, {"claims": ["workspace"]}, "the whole 'subject'"),
    (PULUMI, {"subject": "pulumi:deploy:org:acme:project:p:stack:s"}, {}, NAME),
    (PULUMI, {"claims": {"org": "o-1"}}, {"claims": [{"name": "org", "path": ["https://pulumi.com/org_id"]}], "tenantClaims": ["org"]}, ""),
    (VERCEL, {"claims": {"owner_id": "team_1"}}, claims("owner_id"), ""),
    (VERCEL, {"subject": "owner:acme:project:p:environment:production"}, {}, NAME),
    (CODEFRESH, {"subject": f"account:{'0a' * 12}:pipeline:{'0b' * 12}"}, {}, ""),
    (CODEFRESH, {"subject": "account:acme:pipeline:app"}, {}, VAGUE),
]
# fmt: on


@pytest.mark.parametrize(("issuer", "grantee", "members", "words"), PINNING)
def test_a_grant_is_pinned_to_one_tenant_of_its_issuer(
    issuer: str, grantee: dict[str, Any], members: dict[str, Any], words: str
) -> None:
    found = told(grantee, issuer, members)
    assert found.keys() == ({"/grants/0/grantee"} if words else set())
    assert all(words in detail for detail in found.values())


def test_a_claim_in_the_scope_does_not_pin_the_tenant() -> None:
    granted = line(
        grantee={"issuer": GITHUB, "claims": {"ref": "refs/heads/main"}},
        scope="s3://bkt/${claim.repository_id}/*",
    )
    issuer = entry(GITHUB, **claims("repository_id", claims=["ref", "repository_id"]))
    assert faults(grants=[granted], issuers=[issuer]).keys() == {"/grants/0/grantee"}


# fmt: off
SHARED = [
    GOOGLE, GITHUB, GITLAB, MICROSOFT, BUILDKITE, TERRAFORM, SCALR, PULUMI, VERCEL, CODEFRESH,
    f"{GITHUB}/acme", f"{GITHUB}:443", f"{GITHUB}/", "https://vstoken.actions.githubusercontent.com",
    "https://oidc-configuration.audit-log.githubusercontent.com", "https://gitlab.com/", "https://gitlab.com:443/group",
    "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
    "https://oidc.circleci.com", "https://oidc.circleci.com/org/acme", f"https://oidc.circleci.com/org/{UUID}/x",
    "https://agent.buildkite.com/acme", "https://agent.eu.buildkite.com", "https://app.eu.terraform.io", "https://api.pulumi.com/oidc",
    "https://oidc.vercel.com", "https://proidc.upbound.io", "https://acme.scalr.io", "https://app.spacelift.io", "https://login.app.env0.com/",
    "https://app.harness.io/ng/api/oidc", "https://oidc.fly.io/acme", "https://identity.depot.dev", "https://federation.namespaceapis.com",
    "https://id.semaphoreci.com", "https://oidc.modal.com", "https://securetoken.google.com", "https://container.googleapis.com",
    "https://login.microsoftonline.com/common/v2.0", "https://login.microsoftonline.com/organizations/v2.0", "https://login.microsoftonline.com/consumers/v2.0",
    "https://sts.windows.net/9188040d-6c67-4c5b-b112-36a304b66dad/", "https://login.microsoftonline.us/common/v2.0",
    "https://sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/", "https://vstoken.dev.azure.com", "https://vstoken.dev.azure.com/acme", "https://japaneast.oic.prod-aks.azure.com",
    "https://cognito-identity.amazonaws.com", "https://cognito-identity.cn-north-1.amazonaws.com.cn", "https://cognito-idp.ap-northeast-1.amazonaws.com",
    "https://oidc.eks.ap-northeast-1.amazonaws.com", "https://auth.pingone.com", "https://appleid.apple.com", "https://www.facebook.com",
    "https://www.amazon.com", "https://oauth2.sigstore.dev/auth", "https://login.salesforce.com", "https://oidc.netlify.com",
    "https://studio.datachain.ai/api", "https://tokens.cloud.shisho.dev", "https://sandboxes.cloud", "https://idp.hashicorp.com",
    "https://tokens.sts.global.api.aws", f"https://x.{UUID}.tokens.sts.global.api.aws",
]
OWN = [
    ISSUER, f"https://oidc.circleci.com/org/{UUID}", f"https://login.microsoftonline.com/{UUID}/v2.0", f"https://sts.windows.net/{UUID}/",
    "https://acme.app.spacelift.io", "https://app.harness.io/ng/api/oidc/account/vpCkHKsDSxK9_KYfjCTMKA", f"https://vstoken.dev.azure.com/{UUID}",
    f"https://japaneast.oic.prod-aks.azure.com/{UUID}/{UUID}/", "https://container.googleapis.com/v1/projects/p-1/locations/l/clusters/c",
    "https://securetoken.google.com/my-project", "https://oidc.eks.ap-northeast-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF", "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_EXAMPLE00",
    "https://acme.okta.com/oauth2/default", "https://acme.us.auth0.com/", "https://gitlab.example.com", "https://ghes.example.com/_services/token",
    "https://token.actions.acme.ghe.com", f"https://{UUID}.tokens.sts.global.api.aws", f"https://auth.pingone.eu/{UUID}/as", "https://acme.semaphoreci.com",
    "https://github.com.example.com", "https://notgitlab.com", f"https://idp.hashicorp.com/oidc/organization/{UUID}",
]
# fmt: on


@pytest.mark.parametrize("issuer", SHARED)
def test_an_issuer_that_many_tenants_share_is_not_ones_own(issuer: str) -> None:
    found = faults(issuers=[entry(issuer, tenancy="own")])
    assert found.keys() == {"/issuers/0/tenancy"}


@pytest.mark.parametrize("issuer", [GITHUB, GOOGLE, MICROSOFT])
def test_a_service_is_shared_under_its_http_name_too(issuer: str) -> None:
    pinned = {"jwks": {"keys": [jwk(rsa_key())]}}
    found = faults(issuers=[entry(issuer.replace("https:", "http:"), tenancy="own", **pinned)])
    assert found.keys() == {"/issuers/0/tenancy"}


@pytest.mark.parametrize("issuer", OWN)
def test_an_issuer_of_one_tenant_may_say_so(issuer: str) -> None:
    assert faults(issuers=[entry(issuer, tenancy="own")]) == {}
    assert shared_by(issuer) is None


def test_every_service_of_the_table_is_tried() -> None:
    shared = {service.name for url in SHARED if (service := shared_by(url))}
    assert shared == {service.name for service in SERVICES}


@pytest.mark.parametrize(
    ("issuer", "members", "words"),
    [
        (GITHUB, claims("ref"), "'ref' does not pin"),
        (GITHUB, claims("repository_id", "actor"), "'actor' does not pin"),
        (GITHUB, claims("repository_owner"), "'repository_owner_id'"),
        (GITHUB, {"claims": [{"name": "repository_id", "path": ["ref"]}], "tenantClaims": ["repository_id"]}, "does not pin"),
        (GITHUB, {"claims": [{"name": "repository_id", "path": ["a", "repository_id"]}], "tenantClaims": ["repository_id"]}, "does not pin"),
        (GITLAB, claims("project_path"), "'project_id'"),
        (BUILDKITE, claims("organization_slug"), "'organization_id'"),
        (SCALR, claims("workspace"), "the whole 'subject'"),
        (MICROSOFT, claims("tid"), "the whole 'subject'"),
        (GITHUB, claims("repository_id", "repository_owner_id"), ""),
        (GOOGLE, claims("hd", "email"), ""),
        ("https://oidc.netlify.com", claims("team"), ""),
    ],
)  # fmt: skip
def test_a_tenant_claim_of_a_known_service_is_an_id(
    issuer: str, members: dict[str, Any], words: str
) -> None:
    found = faults(issuers=[entry(issuer, **members)])
    assert found.keys() == ({"/issuers/0/tenantClaims"} if words else set())
    assert all(words in detail for detail in found.values())


OLD_ISSUER = entry(claims=["groups"])
OLD = line("old", grantee={"issuer": ISSUER, "claims": {"groups": "tenants"}})


def test_an_entry_in_the_table_stays_valid_and_is_listed_as_needing_a_word() -> None:
    ((pointer, detail),) = warned([OLD], [OLD_ISSUER], OLD)
    assert pointer == "/grants/0/grantee"
    assert "stays valid as it is" in detail
    assert "'tenancy: own'" in detail


def test_an_audience_of_others_in_the_table_stays_valid_and_is_a_warning() -> None:
    old = entry(audience=["https://vend.example.com", "sts.amazonaws.com"], tenancy="own")
    request, have = document(issuers=[old]), stored(issuers=[old])
    (found,) = plan(request, have, SETTING).warnings
    assert found.pointer == "/issuers/0/audience"
    assert found.detail.startswith("'sts.amazonaws.com'")


@pytest.mark.parametrize(
    ("grant", "issuer", "pointer"),
    [
        (OLD | {"permission": "READWRITE"}, OLD_ISSUER, "/grants/0/grantee"),
        (OLD | {"id": "new"}, OLD_ISSUER, "/grants/0/grantee"),
        (OLD, OLD_ISSUER | {"audience": "https://other.example.com"}, "/grants/0/grantee"),
        (None, OLD_ISSUER | {"audience": "https://other.example.com"}, "/issuers/0"),
        (None, OLD_ISSUER | {"claims": ["groups", "org"], "tenantClaims": ["org"]}, "/issuers/0"),
        (OLD | {"permission": "READWRITE"}, OLD_ISSUER | {"tenancy": "own"}, None),
        (OLD, OLD_ISSUER | {"tenantClaims": ["groups"]}, None),
        (None, OLD_ISSUER | {"tenancy": "own"}, None),
    ],
)
def test_what_is_new_or_changed_needs_the_word(
    grant: dict[str, Any] | None, issuer: dict[str, Any], pointer: str | None
) -> None:
    have = stored(OLD, issuers=[OLD_ISSUER])
    members: dict[str, Any] = {"grants": [grant]} if grant else {}
    assert faults(have, issuers=[issuer], **members).keys() == ({pointer} if pointer else set())


def test_the_word_cannot_be_taken_back_while_grants_need_it() -> None:
    have = stored(OLD, issuers=[OLD_ISSUER | {"tenancy": "own"}])
    assert faults(have, issuers=[OLD_ISSUER]).keys() == {"/issuers/0"}


def test_a_name_beside_an_id_is_a_warning_with_the_id() -> None:
    listed = ["repository_id", "repository_owner"]
    granted = line(
        grantee={
            "issuer": GITHUB,
            "subject": "repo:octo-org/app:ref:refs/heads/main",
            "claims": {"repository_id": "1", "repository_owner": "octo-org"},
        }
    )
    issuer = entry(GITHUB, **claims("repository_id", claims=listed))
    found = [detail for _, detail in warned([granted], [issuer]) if "can register" in detail]
    assert len(found) == 2
    assert "'repository_owner_id'" in found[0]


def test_a_name_without_an_id_is_a_warning() -> None:
    granted = line(grantee={"issuer": SCALR, "subject": "account:acme:workspace:w"})
    assert [pointer for pointer, _ in warned([granted], [entry(SCALR)])] == ["/grants/0/grantee"]


def test_of_very_many_warnings_the_first_are_listed() -> None:
    old = [OLD | {"id": f"g{n}", "scope": f"s3://bkt/{n}/*"} for n in range(FAULTS + 20)]
    found = warned(old, [OLD_ISSUER], *old)
    assert len(found) == FAULTS + 1
    assert found[-1][1] == "20 more warnings are left out"


def test_a_claim_that_fills_several_segments_is_a_warning() -> None:
    """A caller with ``sales`` reaches ``sales/emea`` too."""
    bob = {"issuer": ISSUER, "subject": "bob"}
    grants = [
        line("a", grantee=bob, scope="s3://bkt/${claim.team:path}/*"),
        line("b", grantee=bob, scope="s3://bkt/${claim.team}/*"),
    ]
    ((pointer, detail),) = warned(grants, [entry(claims=["team"])])
    assert pointer == "/grants/0/scope"
    assert "${claim.team:path} nests" in detail


@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    ("issuer", "claim", "fine"),
    [
        (GITHUB, "repository_id", True),
        (GITHUB, "repository_owner_id", True),
        (GITHUB, "ref", False),
        (GITHUB, "environment", False),
        (GITHUB, "repository", False),
        (GITHUB, "actor", False),
        (f"{GITHUB}/acme", "ref", False),
        (GITLAB, "project_id", True),
        (GITLAB, "ref", False),
        (GITLAB, "project_path", False),
        (MICROSOFT, "name", False),
        (ISSUER, "ref", True),
    ],
)
def test_what_makes_a_caller_of_a_known_service_is_what_its_holder_cannot_vary(
    issuer: str, claim: str, fine: bool
) -> None:
    found = faults(issuers=[entry(issuer, claims=[claim], callerClaims=[claim])])
    assert found.keys() == (set() if fine else {"/issuers/0/callerClaims"})


@pytest.mark.parametrize(
    ("issuer", "members", "advice"),
    [
        (GITHUB, {"tenancy": "own"}, "leave it out, and name repository_id or"),
        (GITHUB, {"claims": ["ref"], "tenantClaims": ["ref"]}, "in 'tenantClaims'"),
        (GITHUB, {"claims": ["ref"], "callerClaims": ["ref"]}, "in 'callerClaims'"),
        (ISSUER, {"claims": ["jti"], "tenantClaims": ["jti"]}, "name a claim that belongs to one tenant in 'tenantClaims'"),
    ],
)  # fmt: skip
def test_a_fault_of_an_issuers_entry_says_what_to_change_in_the_entry(
    issuer: str, members: dict[str, object], advice: str
) -> None:
    (detail,) = faults(issuers=[entry(issuer, **members)]).values()
    assert advice in detail
    assert "pin a claim" not in detail


def test_an_issuer_whose_holders_have_many_subjects_should_say_what_makes_a_caller() -> None:
    ((pointer, detail),) = warned([], [entry(GITHUB), entry(GOOGLE), entry()])
    assert pointer == "/issuers/0"
    assert "'repository_id'" in detail
    assert "'callerClaims'" in detail
    listed = entry(GITHUB, claims=["repository_id"], callerClaims=["repository_id"])
    assert warned([], [listed]) == []


@pytest.mark.invariant(16)
@pytest.mark.parametrize("member", ["tenantClaims", "callerClaims"])
@pytest.mark.parametrize("issuer", [ISSUER, "https://spacelift.io", GITHUB])
@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "nbf", "iat", "jti"])
def test_what_describes_a_token_says_nothing_of_who_holds_it(
    claim: str, issuer: str, member: str
) -> None:
    """With ``jti`` each token would be another caller; with ``aud`` everybody the same tenant."""
    listed = [{"name": "id", "path": [claim]}]
    assert faults(issuers=[entry(issuer, claims=listed, **{member: ["id"]})]).keys() == {
        f"/issuers/0/{member}"
    }


def test_the_audience_of_a_pool_of_identities_is_its_id() -> None:
    pool = "https://cognito-identity.amazonaws.com"
    assert not faults(issuers=[entry(pool, claims=["aud"], tenantClaims=["aud"])])
