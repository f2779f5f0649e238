"""Services that sign tokens for many tenants; ``tenancy`` judges issuers and grants by this table.

Beside each service's own pages:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

import re
from functools import lru_cache

from vending.tenancy.service import ANY, UUID, Service, below, ids

# Microsoft's tenants of all personal accounts, and of its own services, which act for all customers.
OPEN_TENANTS = "9188040d-6c67-4c5b-b112-36a304b66dad|f8cdef31-a31e-4b4a-93e4-5f571e91255a|33e01921-4d64-4f8c-a055-5bdaffd5e33d"
_PULUMI = "https://pulumi.com/"
# The first service whose hosts match counts.
SERVICES = (
    Service("GitHub's audit log streaming", below("audit-log.githubusercontent.com"), ids={}, subject_ids=None, subject_names=r"https://github\.com/[^*]+"),
    Service(
        "GitHub Actions", below("githubusercontent.com", "github.com"),
        ids=ids("repository_id", "repository_owner_id", "enterprise_id"),
        names={"repository": "repository_id", "repository_owner": "repository_owner_id", "enterprise": "enterprise_id", "workflow_ref": "repository_id"},
        # With and without the immutable ids: repo:octo@1/app@2:… and repo:octo/app:…
        subject_ids=r"repo:[^@/:*]+@[0-9]+/[^@/:*]+@[0-9]+:[^*]+|(?:repository|repository_owner|enterprise)_id:[0-9]+(?::[^*]+)?",
        subject_names="(?:repo|repository|repository_owner|enterprise):[^*]+", callers="repository_id",
        texts=".+_id|run_.+|.*ref|.*ref_.+|sha|environment|.+_visibility|actor|event_name",
    ),
    Service(
        "gitlab.com", below("gitlab.com"), ids=ids("project_id", "namespace_id"),
        names={"project_path": "project_id", "namespace_path": "namespace_id"},
        subject_ids=None, subject_names="(?:project|namespace)_path:[^*]+", callers="project_id",
        texts="(?!runner_id).+_id|.+_protected|.+_path|.+_visibility|ref.*|sha|environment",
    ),
    # The workspace in the URL is a name.
    Service(
        "Bitbucket Pipelines", below("bitbucket.org"), ids=ids("repositoryUuid", "workspaceUuid"),
        subject_ids=rf"\{{{UUID}\}}:[^*]+", callers="repositoryUuid",
    ),
    Service(
        "CircleCI", below("circleci.com"), rf"oidc\.circleci\.com/org/{UUID}",
        ids=ids("oidc.circleci.com/project-id"), subject_ids=f"org/{UUID}/project/{UUID}/[^*]+", callers="oidc.circleci.com/project-id",
    ),
    Service(
        "Buildkite", below("buildkite.com"), ids=ids("pipeline_id", "organization_id"),
        names={"organization_slug": "organization_id", "pipeline_slug": "pipeline_id"},
        subject_ids=None, subject_names="organization:[^:*]+:[^*]+", callers="pipeline_id",
    ),
    Service(
        "HCP Terraform", below("terraform.io"),
        ids=ids("terraform_workspace_id", "terraform_project_id", "terraform_organization_id"),
        names={f"terraform_{one}_name": f"terraform_{one}_id" for one in ("workspace", "project", "organization")} | {"terraform_full_workspace": "terraform_workspace_id"},
        subject_ids=None, subject_names="organization:[^:*]+:[^*]+", callers="terraform_workspace_id",
    ),
    Service("HCP", below("hashicorp.com"), rf"idp\.hashicorp\.com/oidc/organization/{UUID}"),
    Service(
        "Pulumi Cloud", below("pulumi.com"),
        ids=ids(f"{_PULUMI}org_id", f"{_PULUMI}root_env_id", f"{_PULUMI}current_env_id"), names={f"{_PULUMI}org": f"{_PULUMI}org_id"},
        subject_ids=None, subject_names="pulumi:[^*]+",
    ),
    # The team in the URL is a name.
    Service(
        "Vercel", below("vercel.com"), ids=ids("project_id", "owner_id"),
        names={"owner": "owner_id", "project": "project_id"}, subject_ids=None, subject_names="owner:[^:*]+:[^*]+", callers="project_id",
    ),
    Service(
        "Codefresh", below("codefresh.io"), ids=ids("pipeline_id", "account_id"),
        names={"account_name": "account_id", "pipeline_name": "pipeline_id"},
        subject_ids="account:[0-9a-f]{24}:[^*]+", callers="pipeline_id",
    ),
    Service("Scalr", below("scalr.io"), ids={}, subject_ids=None, subject_names="account:[^:*]+:[^*]+"),
    Service("Upbound", below("upbound.io"), ids={}, subject_ids=None, subject_names="mcp:[^/:*]+/[^*]+"),
    Service("Spacelift", below("spacelift.io"), r"[a-z0-9-]+\.app(?:\.us)?\.spacelift\.io/?"),
    Service(
        "env0", below("env0.com"), ids=ids("projectId", "organizationId", "https://env0.com/projectId", "https://env0.com/organizationId", "https://env0.com/organization"),
        subject_ids=None, callers="projectId",
    ),
    Service(
        "Harness", below("harness.io"), r"[a-z0-9]+\.harness\.io/(?:[a-z0-9/]+/)?ng/api/oidc/account/[A-Za-z0-9_-]{10,}",
        ids=ids("account_id"), subject_ids="account/[^/:*]+:[^*]+",
    ),
    # The organization in the URL is a name.
    Service(
        "Fly.io", below("fly.io"), ids=ids("app_id", "org_id"), names={"org_name": "org_id", "app_name": "app_id"},
        subject_ids=None, subject_names="[^:*]+:[^:*]+:[^*]+", callers="app_id",
    ),
    Service(
        "Depot", below("depot.dev"), ids=ids("repository_id", "repository_owner_id", "org_id"),
        names={"repository": "repository_id", "repository_owner": "repository_owner_id"},
        subject_ids=r"spiffe://identity\.depot\.dev/org/[^/*]+/[^*]+", callers="repository_id",
    ),
    Service("Namespace", below("namespaceapis.com", "namespace.so"), ids=ids("tenant_id")),
    Service("Semaphore", below("semaphoreci.com", "semaphore.io"), r"(?!id\.|www\.)[a-z0-9-]+\.semaphoreci\.com"),
    Service(
        "Modal", below("modal.com"), ids=ids("app_id", "workspace_id"), names={"workspace_name": "workspace_id"},
        subject_ids="modal:workspace_id:ac-[^:*]+:[^*]+", callers="app_id",
    ),
    Service("Firebase", r"securetoken\.google\.com", r"securetoken\.google\.com/[a-z][a-z0-9-]{5,29}"),
    Service("Google Kubernetes Engine", r"container\.googleapis\.com", r"container\.googleapis\.com/v1/projects/[^/]+/(?:locations|zones)/[^/]+/clusters/[^/]+"),
    Service(
        # A domain that has lapsed can be registered again, with every address in it. A service
        # account's address has the id of a project, which nobody gets again.
        "Google", below("google.com"),
        ids={"email": r".+@(?:[a-z0-9-]+\.)*gserviceaccount\.com"}, names={"email": "sub", "hd": None}, subject_ids="[0-9]+",
    ),
    Service(
        "Microsoft", below("microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn", "live.com") + r"|(?:login|sts)\.(?:chinacloudapi\.cn|windows\.net)",
        rf"(?!login\.live\.com)[^/:]+/(?!{OPEN_TENANTS}){UUID}(?:/v2\.0)?/?",
        ids={}, names={"email": "sub", "preferred_username": "sub", "upn": "sub"},
    ),
    Service("Azure DevOps", r"vstoken\.dev\.azure\.com", rf"vstoken\.dev\.azure\.com/{UUID}", ids={}, subject_ids=None, subject_names="sc://[^*]+"),
    Service("Azure Kubernetes Service", r".+\.oic\.prod-aks\.azure\.com", rf"[a-z0-9-]+\.oic\.prod-aks\.azure\.com/{UUID}/{UUID}/?"),
    Service("Cognito identity pools", r"cognito-identity\.(?:.+\.)?amazonaws\.com(?:\.cn)?", ids={"aud": f"[a-z0-9-]+:{UUID}"}, subject_ids=f"[a-z0-9-]+:{UUID}"),
    Service("Cognito user pools", r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?", r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/[a-z0-9-]+_[A-Za-z0-9]+"),
    Service("EKS", r"oidc\.eks\..+\.amazonaws\.com(?:\.cn)?|oidc-eks\..+\.api\.aws", "[^/]+/id/[0-9A-F]+"),
    Service("AWS's outbound federation", below("tokens.sts.global.api.aws"), rf"{UUID}\.tokens\.sts\.global\.api\.aws/?", texts="aws_account|org_id|principal_id"),
    Service("PingOne", r"auth\.pingone\.[a-z.]+", rf"[^/]+/{UUID}/as"),
    Service(
        "a service with which anyone can sign in",
        below(
            "apple.com", "facebook.com", "amazon.com", "linkedin.com", "slack.com", "twitch.tv",
            "line.me", "kakao.com", "yahoo.com", "yahoo.co.jp", "paypal.com", "discord.com", "sigstore.dev", "jumpcloud.com",
        ) + r"|(?:login|test)\.salesforce\.com",
        ids={}, names={"email": "sub"},
    ),
    # Nothing is known here but that many tenants share each of them.
    Service(
        "a service that many tenants share",
        below(
            "netlify.com", "render.com", "railway.com", "deno.com", "expo.dev", "cirrus-ci.com", "travis-ci.com", "bitrise.io", "appveyor.com",
            "cursor.com", "cursor.sh", "devin.ai", "warp.dev", "codeberg.org", "gitea.com", "enforce.dev", "sandboxes.cloud", "datachain.ai", "iterative.ai", "shisho.dev", "codecov.io",
        ),
    ),
)  # fmt: skip
UNNAMED = Service("this issuer", "")  # not in the table: its entry may name any claim of a holder
# An issuer that is not in the table, and whose entry does not say that it has one tenant.
UNKNOWN = Service(
    "this issuer",
    "",
    names={
        "repository": "repository_id",
        "repository_owner": "repository_owner_id",
        "project_path": "project_id",
        "namespace_path": "namespace_id",
        "organization_slug": "organization_id",
        "pipeline_slug": "pipeline_id",
    },
    subject_ids="(?!repo:|repository:|repository_owner:|project_path:).+",
    subject_names=ANY,
)


@lru_cache(maxsize=1000)  # a document's grants have few issuers
def service_of(url: str) -> Service | None:
    """The service of the table that has this issuer, whether tenants share it or not.

    The URL is an issuer's, as ``issuer_url`` takes it.
    """
    host = re.split("[/:]", url.partition("://")[2], maxsplit=1)[0]
    return next((one for one in SERVICES if re.fullmatch(one.hosts, host)), None)


def shared_by(url: str) -> Service | None:
    """The service whose tenants share this issuer; None if its URL names one, or none is known."""
    service, place = service_of(url), url.partition("://")[2]
    return service if service and not (service.own and re.fullmatch(service.own, place)) else None
