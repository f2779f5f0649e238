"""JSON Schemas of members that the code parses with its own functions."""

import re

from tools.openapi.shapes import CONTROL, Schema, matching, none_of, ref
from vending import described
from vending.bodies import (
    content_fields,
    described_fields,
    fields,
    header_values,
    issuer_fields,
    token_fields,
)
from vending.bodies.fields import ADDRESS_BLOCKS
from vending.callers import issuer
from vending.callers.grantee_keys import LARGEST, VALUE_BYTES
from vending.documents import acknowledgement, expectation, sharing_fields
from vending.grants import scope, sharing
from vending.questions import caller
from vending.revocations import request
from vending.urls import listing, object_members

PORT = r"(?::[0-9]{1,5})?"
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
PLAIN: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": VALUE_BYTES,
    "pattern": f"^[^{CONTROL}]+$",
}
CLAIM_NAME = matching(scope.CLAIM_NAME) | none_of(f"{scope.PATH}$")
CLAIM = {
    "anyOf": [
        CLAIM_NAME,
        {
            "type": "object",
            "properties": {
                "name": CLAIM_NAME,
                "path": {
                    "type": "array",
                    "items": PLAIN,
                    "minItems": 1,
                    "maxItems": token_fields.DEPTH,
                },
            },
            "required": ["name", "path"],
            "additionalProperties": False,
        },
    ]
}

CLAIM_VALUE: Schema = {
    "anyOf": [
        PLAIN,
        {
            "type": "integer",
            "exclusiveMinimum": -LARGEST,
            "exclusiveMaximum": LARGEST,
        },
        {"type": "boolean"},
    ]
}
VARIABLE_NAME = "|".join(
    [*(re.escape(one) for one in scope.IAM_VARIABLES), rf"claim\.{scope.CLAIM_NAME}"]
)


def claims_of(*values: Schema) -> Schema:
    """Return the schema of claims, each with one of these values."""
    return {
        "type": "object",
        "propertyNames": CLAIM_NAME,
        "additionalProperties": values[0] if len(values) == 1 else {"anyOf": list(values)},
        "minProperties": 1,
        "maxProperties": issuer_fields.CLAIMS,
    }


def whole_or(least: int, most: int, pattern: str) -> Schema:
    """Return the schema of a number, or of text with a unit."""
    number = {"type": "integer", "minimum": least, "maximum": most}
    return {"anyOf": [number, matching(pattern)]}


def shown(most: int) -> Schema:
    """Return the schema of text that an opener of a link is shown."""
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": most,
        "pattern": rf"^(?!\s)[^{described_fields.HIDDEN}]+(?<!\s)$",
    }


