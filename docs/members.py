"""What ``docs/reference.py`` says of routes and of the members of bodies."""

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeAliasType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from vending import content_fields, fields, issuer, oidc_fields, scope, upload
from vending.identity import VALUE_BYTES
from vending.session import LONGEST, LONGEST_URL, SHORTEST

VARIABLES = ", ".join(f"`${{{name}}}`" for name in (*scope.IAM_VARIABLES, "claim.NAME")) + (
    f", or several segments `${{claim.NAME{scope.PATH}}}`"
)
WORDS: list[tuple[object, str]] = [
    (
        fields.Target,
        (
            "`s3://bucket/key`, `s3://bucket/prefix/*`, `s3://bucket/*`, or `{bucket, key}`, "
            "`{bucket, prefix}`, always literal"
        ),
    ),
    (fields.KeyPrefix, "`s3://bucket/prefix/` or `{bucket, prefix}`"),
    (fields.KeyTarget, "one key: `s3://bucket/key` or `{bucket, key}`"),
    (fields.BucketScope, "`s3://bucket/*`"),
    (
        fields.GrantScope,
        (
            "`s3://bucket/*`, `s3://bucket/prefix/*` or `s3://bucket/key`; a whole path segment "
            f"may be a variable: {VARIABLES}"
        ),
    ),
    (fields.IamArn, "the ARN of a role or user, or the 12 digits of an account"),
    (fields.Seconds, "seconds, or text such as `15m`"),
    (oidc_fields.TokenLifetime, "seconds, or text such as `2h`"),
    (
        oidc_fields.IssuerUrl,
        f"`https://host/path`, at most {oidc_fields.ISSUER_CHARACTERS} characters",
    ),
    (oidc_fields.Audience, f"text, or a list of 1 to {oidc_fields.AUDIENCES}"),
    (oidc_fields.Subject, f"text of 1 to {VALUE_BYTES} bytes"),
    (
        oidc_fields.Claims,
        (
            f"a list of at most {oidc_fields.CLAIMS}: a name, or `{{name, path}}` with the "
            "members that lead to it"
        ),
    ),
    (
        oidc_fields.ClaimValues,
        "an object: each claim with text, a whole number, `true` or `false`",
    ),
    (
        oidc_fields.Algorithms,
        "a list of some of " + ", ".join(f"`{name}`" for name in issuer.ALGORITHMS),
    ),
    (oidc_fields.Jwks, f"a JWKS of at most {oidc_fields.JWKS_BYTES:,} bytes"),
    (fields.Time, "a time with its zone, such as `2027-01-01T00:00:00Z`"),
    (fields.SourceIp, f"`caller`, or 1 to {fields.ADDRESS_BLOCKS} CIDR blocks"),
    (content_fields.Size, "bytes, or text such as `100MiB`"),
    (content_fields.ContentTypes, f"1 to {content_fields.TYPES} types: `text/csv`, or `image/*`"),
    (content_fields.Lengths, f"`[least, most]`, from 0 to {content_fields.LARGEST_PUT:,}"),
    (str, "text"),
    (bool, "`true` or `false`"),
    (int, "a whole number"),
]
VENDED = ("vendId", "sessionId")
EXPLAINED = ("decision", "reason", "matchedGrantTargets", "limits")
PAGE = "query: `limit`, `nextToken`"
GRANT = (
    *("id", "grantee", "scope", "permission", "maxDuration?", "expires?", "sourceIp?"),
    *("maxObjectSize?", "contentTypes?", "activeContent?", "versions?"),
)
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
    "POST /admin/changes": (
        "makes what is granted equal to a document",
        "ChangesRequest",
        ("applied", "revision", "changes"),
    ),
}
MEANINGS = {
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


def model(body: type[BaseModel], title: str) -> Iterator[str]:
    """The members of one model."""
    yield f"### {body.__name__}"
    yield f"{title[0].upper()}{title[1:]}."
    hints = get_type_hints(body, include_extras=True)
    yield table(
        ("member", "takes", "if absent", "means"),
        [
            (
                f"`{member.alias}`",
                takes(hints[name]),
                absent(member),
                meaning(body, str(member.alias)),
            )
            for name, member in body.model_fields.items()
        ],
    )


def meaning(body: type[BaseModel], member: str) -> str:
    """What is said of the member, of the model's own or of one that it is made of."""
    names = [f"{one.__name__}.{member}" for one in body.__mro__]
    return MEANINGS[next((name for name in names if name in MEANINGS), names[0])]


def takes(hint: Any) -> str:
    """What a member takes, in words."""
    for known, words in WORDS:
        if hint == known:
            return words + bounds(hint)
    hint = named(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(takes(one) for one in arguments if one is not NoneType)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if isinstance(origin, TypeAliasType):
        return f"a list of: {takes(arguments[0])}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{one.value}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if origin is Annotated and arguments[0] is str:
        return told_by(hint)
    if origin is Annotated:
        return takes(arguments[0]) + bounds(hint)
    raise TypeError(f"docs/reference.py has no words for {hint}")


def named(hint: Any) -> Any:
    """What a plain alias stands for."""
    return hint.__value__ if isinstance(hint, TypeAliasType) else hint


def told_by(hint: Any) -> str:
    """What the member itself says to a value that it does not take."""
    try:
        TypeAdapter(hint).validate_python("")
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    raise TypeError(f"{hint} takes an empty text")


def bounds(hint: Any) -> str:
    """The bounds of a number or a list."""
    given = [
        limit
        for one in get_args(hint)
        for limit in (one.metadata if isinstance(one, FieldInfo) else [getattr(one, "func", one)])
    ]
    limits = {
        name: getattr(limit, name)
        for limit in given
        for name in ("ge", "le", "min_length", "max_length")
        if hasattr(limit, name)
    }
    low, high = (
        limits.get(a, limits.get(b)) for a, b in (("ge", "min_length"), ("le", "max_length"))
    )
    if low is None:
        return ""
    return f"; {low} or more" if high is None else f"; from {low} to {high}"


def absent(member: FieldInfo) -> str:
    """What happens without it."""
    if member.is_required():
        return "required"
    return "" if member.default is None else f"`{json.dumps(member.default)}`"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    heads = list(headings)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(one.replace('|', r'\|') for one in line)} |" for line in lines)
