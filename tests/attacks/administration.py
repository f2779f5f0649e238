"""Documents that would grant more than their reviewer sees."""

from typing import Any

from tests.attacks.attack import BUCKET, Attack, Event, change, event
from tests.attacks.sources import AUDIENCE as CLUSTER
from tests.attacks.sources import HMAC, TWICE, rule
from tests.support.make import ACCOUNT, USER_ARN
from tests.support.tokens import AUDIENCE, ISSUER, jwk, rsa_key

SCOPE = f"s3://{BUCKET}/x/*"
GITHUB = "https://token.actions.githubusercontent.com"
CI = "https://ci.example.com"  # holders of one repository are blocked there
PINNED = {"keys": [jwk(rsa_key())]}
NEW = "https://new.example.com"  # no grant depends on it
AT = "400 InvalidRequest /grants/0"
LINE = {"id": "x", "grantee": {"iam": USER_ARN}, "scope": SCOPE, "permission": "READ"}


def line(**members: object) -> Event:
    return change(grants=[LINE | members])


def to(**grantee: object) -> Event:
    return line(grantee=grantee)


def searched(**query: str) -> Event:
    return event("admin-audit") | {"multiValueQueryStringParameters": {name: [value] for name, value in query.items()}}  # fmt: skip


def trust(**members: Any) -> Event:
    return change(issuers=[{"issuer": ISSUER, "audience": AUDIENCE} | members])


def shared(issuer: str, grantee: dict[str, object] | None = None, **members: object) -> Event:
    """An entry of an issuer that others share, and a grant to somebody of it."""
    entries = [{"issuer": issuer, "audience": AUDIENCE} | members]
    grants = [LINE | {"grantee": {"issuer": issuer} | grantee}] if grantee else []
    return change(issuers=entries, grants=grants)