SPAN = "[1-9][0-9]{0,6}(?:s|m|h|d)"
DURATION, SIZE = "[1-9][0-9]{0,4}(?:s|m|h)", "[1-9][0-9]{0,15}(?:B|KiB|MiB|GiB|TiB)"
TOKEN = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"  # noqa: S105 - a token of RFC 9110, not a secret
LENGTH = {"type": "integer", "minimum": 0, "maximum": content_fields.LARGEST_PUT}
KNOWN: list[tuple[object, Schema]] = [
    *((getattr(fields, name), ref(name)) for name in ("Target", "KeyTarget", "KeyPrefix")),
    *((getattr(fields, name), ref(name)) for name in ("BucketScope", "GrantScope")),
    (listing.PrefixTarget, ref("PrefixTarget")),
    (listing.StartAfter, ref("Key")),
    (
        fields.IamArn,
        matching(
            "[0-9]{12}|arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/"
            "(?:[!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}"
        ),
    ),
    (
        request.PrincipalArn,
        matching(
            "arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/(?:[!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}"
        ),
    ),
    (
        described_fields.Description,
        {
            "type": "string",
            "maxLength": described.DESCRIPTION,
            "pattern": rf"^(?!\s)[^{described_fields.HIDDEN}]+(?<!\s)$",
        },
    ),
    (fields.Version, {"type": "integer", "const": 1}),
    (fields.Seconds, whole_or(1, 3600, DURATION)),
    (fields.Time, {"type": "string", "format": "date-time"}),
    (
        fields.SourceIp,
        {
            "anyOf": [
                {"const": "caller"},
                {
                    "type": "array",
                    "items": matching("[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?"),
                    "minItems": 1,
                    "maxItems": ADDRESS_BLOCKS,
                },
            ]
        },
    ),
    (
        sharing_fields.ShareSeconds,
        whole_or(sharing.SHORTEST, sharing.LONGEST, SPAN),
    ),
    (sharing_fields.SeenSeconds, whole_or(sharing.SEEN_LEAST, sharing.LONGEST, SPAN)),
    (sharing_fields.Label, shown(sharing_fields.LABEL)),
    (sharing_fields.Sender, shown(sharing_fields.SENDER)),
    (sharing_fields.FileName, shown(sharing_fields.FILE_NAME)),
    (
        sharing_fields.Password,
        {"type": "string", "minLength": 1, "maxLength": sharing_fields.PASSWORD_BYTES},
    ),
    (token_fields.TokenLifetime, whole_or(1, token_fields.LONGEST_LIFETIME, DURATION)),
    (
        issuer_fields.IssuerUrl,
        matching(rf"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?{PORT}(?:/[A-Za-z0-9._/:=-]*)?")
        | {"maxLength": issuer_fields.ISSUER_CHARACTERS},
    ),
    (
        token_fields.Audience,
        {
            "anyOf": [
                PLAIN,
                {
                    "type": "array",
                    "items": PLAIN,
                    "minItems": 1,
                    "maxItems": token_fields.AUDIENCES,
                },
            ]
        },
    ),
    (issuer_fields.Subject, PLAIN),
    (
        token_fields.Claims,
        {"type": "array", "items": CLAIM, "maxItems": issuer_fields.CLAIMS, "uniqueItems": True},
    ),
    (
        token_fields.ClaimNames,
        {"type": "array", "items": CLAIM_NAME, "minItems": 1, "maxItems": issuer_fields.CLAIMS},
    ),
    (
        acknowledgement.Acknowledged,
        {
            "type": "object",
            "propertyNames": {"enum": list(acknowledgement.CODES)},
            "additionalProperties": PLAIN,
            "minProperties": 1,
        },
    ),
    (issuer_fields.ClaimValues, claims_of(CLAIM_VALUE)),
    (
        caller.CallerClaims,
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [SCALAR, {"type": "array", "items": SCALAR}],
            },
            "maxProperties": issuer_fields.CLAIMS,
        },
    ),
    (
        issuer_fields.ExactClaims,
        claims_of(
            CLAIM_VALUE, {"type": "array", "items": CLAIM_VALUE, "maxItems": issuer_fields.CLAIMS}
        ),
    ),
    (expectation.LiteralKeys, ref("LiteralKeys")),
    (
        expectation.Targets,
        {
            "anyOf": [
                ref("LiteralKeys"),
                {
                    "type": "array",
                    "items": ref("LiteralKeys"),
                    "minItems": 1,
                    "maxItems": expectation.TARGETS,
                },
            ]
        },
    ),
    (expectation.VariableName, matching(VARIABLE_NAME) | none_of(f"{scope.PATH}$")),
    (
        token_fields.Algorithms,
        {
            "type": "array",
            "items": {"type": "string", "enum": list(issuer.ALGORITHMS)},
            "minItems": 1,
        },
    ),
    (
        token_fields.Jwks,
        {
            "type": "object",
            "properties": {
                "keys": {
                    "type": "array",
                    "items": {
                        "not": {
                            "type": "object",
                            "anyOf": [{"required": [one]} for one in sorted(token_fields.SECRET)],
                        }
                    },
                }
            },
            "required": ["keys"],
        },
    ),
    (content_fields.Size, whole_or(1, content_fields.LARGEST, SIZE)),
    (
        content_fields.ContentType,
        matching(header_values.TYPE + header_values.PARAMETER_PATTERN)
        | {"maxLength": header_values.TYPE_CHARACTERS},
    ),
    (
        content_fields.Disposition,
        matching(f"({header_values.DISPOSITION}){header_values.PARAMETER_PATTERN}")
        | {"maxLength": header_values.DISPOSITION_CHARACTERS},
    ),
    (
        content_fields.ContentTypes,
        {
            "type": "array",
            "items": matching(rf"{TOKEN}/{TOKEN}|[A-Za-z]{{1,20}}/\*"),
            "minItems": 1,
            "maxItems": content_fields.TYPES,
        },
    ),
    (
        object_members.Tags,
        {
            "type": "object",
            "propertyNames": matching(object_members.TAG_NAME),
            "additionalProperties": matching(object_members.TAG_VALUE),
            "minProperties": 1,
            "maxProperties": object_members.TAGS,
        },
    ),
    (
        object_members.Metadata,
        {
            "type": "object",
            "propertyNames": matching(object_members.META_NAME),
            "additionalProperties": matching(object_members.META_VALUE),
            "minProperties": 1,
            "maxProperties": object_members.METADATA,
        },
    ),
    (
        content_fields.Lengths,
        {"type": "array", "items": LENGTH, "minItems": 2, "maxItems": 2},
    ),
    (str, {"type": "string"}),
    (bool, {"type": "boolean"}),
    (int, {"type": "integer"}),
]
