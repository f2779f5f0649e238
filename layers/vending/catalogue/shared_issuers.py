"""Issuers that serve many tenants, and the claims that pin a grant to one tenant.

- GitHub: https://docs.github.com/en/actions/reference/security/oidc
- GitLab: https://docs.gitlab.com/ci/secrets/id_token_authentication/
- Google: https://cloud.google.com/compute/docs/instances/verifying-instance-identity
- Buildkite: https://buildkite.com/docs/agent/v3/cli-oidc
- HCP Terraform: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials
"""

import re
from dataclasses import dataclass

from vending.callers.issuer import Issuer
from vending.grants.grantee import WebGrantee


@dataclass(frozen=True, slots=True)
class Shared:
    """A subject of this form pins a tenant, and so does any of these claims."""

    subject: re.Pattern[str]
    claims: frozenset[str]
    advice: str


SHARED = {
    "https://accounts.google.com": Shared(
        re.compile("[0-9]+"),
        frozenset({"hd", "email"}),
        "anyone with a Google account gets tokens from this issuer; give the numeric 'subject' "
        "(the unique id of the service account), or the claim 'hd', or 'email' with "
        "'email_verified: true'",
    ),
    "https://token.actions.githubusercontent.com": Shared(
        # With and without the immutable ids: repo:octo@1/app@2:… and repo:octo/app:…
        re.compile("(repo|repository|repository_id|repository_owner|repository_owner_id):[^*]+"),
        frozenset({"repository_id", "repository_owner_id", "repository", "repository_owner"}),
        "every workflow on GitHub gets tokens from this issuer; give the claim 'repository_id' "
        "(best) or 'repository_owner_id', or the whole 'subject', such as "
        "repo:octo-org/app:ref:refs/heads/main; it is compared exactly, without wildcards",
    ),
    "https://gitlab.com": Shared(
        re.compile("project_path:[^*]+"),
        frozenset({"project_id", "namespace_id", "project_path", "namespace_path"}),
        "every job on gitlab.com gets tokens from this issuer; give the claim 'project_id' (best) "
        "or 'namespace_id', or the whole 'subject', such as project_path:group/app:ref_type:"
        "branch:ref:main; it is compared exactly, without wildcards",
    ),
    # The tenant of all personal Microsoft accounts. Every other tenant has an issuer of its own.
    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0": Shared(
        re.compile(".+"),
        frozenset(),
        "anyone with a personal Microsoft account gets tokens from this issuer; give the 'subject'",
    ),
    "https://agent.buildkite.com": Shared(
        re.compile("organization:[^*]+"),
        frozenset({"organization_id", "organization_slug", "pipeline_id"}),
        "every pipeline on Buildkite gets tokens from this issuer; give the claim 'pipeline_id' or "
        "'organization_id', or the whole 'subject'",
    ),
    "https://app.terraform.io": Shared(
        re.compile("organization:[^*]+"),
        frozenset({"terraform_organization_id", "terraform_project_id", "terraform_workspace_id"}),
        "every workspace on HCP Terraform gets tokens from this issuer; give the claim "
        "'terraform_workspace_id' or 'terraform_organization_id', or the whole 'subject'",
    ),
}


def pinning_advice(grantee: WebGrantee, issuer: Issuer) -> str | None:
    """How to pin the grantee to one tenant; None where it is pinned, or the issuer not shared."""
    if not (shared := SHARED.get(issuer.url)):
        return None
    matched = dict(grantee.claims)
    if any(one.name in matched and one.path[0] in shared.claims for one in issuer.claims):
        return None
    if grantee.subject and (
        issuer.subject_claim in shared.claims
        or (issuer.subject_claim == "sub" and shared.subject.fullmatch(grantee.subject))
    ):
        return None
    return shared.advice
