"""What each member of a body means, in the words of ``docs/reference.md``."""

from vending.sessions.durations import LONGEST, LONGEST_URL, SHORTEST
from vending.uploads import upload

MEANINGS = {
    "ShareRequest.target": "what the link opens; for uploads a prefix",
    "ShareRequest.kind": "`download` needs READ, `upload` needs WRITE",
    "ShareRequest.expiresIn": "how long the link works, at most the grant's `maxShare`",
    "ShareRequest.maxUses": "files that it gives or takes; without it any number",
    "ShareRequest.password": "which it asks for; at most 128 bytes",
    "ShareRequest.from": "who sends it; the page shows it",
    "ShareRequest.label": "what it is; the page shows it",
    "ShareRequest.fileName": "the name under which one file is saved; absent: from its key",
    "ShareRequest.maxSize": "bytes of all uploads together; without it any number",
    "ShareRequest.contentTypes": "the types of uploads; those of the grant limit it too",
    "Asking.do": "what the script of a page asks for",
    "Asking.ticket": "from the page, where the share has a password",
    "Asking.name": "the file's name",
    "Asking.size": "the file's bytes, exactly",
    "Asking.type": "the file's content type",
    "Asking.plan": "the id with which the plan was answered",
    "PutRequest.sha256": "the bytes' checksum, which S3 verifies",
    "PlanRequest.checksums": "whether each part will come with its SHA-256",
    "SharePartsRequest.from": "the first part",
    "SharePartsRequest.to": "the last part",
    "SharePartsRequest.checksums": "one for each part, if the plan says so",
    "GrantBody.sharing": "whether callers may make [links](shares.md) to these keys",
    "GrantBody.maxShare": "how long a link lives at most; absent: 7 days",
    "GrantBody.ownerSeen": (
        "how long a link works without a request of its owner, then it rests; absent: 7 days, at "
        "most 30 days where the grantee or the scope has claims"
    ),
    "ReachRequest.target": "the keys: every answer is about some of them; give this, `as` or both",
    "ReachRequest.permission": "what callers can do with the keys",
    "ReachRequest.as": "only what these callers reach; whatever is not given may be anything",
    "ReachRequest.at": "a time in the past, as far back as the [history](reach.md) is kept",
    "ExplanationRequest.as": "the caller who would send the request: one role, user or subject",
    "CallerBody.iam": "a role or user; for reach also an account",
    "CallerBody.uniqueId": "IAM's id of the role or user",
    "CallerBody.issuer": "the issuer of the caller's token, as in `issuers`",
    "CallerBody.subject": "the subject of the token",
    "CallerBody.claims": "claims of the token, by their names in the issuer's entry",
    "RevocationRequest.caller": "a role, a user, a subject, or the holders of claims: all sessions",
    "RevocationRequest.sessionId": "one session, and the URLs that it signed",
    "RevocationRequest.vendId": "the session of this vend; the answer lists all its vends",
    "RevocationRequest.grantId": "everything that was vended under this grant",
    "RevocationRequest.all": "every caller",
    "RevocationRequest.kind": (
        "`sessions`: ends what was vended until now; `block`: also refuses new vends until lifted"
    ),
    "RevocationRequest.reason": "why; for people who read the list",
    "RevokedCaller.iam": "the ARN of the role or user",
    "RevokedCaller.issuer": "the issuer of a caller from outside AWS",
    "RevokedCaller.subject": "the caller's subject there",
    "RevokedCaller.claims": (
        "everybody of the issuer whose token has all of these; without them and without a "
        "`subject`, everybody of the issuer"
    ),
    "CredentialsRequest.target": "what the credentials open; give this or `targets`",
    "CredentialsRequest.targets": (
        "several targets, each with the request's permission or one of its own; up to three grants "
        "in up to three buckets may [cover them together](limits.md#several-grants-in-one-session)"
    ),
    "CredentialsRequest.permission": (
        "what the credentials allow; required unless each of `targets` has its own"
    ),
    "CredentialsRequest.privilege": "`Minimal`: the targets; `Default`: each grant's whole scope",
    "TargetPermission.target": "what the credentials open",
    "TargetPermission.permission": "what they allow there",
    "CredentialsRequest.durationSeconds": (
        f"seconds, {SHORTEST} to {LONGEST}; absent: the longest that the grant allows"
    ),
    "UrlsRequest.expiresIn": f"how long the URLs are valid: seconds, 1 to {LONGEST_URL}",
    "UrlsRequest.requests": "one URL for each, in this order; all or none",
    "ListingUrl.method": "needs READ",
    "ListingUrl.target": "the prefix whose keys the URL lists",
    "ListingUrl.delimiter": "groups the keys below it, such as `/`, as S3 does",
    "ListingUrl.startAfter": "the key after which the list starts",
    "ListingUrl.continuationToken": "the `NextContinuationToken` of S3's previous answer",
    "ListingUrl.maxKeys": "how many keys S3 answers with, at most",
    "ReadingUrl.method": "needs READ",
    "UploadUrl.method": "needs WRITE",
    "DeletionUrl.method": "needs WRITE",
    "FormUrl.method": "needs WRITE; an upload form for browsers, whose `fields` are in the answer",
    "ReadingUrl.target": "the key that the URL is for",
    "UploadUrl.target": "the key that the URL is for",
    "DeletionUrl.target": "the key that the URL is for",
    "FormUrl.target": "the key, or a prefix under which the form chooses the key",
    "Reading.responseContentDisposition": "the `Content-Disposition` of S3's answer",
    "Reading.responseContentType": (
        "the `Content-Type` of S3's answer; a type that browsers run needs `activeContent` in the "
        "grant"
    ),
    "Reading.checksumMode": (
        "S3's answer has the object's checksum; the client must send the header in `headers`"
    ),
    "ReadingUrl.partNumber": (
        "read one part of an object that was uploaded in parts; with `checksumMode`, the checksum "
        "is the part's"
    ),
    "ReadingUrl.versionId": "the object version to read; needs `versions` in the grant",
    "Uploading.contentType": "the object's `Content-Type`; the client must send the same header",
    "Uploading.contentLength": "the object's exact size in bytes",
    "Uploading.ifNoneMatch": "`*`: upload only if no object has this key yet",
    "Uploading.kmsKey": "encrypt with this KMS key; it must be the location's `kmsKey`",
    "Uploading.expectedBucketOwner": "S3 accepts the upload only if this account owns the bucket",
    "UploadUrl.checksumSha256": "the bytes' checksum, which S3 verifies; at most one checksum",
    "UploadUrl.checksumCrc32c": "as `checksumSha256`",
    "UploadUrl.checksumCrc64nvme": "as `checksumSha256`",
    "ObjectMembers.serverSideEncryption": (
        "encrypt with S3's own keys; not where the location has a `kmsKey`"
    ),
    "ObjectMembers.cacheControl": "the object's `Cache-Control`; if the grant allows it",
    "ObjectMembers.contentDisposition": "the object's `Content-Disposition`",
    "ObjectMembers.contentEncoding": "the object's `Content-Encoding`",
    "ObjectMembers.metadata": "the object's `x-amz-meta-` headers; if the grant allows them",
    "ObjectMembers.storageClass": "one of the grant's `storageClasses`",
    "ObjectMembers.tags": "the object's tags; if the grant has `tagging`",
    "FormUrl.successActionStatus": "the status of S3's answer; 204 by default",
    "FormUrl.successActionRedirect": (
        "where S3 sends the browser after the upload: below one of the grant's `redirects`"
    ),
    "FormUrl.contentType": "the object's `Content-Type`",
    "FormUrl.contentLengthRange": (
        "least and most bytes; absent: from 0 to the grant's `maxObjectSize`, or to S3's limit"
    ),
    "FormUrl.kmsKey": "encrypt with this KMS key; it must be the location's `kmsKey`",
    "Compact.format": "the [compact form](uploads.md#many-urls-at-once)",
    "Compact.prefix": "the start of every key",
    "Compact.keys": "the rest of each key, after the prefix",
    "Compact.expiresIn": f"how long the URLs are valid: seconds, 1 to {LONGEST_URL}",
    "CompactReading.method": "needs READ",
    "CompactUpload.method": "needs WRITE",
    "CompactDeletion.method": "needs WRITE",
    "UploadRequest.target": "the key to upload to",
    "UploadRequest.size": "bytes of the whole object; each part's URL then fixes its length",
    "UploadRequest.parts": "the number of parts, if the size is not known yet",
    "UploadRequest.partSize": (
        f"bytes of each part except the last; absent: {upload.USUAL_PART_BYTES:,}, or more if the "
        "size needs it"
    ),
    "UploadRequest.checksumAlgorithm": "if given, signing a part needs that part's checksum",
    "UploadRequest.contentType": "the object's `Content-Type`",
    "UploadRequest.kmsKey": "encrypt with this KMS key; it must be the location's `kmsKey`",
    "UploadRequest.expectedBucketOwner": "S3 starts it only if this account owns the bucket",
    "UploadRequest.expiresIn": f"how long the URLs are valid: seconds, 1 to {LONGEST_URL}",
    "PartsRequest.from": "the first part",
    "PartsRequest.to": "the last part",
    "PartsRequest.checksums": "one for each part, if the upload has a `checksumAlgorithm`",
    "PartsRequest.expiresIn": f"how long the URLs are valid: seconds, 1 to {LONGEST_URL}",
    "CompletionRequest.ifNoneMatch": "`*`: upload only if no object has this key yet",
    "CompletionRequest.expiresIn": f"how long the URL is valid: seconds, 1 to {LONGEST_URL}",
    "AbortRequest.expiresIn": f"how long the URL is valid: seconds, 1 to {LONGEST_URL}",
    "StagedRequest.version": "the format version of `vending.yaml`",
    "StagedRequest.digest": (
        "the SHA-256 of the SHA-256s of the parts' bodies, each as hexadecimal text, joined in the "
        "order of their numbers"
    ),
    "StagedRequest.entries": "how many entries each list of the document has",
    "StagedRequest.parts": "in how many parts the document comes",
    "StagedRequest.revision": "refuse the changes unless this is still the table's revision",
    "StagedRequest.owner": "as in [ChangesRequest](#changesrequest)",
    "StagedRequest.prune": "remove entries that the given lists do not name",
    "EntriesBody.grants": "absent: the document does not have the list",
    "EntriesBody.issuers": "absent: the document does not have the list",
    "EntriesBody.locations": "absent: the document does not have the list",
    "EntriesBody.tests": "absent: the document does not have the list",
    "PartRequest.grants": "alone in a part",
    "PartRequest.issuers": "in a part without grants",
    "PartRequest.locations": "in a part without grants",
    "PartRequest.tests": "in a part without grants",
    "CommitRequest.dryRun": "check the document and write nothing",
    "CommitRequest.revision": "refuse to go on unless this is still the table's revision",
    "ChangesRequest.version": "the format version of `vending.yaml`",
    "ChangesRequest.grants": "if the list is absent, nothing in it changes",
    "ChangesRequest.issuers": "if the list is absent, nothing in it changes",
    "ChangesRequest.locations": "if the list is absent, nothing in it changes",
    "ChangesRequest.tests": "if the list is absent, nothing in it changes",
    "ChangesRequest.revision": "refuse the changes unless this is still the table's revision",
    "ChangesRequest.owner": (
        "limit the request to entries with this `owner`: entries of others are refused in the "
        "document, and neither changed nor removed"
    ),
    "ChangesRequest.dryRun": "return the changes and write nothing",
    "ChangesRequest.prune": "remove entries that the given lists do not name",
    "GrantBody.id": "the grant's unique name",
    "GrantBody.owner": (
        "the team that looks after the grant; its callers see it, so that they know whom to ask"
    ),
    "GrantBody.description": "what the grant is for; its callers see it, so write nothing secret",
    "GrantBody.grantee": "whom the grant is for",
    "GrantBody.scope": "the keys that the grant opens",
    "GrantBody.permission": "what the grant allows with these keys",
    "GrantBody.maxDuration": "the longest session or URL; a grant below 15 minutes gives URLs only",
    "GrantBody.expires": "when the grant ends, and with it everything vended under it",
    "GrantBody.sourceIp": "the addresses from which its credentials and URLs work",
    "GrantBody.maxObjectSize": (
        "the largest upload in bytes; writing is then possible only with presigned URLs"
    ),
    "GrantBody.contentTypes": (
        "the content types of uploads; writing is then possible only with presigned URLs"
    ),
    "GrantBody.activeContent": "whether `responseContentType` may be a type that browsers run",
    "GrantBody.objectHeaders": "the members of uploads that its URLs and forms may set",
    "GrantBody.storageClasses": "the storage classes that its URLs and forms may set",
    "GrantBody.tagging": (
        "whether its URLs and forms may set tags, and its credentials read them: "
        "`s3:PutObjectTagging`, `s3:GetObjectTagging`"
    ),
    "GrantBody.redirects": "the origins to which its forms may lead after an upload",
    "GrantBody.versions": "whether `versionId` may name a version: `s3:GetObjectVersion`",
    "GrantBody.vpcEndpoint": "the VPC endpoint of S3 through which its credentials and URLs work",
    "GrantBody.rateLimit": "how much each caller gets [in a minute](limits.md) under this grant",
    "RateLimitBody.requests": "requests that vend credentials or URLs, for uploads too",
    "RateLimitBody.urls": "presigned URLs, those of uploads too",
    "IssuerBody.issuer": "its URL, exactly as `iss` in its tokens; `http:` only with `jwks`",
    "IssuerBody.owner": "the team that looks after the entry; only administrators see it",
    "IssuerBody.description": "what the issuer is for; only administrators see it",
    "IssuerBody.audience": (
        "a token's `aud` must contain one of these, exactly; never the audience of AWS STS, of a "
        "cluster's API server, of another cloud's token exchange, or of the issuer itself"
    ),
    "IssuerBody.subjectClaim": "the claim that names the subject",
    "IssuerBody.claims": "the only claims that grants may use",
    "IssuerBody.algorithms": "the algorithms that may sign its tokens",
    "IssuerBody.maxTokenLifetime": "the longest time from `iat` to `exp`",
    "IssuerBody.jwks": "its public keys, if the service cannot fetch them from the issuer",
    "IssuerBody.tenantClaims": (
        "those of `claims` that each pin one tenant of an issuer that many share; a grant without "
        "a `subject` has one of them"
    ),
    "IssuerBody.callerClaims": (
        "those of `claims` that make a caller, for rate limits and in the audit record; a token "
        "without one of them is refused. Default: the subject makes a caller"
    ),
    "GrantBody.acknowledge": (
        "[warnings](cli.md#warnings) of this entry that `plan` does not show again, by their "
        "codes, each with a reason; not stored"
    ),
    "IssuerBody.acknowledge": "the same as in a grant",
    "ExpectationBody.acknowledge": "the same as in a grant",
    "IssuerBody.audienceClaim": (
        "`client_id`: its tokens are access tokens of Cognito, which have `token_use: access` and "
        "no `aud`; `client_id` is one of `audience` instead. Others are refused"
    ),
    "IssuerBody.emailVerified": (
        '`text`: its tokens write `email_verified` as `"true"` or `"false"`; grants say `true` or '
        "`false`"
    ),
    "IssuerBody.tenancy": (
        "`own`: the issuer signs tokens for you alone, so that its grants may have any claim; "
        "refused for services that are known to be shared"
    ),
    "GranteeBody.issuer": "for grantees outside AWS: the issuer of their tokens",
    "GranteeBody.subject": "the subject, compared exactly",
    "GranteeBody.claims": (
        "every claim must match; if a token's claim is a list, one matching entry is enough"
    ),
    "GranteeBody.iam": (
        "for grantees in AWS; a path in the ARN is ignored, since names are unique without it"
    ),
    "GranteeBody.uniqueId": "pins this role or user; a later one of the same name does not match",
    "ExpectationBody.id": "the test's unique name",
    "ExpectationBody.owner": "the team that looks after the entry; only administrators see it",
    "ExpectationBody.description": "what the test is for; only administrators see it",
    "ExpectationBody.as": "callers; goes with `reaches`, `refused` or both",
    "ExpectationBody.reaches": "each of these callers reaches all of these keys",
    "ExpectationBody.refused": "none of these callers reaches any of these keys",
    "ExpectationBody.disjoint": (
        "no two callers with different values of this reach the same key; goes with `within`"
    ),
    "ExpectationBody.within": "the keys of which `disjoint` has to be true",
    "ExpectationBody.scope": "keys; goes with `onlyReachedBy`",
    "ExpectationBody.onlyReachedBy": (
        "nobody but these grantees reaches any of the keys of `scope`; empty: nobody"
    ),
    "ExpectedCallersBody.iam": "a role, a user, or every role and user of an account",
    "ExpectedCallersBody.uniqueId": "only this role or user, not a later one of the same name",
    "ExpectedCallersBody.issuer": "callers of this issuer",
    "ExpectedCallersBody.subject": "the subject; if it is absent, any subject",
    "ExpectedCallersBody.claims": (
        "each claim is exactly as here; any other may be anything, and `reaches` needs none"
    ),
    "AccessBody.READ": "keys, with the permission READ",
    "AccessBody.WRITE": "keys, with the permission WRITE",
    "LocationBody.scope": "the bucket",
    "LocationBody.owner": "the team that looks after the entry; only administrators see it",
    "LocationBody.description": "what the bucket is for; only administrators see it",
    "LocationBody.region": "the bucket's region",
    "LocationBody.account": "the account that owns the bucket, if it is not the stack's",
    "LocationBody.kmsKey": "the KMS key that encrypts the bucket",
    "LocationBody.role": (
        "the role to assume for this bucket, if it is not `AllowedAssumeS3Role`; one of the "
        "stack's `AssumableRoleArns`"
    ),
    "LocationBody.externalId": "the `sts:ExternalId` that this role requires",
    "LocationBody.vpcEndpoint": "the only VPC endpoint of S3 that can reach the bucket",
}
