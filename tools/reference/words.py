"""What ``tools/reference/page.py`` says of each route, and what each member of a body means."""

from collections.abc import Iterable

from vending.sessions.durations import LONGEST, LONGEST_URL, SHORTEST
from vending.trail import search, sessions_out
from vending.uploads import upload

VENDED = ("vendId", "sessionId")
EXPLAINED = ("decision", "reason", "matchedGrantTargets", "limits")
PAGE = "query: `limit`, `nextToken`"
GRANT = (
    *("id", "grantee", "scope", "permission", "maxDuration?", "expires?", "sourceIp?"),
    *("maxObjectSize?", "contentTypes?", "activeContent?", "versions?", "rateLimit?"),
)
REVOCATION = (
    *("id", "kind", "reason", "state", "createdAt", "by", "sessionsBefore?", "until?"),
    *("liftedAt?", "liftedBy?", "caller?", "sessionId?", "vendId?", "grantId?", "all?"),
)
REVOKED = ("revocation", "denialWritten", "merged", "environmentsBy", "detail")
CREDENTIALS = (
    "vends credentials for just the targets",
    "CredentialsRequest",
    ("credentials", "matchedGrantTargets", "permission", "region", *VENDED),
)
URLS = (
    "presigns, all or nothing; in the [compact form](uploads.md#many-urls-at-once) too",
    "UrlsRequest",
    ("urls", "format?", "base?", "query?", "headers?", "expiresAt?", *VENDED),
)
URL = ("method", "url", "headers", "expiresAt", *VENDED)
UPLOADS = {
    "multipart-uploads": (
        "starts a multipart upload and signs its first parts and both ends",
        "UploadRequest",
        (
            *("uploadId", "partCount", "partSize?", "size?", "parts", "completion", "abort"),
            *("ends", *VENDED),
        ),
    ),
    "multipart-uploads/{id}/parts": (
        "signs parts of a running upload, also again",
        "PartsRequest",
        ("parts", *VENDED),
    ),
    "multipart-uploads/{id}/completion": ("signs what joins the parts", "CompletionRequest", URL),
    "multipart-uploads/{id}/abort": ("signs what ends the upload", "AbortRequest", URL),
}
GRANTS = ("lists what the caller may reach", PAGE, ("grants", "nextToken?"))
IDENTITY = "tells who the caller is to the service"
EXPLANATIONS = (
    "tells what the same credentials request would get, without vending",
    "CredentialsRequest",
    (*EXPLAINED, "code?", "sessionPolicy?", "sessionPolicyLength?"),
)
ROUTES: dict[str, tuple[str, str, Iterable[str]]] = {
    "POST /iam/credentials": CREDENTIALS,
    "POST /iam/presigned-urls": URLS,
    **{f"POST /iam/{path}": told for path, told in UPLOADS.items()},
    "GET /iam/grants": GRANTS,
    "GET /iam/identity": (IDENTITY, "", ("door", "arn")),
    "POST /iam/explanations": EXPLANATIONS,
    "POST /web-identity/credentials": CREDENTIALS,
    "GET /web-identity/credentials": (
        "the same in the form that AWS's SDKs read",
        "query: `target`, `permission`, `privilege`, `durationSeconds`",
        ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"),
    ),
    "POST /web-identity/presigned-urls": URLS,
    **{f"POST /web-identity/{path}": told for path, told in UPLOADS.items()},
    "GET /web-identity/grants": GRANTS,
    "GET /web-identity/identity": (IDENTITY, "", ("door", "issuer", "subject", "claims")),
    "POST /web-identity/explanations": EXPLANATIONS,
    "POST /sts/{grantId}": (
        "`AssumeRoleWithWebIdentity` as [STS](sdks.md) has it, for all that the grant opens",
        (
            "form: `Action`, `Version`, `RoleArn`, `RoleSessionName`, `WebIdentityToken`, "
            "`DurationSeconds`"
        ),
        (
            *("SubjectFromWebIdentityToken", "Audience", "AssumedRoleUser", "Credentials"),
            *("Provider", "PackedPolicySize?", "SourceIdentity"),
        ),
    ),
    "GET /admin/grants": ("lists all grants by id", PAGE, ("grants", "nextToken?")),
    "GET /admin/grants/{id}": ("reads one grant", "", (*GRANT, "vpcEndpoint?")),
    "GET /admin/issuers": ("lists all issuers", PAGE, ("issuers", "nextToken?")),
    "GET /admin/issuers/{id}": (
        "reads one issuer; its id is its URL without `https://`, and `~` for each `/`",
        "",
        (
            *("issuer", "audience", "subjectClaim", "claims", "algorithms"),
            *("maxTokenLifetime", "jwks?"),
        ),
    ),
    "GET /admin/locations": ("lists all locations by bucket", PAGE, ("locations", "nextToken?")),
    "GET /admin/locations/{id}": (
        "reads the location of a bucket",
        "",
        ("scope", "region", "account?", "kmsKey?", "role?", "externalId?", "vpcEndpoint?"),
    ),
    "GET /admin/revocations": (
        "lists what was revoked, the newest first; what is over stays for 90 days",
        PAGE,
        ("revocations", "nextToken?"),
    ),
    "GET /admin/revocations/{id}": ("reads one revocation", "", REVOCATION),
    "POST /admin/revocations": (
        "[ends access](revocations.md) before its time",
        "RevocationRequest",
        (*REVOKED, "notCovered?", "vends?"),
    ),
    "DELETE /admin/revocations/{id}": (
        "lifts a block; what was lent before stays dead",
        "",
        REVOKED,
    ),
    "POST /admin/changes": (
        "makes what is granted equal to a document",
        "ChangesRequest",
        ("applied", "revision", "changes", "environmentsBy?"),
    ),
}
ROUTES |= {
    "GET /admin/audit": (
        "lists [audit records](audit.md), the oldest first; of the last hour unless `since` says",
        "query: " + ", ".join(f"`{name}`" for name in search.QUERY),
        ("records", "since", "until", "settledUntil", "nextToken?"),
    ),
    "GET /admin/sessions": (
        "lists the sessions of which something holds still, with all that they serve",
        "query: " + ", ".join(f"`{name}`" for name in sessions_out.QUERY),
        ("sessions", "settledUntil", "nextToken?"),
    ),
    "GET /admin/vends/{id}": (
        "looks up a `vendId`: its record, and the session that served it with its other vends",
        "query: `since`, `until`",
        ("record", "session?", "settledUntil"),
    ),
}
MEANINGS = {
    "RevocationRequest.caller": "a role, user or subject, in every session of its own",
    "RevocationRequest.sessionId": "one session, and what it signed",
    "RevocationRequest.vendId": "the session of this vend; the answer lists all vends in it",
    "RevocationRequest.grantId": "whatever was vended under this grant",
    "RevocationRequest.all": "everybody",
    "RevocationRequest.kind": (
        "`sessions`: what was handed out until now; `block`: that, and new vends until lifted"
    ),
    "RevocationRequest.reason": "for whoever reads the list",
    "RevokedCaller.iam": "the ARN of the role or user",
    "RevokedCaller.issuer": "or the issuer,",
    "RevokedCaller.subject": "and what it calls the caller",
    "CredentialsRequest.target": "what the credentials shall open; this or `targets`",
    "CredentialsRequest.targets": "several of them, under one grant",
    "CredentialsRequest.permission": "what may be done with the keys",
    "CredentialsRequest.privilege": "`Minimal`: the targets; `Default`: the grant's whole scope",
    "CredentialsRequest.durationSeconds": (
        f"seconds, {SHORTEST} to {LONGEST}; absent: the most that the grant allows"
    ),
    "UrlsRequest.expiresIn": f"how long the URLs shall hold: seconds, 1 to {LONGEST_URL}",
    "UrlsRequest.requests": "one URL each, in their order; all or nothing",
    "ReadingUrl.method": "takes READ",
    "UploadUrl.method": "takes WRITE",
    "DeletionUrl.method": "takes WRITE",
    "FormUrl.method": "takes WRITE: a form for browsers; the answer has its `fields`",
    "ReadingUrl.target": "the key that the URL is for",
    "UploadUrl.target": "the key that the URL is for",
    "DeletionUrl.target": "the key that the URL is for",
    "FormUrl.target": "the key, or the prefix below which the form may choose one",
    "Reading.responseContentDisposition": "how the answer shall be taken: shown, or saved as",
    "Reading.responseContentType": (
        "as what the answer shall come; a type that browsers run needs `activeContent` in the grant"
    ),
    "ReadingUrl.versionId": "this version; needs `versions` in the grant",
    "Uploading.contentType": "as what it is stored; the client sends this very header",
    "Uploading.contentLength": "its bytes, exactly",
    "Uploading.ifNoneMatch": "only if nothing has the key yet",
    "Uploading.kmsKey": "encrypt with this key, which is the location's `kmsKey`",
    "Uploading.expectedBucketOwner": "only if this account owns the bucket",
    "UploadUrl.checksumSha256": "of the bytes; S3 compares. One checksum at most",
    "UploadUrl.checksumCrc32c": "the same",
    "UploadUrl.checksumCrc64nvme": "the same",
    "FormUrl.contentType": "as what it is stored",
    "FormUrl.contentLengthRange": (
        "bytes, least and most; absent: from 0 to the grant's `maxObjectSize`, or what S3 takes"
    ),
    "FormUrl.kmsKey": "encrypt with this key, which is the location's `kmsKey`",
    "Compact.format": "the [compact form](uploads.md#many-urls-at-once)",
    "Compact.prefix": "what all keys begin with",
    "Compact.keys": "what follows the prefix in each",
    "Compact.expiresIn": f"how long the URLs shall hold: seconds, 1 to {LONGEST_URL}",
    "CompactReading.method": "takes READ",
    "CompactUpload.method": "takes WRITE",
    "CompactDeletion.method": "takes WRITE",
    "UploadRequest.target": "the key that is uploaded",
    "UploadRequest.size": "bytes of the whole; each part's URL is for its own length",
    "UploadRequest.parts": "or how many parts, where the size is not known yet",
    "UploadRequest.partSize": (
        f"bytes of each part but the last; absent: {upload.USUAL_PART_BYTES:,}, or as many more as "
        "the size needs"
    ),
    "UploadRequest.checksumAlgorithm": "each part then needs its checksum to be signed",
    "UploadRequest.contentType": "as what it is stored",
    "UploadRequest.kmsKey": "encrypt with this key, which is the location's `kmsKey`",
    "UploadRequest.expectedBucketOwner": "only if this account owns the bucket",
    "UploadRequest.expiresIn": f"how long the URLs shall hold: seconds, 1 to {LONGEST_URL}",
    "PartsRequest.from": "the first part",
    "PartsRequest.to": "the last part",
    "PartsRequest.checksums": "of each of these parts, where the upload has a `checksumAlgorithm`",
    "PartsRequest.expiresIn": f"how long the URLs shall hold: seconds, 1 to {LONGEST_URL}",
    "CompletionRequest.ifNoneMatch": "only if nothing has the key yet",
    "CompletionRequest.expiresIn": f"how long the URL shall hold: seconds, 1 to {LONGEST_URL}",
    "AbortRequest.expiresIn": f"how long the URL shall hold: seconds, 1 to {LONGEST_URL}",
    "ChangesRequest.version": "of the form of `vending.yaml`",
    "ChangesRequest.grants": "an absent list is left alone",
    "ChangesRequest.issuers": "an absent list is left alone",
    "ChangesRequest.locations": "an absent list is left alone",
    "ChangesRequest.revision": "refuse unless the table is still at this one",
    "ChangesRequest.dryRun": "answer with the changes and write nothing",
    "ChangesRequest.prune": "remove what the lists that are there do not name",
    "GrantBody.id": "the name of the grant, unique",
    "GrantBody.grantee": "whom it is for",
    "GrantBody.scope": "the keys that it opens",
    "GrantBody.permission": "what may be done with them",
    "GrantBody.maxDuration": "the longest session or URL; below 15 minutes it gives URLs only",
    "GrantBody.expires": "the end of the grant, and of what it gave",
    "GrantBody.sourceIp": "from where what it gave may be used",
    "GrantBody.maxObjectSize": (
        "the most bytes that an upload may have; writing then goes by presigned URLs alone"
    ),
    "GrantBody.contentTypes": (
        "as what uploads may be stored; writing then goes by presigned URLs alone"
    ),
    "GrantBody.activeContent": "whether `responseContentType` may be a type that browsers run",
    "GrantBody.versions": "whether `versionId` may name a version: `s3:GetObjectVersion`",
    "GrantBody.vpcEndpoint": "through which VPC endpoint of S3 what it gave may be used",
    "GrantBody.rateLimit": "what each of its callers gets [in a minute](limits.md) under it",
    "RateLimitBody.requests": "requests that vend: credentials, URLs, anything of an upload",
    "RateLimitBody.urls": "presigned URLs, of parts and ends of uploads too",
    "IssuerBody.issuer": "exactly as `iss` in its tokens",
    "IssuerBody.audience": "`aud` of the tokens has one of these, exactly",
    "IssuerBody.subjectClaim": "which claim is the subject",
    "IssuerBody.claims": "the only claims that grants may use",
    "IssuerBody.algorithms": "with which its tokens may be signed",
    "IssuerBody.maxTokenLifetime": "from `iat` to `exp`",
    "IssuerBody.jwks": "its public keys, where they cannot be asked from the issuer",
    "GranteeBody.issuer": "outside AWS: who vouches for the grantee",
    "GranteeBody.subject": "the subject, compared exactly",
    "GranteeBody.claims": "every one of these claims; in a list one member is enough",
    "GranteeBody.iam": "in AWS; a path in the ARN is dropped: names are unique without it",
    "GranteeBody.uniqueId": "pins this very role or user, not a later one of its name",
    "LocationBody.scope": "the bucket",
    "LocationBody.region": "where it is",
    "LocationBody.account": "who owns it, where that is not the account of the stack",
    "LocationBody.kmsKey": "the key that encrypts it",
    "LocationBody.role": (
        "the role that is lent for it, where that is not `AllowedAssumeS3Role`; one of the stack's "
        "`AssumableRoleArns`"
    ),
    "LocationBody.externalId": "what that role asks for as `sts:ExternalId`",
    "LocationBody.vpcEndpoint": "the VPC endpoint of S3 through which alone it may be reached",
}