ATTACKS = [
    Attack("a scope that does not end at a slash", line(scope=f"s3://{BUCKET}/x*"), f"{AT}/scope", rule(4)),
    Attack("a scope that leads up", line(scope=f"s3://{BUCKET}/x/../*"), f"{AT}/scope", rule(4)),
    Attack("a scope with half a variable", line(scope=f"s3://{BUCKET}/x-${{caller.name}}/*"), f"{AT}/scope", rule(2)),
    Attack("a scope with a variable of IAM", line(scope=f"s3://{BUCKET}/${{aws:username}}/*"), f"{AT}/scope", rule(2)),
    Attack("a scope with a claim that a role does not have", line(scope=f"s3://{BUCKET}/${{claim.x}}/*"), AT, rule(2)),
    Attack("a grant to everybody", to(iam="*"), f"{AT}/grantee/iam", rule(8)),
    Attack("a grant to every role", to(iam=f"arn:aws:iam::{ACCOUNT}:role/*"), f"{AT}/grantee/iam", rule(8)),
    Attack("a grant to a session", to(iam=f"arn:aws:sts::{ACCOUNT}:assumed-role/Reader/alice"), f"{AT}/grantee/iam", rule(8)),
    Attack("a grant to the root user", to(iam=f"arn:aws:iam::{ACCOUNT}:root"), f"{AT}/grantee/iam", rule(8)),
    Attack("a grant to an account in other digits", to(iam="１２３４５６７８９０１２"), f"{AT}/grantee/iam", rule(13)),
    Attack("a grant to everybody of an issuer", to(issuer=ISSUER), f"{AT}/grantee", rule(8)),
    Attack("a grant to an empty claim", to(issuer=ISSUER, claims={}), f"{AT}/grantee/claims", rule(8)),
    Attack("a grant to an empty subject", to(issuer=ISSUER, subject=""), f"{AT}/grantee/subject", rule(8)),
    Attack("a grant to an issuer that is not trusted", to(issuer="https://evil.example.com", subject="x"), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a grant by a claim that was not listed", to(issuer=ISSUER, claims={"email": "x"}), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a permission that there is not in a grant", line(permission="ADMIN"), f"{AT}/permission", rule(5)),
    Attack("a member of a grant that is misspelt, so that no limit holds", line(maxObjectsize=10), f"{AT}/maxObjectsize", rule(13)),
    Attack("an end in no time zone", line(expires="2027-01-01T00:00:00"), f"{AT}/expires", rule(13)),
    Attack("an end that is a number", line(expires=1), f"{AT}/expires", rule(13)),
    Attack("a duration of months", line(maxDuration="1M"), f"{AT}/maxDuration", rule(13)),
    Attack("addresses from everywhere, with bits beyond the mask", line(sourceIp=["0.0.0.1/0"]), f"{AT}/sourceIp", rule(13)),
    Attack("an id with the table's separator", line(id="x#y"), f"{AT}/id", rule(13)),
    Attack("the same id twice", change(grants=[LINE, LINE | {"permission": "READWRITE"}]), "400 InvalidRequest /grants/1/id", TWICE, looked_up=True),
    Attack("a list of grants that is there twice", event("admin-changes", '{"version": 1, "grants": [], "grants": []}'), "400 InvalidRequest /grants", TWICE),
    Attack("a version that is true", change(version=True), "400 InvalidRequest /version", rule(13)),
    Attack("an issuer without TLS", trust(issuer="http://login.example.com"), "400 InvalidRequest /issuers/0/issuer", rule(8)),
    Attack("an issuer by an http name within the network, whose keys anybody on the way could replace", trust(issuer="http://adfs.corp.internal/adfs/services/trust"), "400 InvalidRequest /issuers/0/issuer", rule(8)),
    Attack("GitHub as one's own issuer, by an http name and with keys", shared(GITHUB.replace("https:", "http:"), tenancy="own", jwks=PINNED), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("a repository's id as a number, which no token has", shared(GITHUB, {"claims": {"repository_id": 123}}, claims=["repository_id"], tenantClaims=["repository_id"]), f"{AT}/grantee", rule(13), looked_up=True),
    Attack("a protected branch by true, which no token of GitLab has", shared("https://gitlab.com", {"claims": {"project_id": "1", "ref_protected": True}}, claims=["project_id", "ref_protected"], tenantClaims=["project_id"]), f"{AT}/grantee", rule(13), looked_up=True),
    Attack("an acknowledgement of whatever there may be", line(acknowledge={"*": "x"}), f"{AT}/acknowledge", rule(13)),
    Attack("an acknowledgement that a bucket is never lent", line(acknowledge={"NeverLent": "x"}), f"{AT}/acknowledge", rule(17)),
    Attack("an acknowledgement without a reason", line(acknowledge={"WildcardInScope": ""}), f"{AT}/acknowledge", rule(13)),
    Attack("an acknowledgement in a location", change(locations=[{"scope": f"s3://{BUCKET}/*", "region": "ap-northeast-1", "acknowledge": {"Expired": "x"}}]), "400 InvalidRequest /locations/0/acknowledge", rule(13)),
    Attack("an issuer whose audience is any claim", trust(audienceClaim="sub"), "400 InvalidRequest /issuers/0/audienceClaim", rule(15)),
    Attack("an address that nobody verified, by a text where the entry's word makes it a boolean", shared(NEW, {"claims": {"email": "a@example.com", "email_verified": "true"}}, claims=["email", "email_verified"], tenancy="own", emailVerified="text"), f"{AT}/grantee /grants/0/grantee", rule(8), looked_up=True),
    Attack("an issuer on this machine, with keys", trust(issuer="http://127.0.0.1:8080", jwks=PINNED), "400 InvalidRequest /issuers/0/issuer", rule(8), looked_up=True),
    Attack("an issuer on this machine", trust(issuer="http://127.0.0.1:8080"), "400 InvalidRequest /issuers/0/issuer", rule(8), looked_up=True),
    Attack("an issuer at the metadata service", trust(issuer="https://169.254.169.254"), "400 InvalidRequest /issuers/0", rule(8)),
    Attack("an issuer without an audience", trust(audience=""), "400 InvalidRequest /issuers/0/audience", rule(8)),
    Attack("an issuer whose tokens are for AWS's STS", trust(issuer=NEW, audience="sts.amazonaws.com"), "400 InvalidRequest /issuers/0/audience", rule(15), looked_up=True),
    Attack("an issuer whose tokens are for STS of another partition", trust(issuer=NEW, audience="https://sts.cn-north-1.amazonaws.com.cn/"), "400 InvalidRequest /issuers/0/audience", rule(15), looked_up=True),
    Attack("an issuer whose tokens are for STS through a VPC endpoint", trust(issuer=NEW, audience="vpce-0a1b.sts.eu-west-1.vpce.amazonaws.com"), "400 InvalidRequest /issuers/0/audience", rule(15), looked_up=True),
    Attack("an issuer whose tokens are for us or for STS", trust(issuer=NEW, audience=[AUDIENCE, "sts.amazonaws.com"]), "400 InvalidRequest /issuers/0/audience", rule(15), looked_up=True),
    Attack("an issuer whose tokens are for a cluster's API server", trust(issuer=NEW, audience="https://kubernetes.default.svc"), "400 InvalidRequest /issuers/0/audience", CLUSTER, looked_up=True),
    Attack("an issuer whose tokens are for a cluster by a word", trust(issuer=NEW, audience="k3s"), "400 InvalidRequest /issuers/0/audience", CLUSTER, looked_up=True),
    Attack("an issuer whose tokens are for itself, as a cluster's are by default", trust(issuer=NEW, audience=NEW), "400 InvalidRequest /issuers/0/audience", CLUSTER, looked_up=True),
    Attack("an issuer whose tokens Entra exchanges for access to Azure", trust(issuer=NEW, audience="api://AzureADTokenExchange"), "400 InvalidRequest /issuers/0/audience", rule(15), looked_up=True),
    Attack("an issuer whose tokens are signed with a shared secret", trust(algorithms=["HS256"]), "400 InvalidRequest /issuers/0/algorithms", HMAC),
    Attack("a branch of any repository on GitHub", shared(GITHUB, {"claims": {"ref": "refs/heads/main"}}, claims=["ref"]), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a branch of any repository on an issuer that nobody knows", shared(NEW, {"claims": {"ref": "refs/heads/main"}}, claims=["ref"]), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("GitHub as one's own issuer", shared(GITHUB, tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("GitHub's enterprise as one's own issuer, by its name", shared(f"{GITHUB}/acme", tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("a workspace of Bitbucket as one's own issuer, by its name", shared("https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("the European HCP Terraform as one's own issuer", shared("https://app.eu.terraform.io", tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("all personal Microsoft accounts as one's own issuer", shared("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("a shared issuer at a port, as one's own", shared(f"{GITHUB}:443", tenancy="own"), "400 InvalidRequest /issuers/0/tenancy", rule(8), looked_up=True),
    Attack("a branch as what pins a tenant", shared(GITHUB, claims=["ref"], tenantClaims=["ref"]), "400 InvalidRequest /issuers/0/tenantClaims", rule(8), looked_up=True),
    Attack("a branch by the name of what pins a tenant", shared(GITHUB, claims=[{"name": "repository_id", "path": ["ref"]}], tenantClaims=["repository_id"]), "400 InvalidRequest /issuers/0/tenantClaims", rule(8), looked_up=True),
    Attack("an owner's name that somebody else can register", shared(GITHUB, {"claims": {"repository_owner": "octo-org"}}, claims=["repository_owner"]), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a subject of names that somebody else can register", shared(GITHUB, {"subject": "repo:octo-org/app:ref:refs/heads/main"}), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a subject that ends with an id that its holder wrote", shared(GITHUB, {"subject": "repo:octo-org/app:environment:x:repository_id:1"}), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a subject with a wildcard", shared(GITHUB, {"subject": "repo:octo-org@1/app@2:*"}), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a subject that is a branch", shared(NEW, {"subject": "main"}, subjectClaim="ref"), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("the address of a person whose domain can lapse", shared("https://accounts.google.com", {"claims": {"email": "a@example.com", "email_verified": True}}, claims=["email", "email_verified"], tenantClaims=["email"]), f"{AT}/grantee", rule(8), looked_up=True),
    Attack("a branch as what makes a caller", shared(GITHUB, claims=["repository_id", "ref"], callerClaims=["repository_id", "ref"]), "400 InvalidRequest /issuers/0/callerClaims", rule(16), looked_up=True),
    Attack("a repository's name as what makes a caller", shared(GITHUB, claims=["repository"], callerClaims=["repository"]), "400 InvalidRequest /issuers/0/callerClaims", rule(16), looked_up=True),
    Attack("a caller claim that no token is read for", trust(callerClaims=["org"]), "400 InvalidRequest /issuers/0", rule(13)),
    Attack("a claim read elsewhere, so that a block by it stops nobody", change(issuers=[{"issuer": CI, "audience": AUDIENCE, "tenancy": "own", "claims": [{"name": "repository_id", "path": ["ref"]}]}]), "400 InvalidRequest /issuers/0/claims /issuers/0", rule(16), looked_up=True),
    Attack("a tenant claim that no token is read for", trust(tenantClaims=["org"]), "400 InvalidRequest /issuers/0", rule(13)),
    Attack("an entry by a path", event("admin-grant") | {"pathParameters": {"id": "../issuers"}}, "404 NotFound", rule(13)),
    Attack("an entry by the separator of the table", event("admin-grant") | {"pathParameters": {"id": "x#y"}}, "404 NotFound", rule(13)),
    Attack("a vend by words that widen a search of the log", event("admin-vend") | {"pathParameters": {"id": 'a" ?"b'}}, "404 NotFound", rule(13)),
    Attack("a vend by a pattern of the log", event("admin-vend") | {"pathParameters": {"id": "{ $.record = * }"}}, "404 NotFound", rule(13)),
    Attack("records by an outcome that widens a search", searched(outcome='granted" ?"refused'), "400 InvalidRequest /outcome", rule(13)),
    Attack("records by a session that is everything", searched(sessionId="*"), "400 InvalidRequest /sessionId", rule(13)),
    Attack("records of a caller that is nobody", searched(caller='" "'), "400 InvalidRequest /caller", rule(13)),
    Attack("records by a member that there is not", searched(record="audit"), "400 InvalidRequest", rule(13)),
    Attack("records from a place of another list", searched(nextToken="WyJhIiwiYiJd"), "400 InvalidRequest /nextToken", rule(13)),
    Attack("records since a time in no zone", searched(since="2026-01-01T00:00:00"), "400 InvalidRequest /since", rule(13)),
    Attack("a page of somebody else's", event("grants") | {"multiValueQueryStringParameters": {"nextToken": ["WyJpYW0jMTIzNDU2Nzg5MDEyI3VzZXIjQm9iIiwiaG9nZWhvZ2UtYnVja2V0IiwiYm9icyJd"]}}, "400 InvalidRequest", rule(10), looked_up=True),
    Attack("a page of a token that is none", event("grants") | {"multiValueQueryStringParameters": {"nextToken": ["%00"]}}, "400 InvalidRequest /nextToken", rule(13)),
]  # fmt: skip
