"""What each route does, takes and answers, in the words of ``docs/reference.md``."""

from collections.abc import Iterable

from tools.reference import share_routes
from vending.trail import search, sessions_out

VENDED = ("vendId", "sessionId")
EXPLAINED = (
    *("decision", "reason", "matchedGrantTargets", "limits", "presignedUrls"),
    *("code?", "sessionPolicy?", "sessionPolicyLength?", "leftOut?"),
)
PAGE = "query: `limit`, `nextToken`"
GRANT = (
    *("id", "owner?", "description?", "grantee", "scope", "permission"),
    *("maxDuration?", "expires?", "sourceIp?"),
    *("maxObjectSize?", "contentTypes?", "activeContent?", "versions?", "rateLimit?"),
    *("objectHeaders?", "storageClasses?", "redirects?", "tagging?"),
    *("sharing?", "maxShare?", "ownerSeen?"),
)
REVOCATION = (
    *("id", "kind", "reason", "state", "createdAt", "by", "sessionsBefore?", "until?"),
    *("liftedAt?", "liftedBy?", "caller?", "sessionId?", "sessionIds?", "vendId?", "grantId?"),
    *("all?", "denialWritten?"),
)
REVOKED = ("revocation", "denialWritten", "merged", "environmentsBy", "detail")
CREDENTIALS = (
    "vends credentials for just the targets",
    "CredentialsRequest",
    (
        *("credentials", "matchedGrantTargets", "permission?", "region?", "buckets", "leftOut?"),
        *VENDED,
    ),
)
URLS = (
    "presigns URLs, all or none; also in the [compact form](uploads.md#many-urls-at-once)",
    "UrlsRequest",
    (
        *("urls", "vendId", "sessionId?", "sessionIds?"),
        *("format?", "base?", "query?", "headers?", "expiresAt?", "sessions?"),
    ),
)
URL = ("method", "url", "headers", "expiresAt", *VENDED)
UPLOADS = {
    "multipart-uploads": (
        "starts a multipart upload; signs its first parts, its completion and its abort",
        "UploadRequest",
        (
            *("uploadId", "partCount", "partSize?", "size?", "parts", "completion", "abort"),
            *("ends", *VENDED),
        ),
    ),
    "multipart-uploads/{id}/parts": (
        "signs parts of a running upload, as often as needed",
        "PartsRequest",
        ("parts", *VENDED),
    ),
    "multipart-uploads/{id}/completion": (
        "signs the request that joins the parts",
        "CompletionRequest",
        URL,
    ),
    "multipart-uploads/{id}/abort": (
        "signs the request that aborts the upload",
        "AbortRequest",
        URL,
    ),
}
GRANTS = ("lists the caller's grants", PAGE, ("grants", "nextToken?"))
IDENTITY = "returns the caller's identity, as the service sees it, and the service's version"
EXPLANATIONS = (
    (
        "explains how the same credentials request, and presigned URLs for its targets, would be "
        "decided, without vending"
    ),
    "CredentialsRequest",
    EXPLAINED,
)
ROUTES: dict[str, tuple[str, str, Iterable[str]]] = {
    "POST /iam/credentials": CREDENTIALS,
    "POST /iam/presigned-urls": URLS,
    **{f"POST /iam/{path}": words for path, words in UPLOADS.items()},
    "GET /iam/grants": GRANTS,
    "GET /iam/identity": (IDENTITY, "", ("door", "arn", "version")),
    "POST /iam/explanations": EXPLANATIONS,
    "POST /web-identity/credentials": CREDENTIALS,
    "GET /web-identity/credentials": (
        "vends credentials in the form that AWS SDKs read",
        (
            "query: `target`, `permission`, `privilege`, `durationSeconds`; or `read`, `write` and "
            "`readwrite` with a target each, also several times"
        ),
        ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"),
    ),
    "POST /web-identity/presigned-urls": URLS,
    **{f"POST /web-identity/{path}": words for path, words in UPLOADS.items()},
    "GET /web-identity/grants": GRANTS,
    "GET /web-identity/identity": (
        IDENTITY,
        "",
        ("door", "issuer", "subject", "claims", "claimsLeftOut?", "version"),
    ),
    "POST /web-identity/explanations": EXPLANATIONS,
    "POST /sts/{grantId}": (
        "`AssumeRoleWithWebIdentity` in [STS's form](sdks.md), for everything that the grant opens",
        (
            "form: `Action`, `Version`, `RoleArn`, `RoleSessionName`, `WebIdentityToken`, "
            "`DurationSeconds`"
        ),
        (
            *("SubjectFromWebIdentityToken", "Audience", "AssumedRoleUser", "Credentials"),
            *("Provider", "PackedPolicySize?", "SourceIdentity"),
        ),
    ),
    "GET /admin/grants": ("lists all grants by id", PAGE, ("grants", "revision", "nextToken?")),
    "GET /admin/grants/{id}": ("returns one grant", "", (*GRANT, "vpcEndpoint?")),
    "GET /admin/issuers": ("lists all issuers", PAGE, ("issuers", "revision", "nextToken?")),
    "GET /admin/issuers/{id}": (
        "returns one issuer; its id is its URL with `~` for each `/`, without `https://`",
        "",
        (
            *(
                "issuer",
                "owner?",
                "description?",
                "audience",
                "subjectClaim",
                "claims",
                "algorithms",
            ),
            *("maxTokenLifetime", "jwks?", "tenantClaims?", "tenancy?", "callerClaims?"),
            *("audienceClaim?", "emailVerified?"),
        ),
    ),
    "GET /admin/locations": (
        "lists all locations by bucket",
        PAGE,
        ("locations", "revision", "nextToken?"),
    ),
    "GET /admin/locations/{id}": (
        "returns the location of a bucket",
        "",
        (
            *("scope", "owner?", "description?", "region", "account?", "kmsKey?", "role?"),
            *("externalId?", "vpcEndpoint?"),
        ),
    ),
    "GET /admin/tests": ("lists all tests by id", PAGE, ("tests", "revision", "nextToken?")),
    "GET /admin/tests/{id}": (
        "returns one test",
        "",
        (
            *("id", "owner?", "description?", "as?", "reaches?", "refused?", "disjoint?"),
            *("within?", "scope?", "onlyReachedBy?"),
        ),
    ),
    "GET /admin/revocations": (
        "lists revocations, newest first; ended ones are listed for 90 days",
        PAGE,
        ("revocations", "nextToken?"),
    ),
    "GET /admin/revocations/{id}": ("returns one revocation", "", REVOCATION),
    "POST /admin/revocations": (
        "[revokes access](revocations.md) before it expires",
        "RevocationRequest",
        (*REVOKED, "notCovered?", "vends?", "grantsByClaims?"),
    ),
    "DELETE /admin/revocations/{id}": (
        "lifts a block; sessions and URLs that it ended stay ended",
        "",
        (*REVOKED, "blockedBy?"),
    ),
    "POST /admin/changes": (
        "makes the catalogue equal to a document",
        "ChangesRequest",
        ("applied", "revision", "changes", "warnings", "environmentsBy?"),
    ),
}
STAGED = (
    *("id", "state", "author", "createdAt", "expiresAt", "digest", "entries", "owner?", "prune"),
    *("parts", "missing", "revision", "progress", "counts?", "planDigest?"),
    *("warnings?", "revocations?", "notCovered?", "environmentsBy?"),
)
ROUTES |= share_routes.ROUTES
ROUTES |= {
    "GET /admin/staged": (
        "lists all [staged changes](operations.md#large-changes) by id",
        PAGE,
        ("staged", "nextToken?"),
    ),
    "POST /admin/staged": (
        "announces a large document, or finds what its author has announced of it",
        "StagedRequest",
        STAGED,
    ),
    "GET /admin/staged/{id}": ("returns one staged change", "", STAGED),
    "DELETE /admin/staged/{id}": (
        "cancels a staged change, whoever staged it; what is written of it stays",
        "",
        STAGED,
    ),
    "PUT /admin/staged/{id}/parts/{number}": (
        "brings a part of the document; may be repeated",
        "PartRequest",
        STAGED,
    ),
    "POST /admin/staged/{id}/commit": (
        "checks or writes for 20 seconds; repeated until `state` is `planned` or `applied`",
        "CommitRequest",
        STAGED,
    ),
    "GET /admin/staged/{id}/changes": (
        "lists what a planned change does, in the order in which it is written",
        PAGE,
        ("changes", "revision", "nextToken?"),
    ),
    "POST /admin/reach": (
        "says [who reaches some keys](reach.md), or what some callers reach, now or on a past day",
        "ReachRequest",
        ("reaches", "at", "revision", "warnings?", "nextToken?"),
    ),
    "POST /admin/explanations": (
        "explains what the service would decide for another caller now, without vending",
        "ExplanationRequest",
        (*EXPLAINED, "warnings?"),
    ),
    "GET /admin/audit": (
        "lists [audit records](audit.md), oldest first; without `since`, those of the last hour",
        "query: " + ", ".join(f"`{name}`" for name in search.QUERY),
        ("records", "since", "until", "settledUntil", "nextToken?"),
    ),
    "GET /admin/sessions": (
        "lists the sessions whose credentials or URLs are still valid, each with its vends",
        "query: " + ", ".join(f"`{name}`" for name in sessions_out.QUERY),
        ("sessions", "settledUntil", "nextToken?"),
    ),
    "GET /admin/vends/{id}": (
        "looks up a `vendId`: its record, and its session (or `sessions`) with all their vends",
        "query: `since`, `until`",
        ("record", "session?", "sessions?", "settledUntil"),
    ),
}
