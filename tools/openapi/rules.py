"""JSON Schemas of rules between members of a model."""

from typing import Any

from tools.openapi.known import PORT
from tools.openapi.shapes import Schema, none_of
from vending.callers import issuer_url
from vending.revocations import request

PRIVATE = "|".join(one.replace(".", r"\.") for one in issuer_url.PRIVATE_SUFFIXES)
CHECKSUMS = ("checksumSha256", "checksumCrc32c", "checksumCrc64nvme")


def has(member: str, **schema: Any) -> Schema:
    """Return the schema of an object whose ``member`` matches this schema."""
    return {"properties": {member: schema}, "required": [member]}


def having(*members: str) -> Schema:
    """Return the schema of an object with these members."""
    return {"required": list(members)}


def only_with(*permissions: str) -> Schema:
    """Return the schema of a grant with one of these permissions."""
    return has("permission", enum=list(permissions))


def where(condition: Schema, then: Schema) -> Schema:
    """Return a rule for values that fit ``condition``."""
    return {"if": condition, "then": then}


def naming(variable: str) -> Schema:
    """Return the schema of a grant whose scope has a variable that begins like this."""
    return has("scope", pattern=rf"\$\{{{variable}".replace(".", r"\."))


KINDS = (("as", "reaches", "refused"), ("disjoint", "within"), ("scope", "onlyReachedBy"))


def none_having(*kinds: int) -> Schema:
    """Return the schema of a test without members of these kinds (1 to 3)."""
    return {"not": {"anyOf": [having(one) for kind in kinds for one in KINDS[kind - 1]]}}


IN_IAM = has("grantee", type="object", required=["iam"])
TO_ACCOUNT = has("grantee", **has("iam", pattern="^[0-9]{12}$"))
READS, WRITES = only_with("READ", "READWRITE"), only_with("WRITE", "READWRITE")
FOR_TARGETS: Schema = {
    "oneOf": [having("target"), having("targets")],
    "anyOf": [
        having("permission"),
        has("targets", type="array", items=having("target", "permission")),
    ],
}
RULES: dict[str, Schema] = {
    "RevocationRequest": {
        "oneOf": [having(one) for one in request.MEMBERS],
        "allOf": [
            where({"anyOf": [having("sessionId"), having("vendId")]}, has("kind", const="sessions"))
        ],
    },
    "RevokedCaller": {
        "oneOf": [having("iam"), having("issuer")],
        "dependentRequired": {"subject": ["issuer"], "claims": ["issuer"]},
        "not": having("subject", "claims"),
    },
    "CredentialsRequest": FOR_TARGETS,
    "ExplanationRequest": FOR_TARGETS,
    "ReachRequest": {"anyOf": [having("target"), having("as")]},
    "CallerBody": {
        "oneOf": [having("iam"), having("issuer")],
        "dependentRequired": {"subject": ["issuer"], "claims": ["issuer"]},
        "dependentSchemas": {"uniqueId": has("iam", pattern="^arn:")},
    },
    "ShareRequest": {
        "allOf": [
            where(
                {"anyOf": [having("maxSize"), having("contentTypes")]}, has("kind", const="upload")
            ),
            where(having("fileName"), has("kind", const="download")),
        ],
    },
    "UploadUrl": {
        "not": {
            "anyOf": [
                having(one, other)
                for place, one in enumerate(CHECKSUMS)
                for other in CHECKSUMS[place + 1 :]
            ]
        }
    },
    "UploadRequest": {
        "oneOf": [having("size"), having("parts")],
        "dependentRequired": {"partSize": ["size"]},
    },
    "LocationBody": {"dependentRequired": {"externalId": ["role"]}},
    "GranteeBody": {
        "oneOf": [
            {**having("iam"), "not": {"anyOf": [having("subject"), having("claims")]}},
            {
                **having("issuer"),
                "anyOf": [having("subject"), having("claims")],
                "not": {"anyOf": [having("iam"), having("uniqueId")]},
            },
        ],
        "dependentSchemas": {
            "uniqueId": {
                "anyOf": [
                    {
                        "properties": {
                            "iam": {"pattern": f":{kind}/"},
                            "uniqueId": {"pattern": f"^{letters}"},
                        }
                    }
                    for kind, letters in (("role", "AROA"), ("user", "AIDA"))
                ]
            }
        },
    },
    "FormUrl": {"not": having("successActionStatus", "successActionRedirect")},
    "GrantBody": {
        "dependentSchemas": dict.fromkeys(
            ("maxObjectSize", "contentTypes", "objectHeaders", "storageClasses", "redirects"),
            WRITES,
        ),
        "not": having("sourceIp", "vpcEndpoint"),
        "allOf": [
            where(has("activeContent", const=True), READS),
            where(has("versions", const=True), READS),
            where({"anyOf": [having("maxShare"), having("ownerSeen")]}, has("sharing", const=True)),
            where(has("sharing", const=True), {"not": having("vpcEndpoint")}),
            where(IN_IAM, {"not": naming("claim.")}),
            where({"not": IN_IAM}, {"not": naming("caller.")}),
            where(
                {"allOf": [TO_ACCOUNT, naming("caller.name}")]},
                naming("caller.kind}"),
            ),
        ],
    },
    "ExpectedCallersBody": {
        "oneOf": [
            {**having("iam"), "not": {"anyOf": [having("subject"), having("claims")]}},
            {**having("issuer"), "not": {"anyOf": [having("iam"), having("uniqueId")]}},
        ],
        "dependentSchemas": {"uniqueId": has("iam", pattern="^arn:")},
    },
    "AccessBody": {"anyOf": [having("READ"), having("WRITE")]},
    "ExpectationBody": {
        "oneOf": [
            {**having("as"), "anyOf": [having("reaches"), having("refused")], **none_having(2, 3)},
            {**having("disjoint", "within"), **none_having(1, 3)},
            {**having("scope", "onlyReachedBy"), **none_having(1, 2)},
        ]
    },
    "RateLimitBody": {"anyOf": [having("requests"), having("urls")]},
    "IssuerBody": {
        "not": having("tenancy", "tenantClaims"),
        "anyOf": [
            having("jwks"),
            has("issuer", pattern="^http://"),
            has(
                "issuer",
                pattern=rf"^https://[a-z0-9.-]+\.[a-z][a-z0-9-]*{PORT}(?:/|$)",
                **none_of(rf"^https://[^/:]+(?:{PRIVATE}){PORT}(?:/|$)"),
            ),
        ],
    },
}
