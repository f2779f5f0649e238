"""Members that the code reads with functions of its own, as JSON Schema."""

from docs.openapi.shapes import CONTROL, Schema, matching, none_of, ref
from vending import content_fields, fields, issuer, oidc_fields, revocation_requests, scope
from vending.fields import ADDRESS_BLOCKS
from vending.identity import VALUE_BYTES

PORT = r"(?::[0-9]{1,5})?"
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
                    "maxItems": oidc_fields.DEPTH,
                },
            },
            "required": ["name", "path"],
            "additionalProperties": False,
        },
    ]
}


def whole_or(least: int, most: int, pattern: str) -> Schema:
    """A number, or text with its unit."""
    number = {"type": "integer", "minimum": least, "maximum": most}
    return {"anyOf": [number, matching(pattern)]}


DURATION, SIZE = "[1-9][0-9]{0,4}(?:s|m|h)", "[1-9][0-9]{0,15}(?:B|KiB|MiB|GiB|TiB)"
TOKEN = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}"  # noqa: S105 - of RFC 9110, no secret
LENGTH = {"type": "integer", "minimum": 0, "maximum": content_fields.LARGEST_PUT}
KNOWN: list[tuple[object, Schema]] = [
    *((getattr(fields, name), ref(name)) for name in ("Target", "KeyTarget", "KeyPrefix")),
    *((getattr(fields, name), ref(name)) for name in ("BucketScope", "GrantScope")),
    (
        fields.IamArn,
        matching(
            "[0-9]{12}|arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/"
            "(?:[!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}"
        ),
    ),
    (
        revocation_requests.PrincipalArn,
        matching(
            "arn:aws(?:-[a-z]+)*:iam::[0-9]{12}:(?:role|user)/(?:[!-~]*/)?[A-Za-z0-9_+=,.@-]{1,64}"
        ),
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
    (oidc_fields.TokenLifetime, whole_or(1, oidc_fields.LONGEST_LIFETIME, DURATION)),
    (
        oidc_fields.IssuerUrl,
        matching(
            rf"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?{PORT}(?:/[A-Za-z0-9._/:=-]*)?"
            r"|http://127\.0\.0\.1:[0-9]{1,5}(?:/[A-Za-z0-9._/-]*)?"
        )
        | {"maxLength": oidc_fields.ISSUER_CHARACTERS},
    ),
    (
        oidc_fields.Audience,
        {
            "anyOf": [
                PLAIN,
                {
                    "type": "array",
                    "items": PLAIN,
                    "minItems": 1,
                    "maxItems": oidc_fields.AUDIENCES,
                },
            ]
        },
    ),
    (oidc_fields.Subject, PLAIN),
    (
        oidc_fields.Claims,
        {"type": "array", "items": CLAIM, "maxItems": oidc_fields.CLAIMS, "uniqueItems": True},
    ),
    (
        oidc_fields.ClaimValues,
        {
            "type": "object",
            "propertyNames": CLAIM_NAME,
            "additionalProperties": {
                "anyOf": [
                    PLAIN,
                    {
                        "type": "integer",
                        "exclusiveMinimum": -issuer.LARGEST,
                        "exclusiveMaximum": issuer.LARGEST,
                    },
                    {"type": "boolean"},
                ]
            },
            "minProperties": 1,
            "maxProperties": oidc_fields.CLAIMS,
        },
    ),
    (
        oidc_fields.Algorithms,
        {
            "type": "array",
            "items": {"type": "string", "enum": list(issuer.ALGORITHMS)},
            "minItems": 1,
        },
    ),
    (
        oidc_fields.Jwks,
        {
            "type": "object",
            "properties": {
                "keys": {
                    "type": "array",
                    "items": {
                        "not": {
                            "type": "object",
                            "anyOf": [{"required": [one]} for one in sorted(oidc_fields.SECRET)],
                        }
                    },
                }
            },
            "required": ["keys"],
        },
    ),
    (content_fields.Size, whole_or(1, content_fields.LARGEST, SIZE)),
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
        content_fields.Lengths,
        {"type": "array", "items": LENGTH, "minItems": 2, "maxItems": 2},
    ),
    (str, {"type": "string"}),
    (bool, {"type": "boolean"}),
    (int, {"type": "integer"}),
]
