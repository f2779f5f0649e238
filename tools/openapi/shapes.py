"""JSON Schemas of targets and scopes, which the code parses with its own parsers.

Patterns are those of ECMA-262, as JSON Schema requires. ``tests/unit/tools/test_contract_rows.py``
compares them with the code, and lists the rules that they cannot express.
"""

from typing import Any

from vending.grants import scope
from vending.grants.keys import KEY_BYTES

type Schema = dict[str, Any]

BUCKET_CHARACTERS = 63
CONTROL = r"\x00-\x1f\x7f-\x9f"
LABEL = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
ADDRESS = r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+"
RESERVED = "(?:-s3alias|--ol-s3|\\.mrap|--x-s3|--table-s3)"
DOTS = r"(?:^|/)\.{1,2}(?:/|$)"
VARIABLE = "|".join(
    [
        *(name.replace(".", r"\.") for name in scope.IAM_VARIABLES),
        rf"claim\.{scope.CLAIM_NAME}(?:{scope.PATH})?",
    ]
)


def none_of(*patterns: str) -> Schema:
    """Return the schema of text that contains none of these patterns."""
    return {"not": {"anyOf": [{"pattern": one} for one in patterns]}}


def matching(pattern: str) -> Schema:
    """Return the schema of text that this pattern matches as a whole."""
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


def ref(name: str) -> Schema:
    """Return a reference to one of the schemas below."""
    return {"$ref": f"#/components/schemas/{name}"}


def members(second: str) -> Schema:
    """Return the schema of a target as an object: its bucket, and key or prefix."""
    return {
        "type": "object",
        "properties": {"bucket": ref("BucketName"), second: ref(second.capitalize())},
        "required": ["bucket", second],
        "additionalProperties": False,
    }


def text(end: str, *wrong: str) -> Schema:
    """Return the schema of ``s3://`` text with this end and without the patterns ``wrong``."""
    bucket = rf"^s3://(?:xn--|sthree-|{ADDRESS}/|[^/]*{RESERVED}/|[^/]{{64}}|[^/]{{0,2}}/)"
    return {
        "type": "string",
        "maxLength": len("s3:///*") + BUCKET_CHARACTERS + KEY_BYTES,
        "pattern": rf"^s3://{LABEL}(?:\.{LABEL})*/{end}$",
        **none_of(bucket, r"/\.{1,2}(?:/|$)", *wrong),
    }


ANY = f"[^{CONTROL}]"
NO_STAR = r"[^/]\*$"  # 'prefix*' is neither a key nor a prefix
SHAPES: dict[str, Schema] = {
    "BucketName": {
        "type": "string",
        "minLength": 3,
        "maxLength": BUCKET_CHARACTERS,
        "pattern": rf"^{LABEL}(?:\.{LABEL})*$",
        "description": "The name of a general purpose bucket.",
        **none_of("^xn--", "^sthree-", f"^{ADDRESS}$", f"{RESERVED}$"),
    },
    "Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_BYTES,
        "pattern": f"^{ANY}+$",
        "description": f"A literal key; at most {KEY_BYTES} bytes in UTF-8.",
        **none_of(DOTS),
    },
    "Prefix": {
        "type": "string",
        "maxLength": KEY_BYTES,
        "pattern": f"^(?:{ANY}*/)?$",
        "description": "A literal prefix that ends at a '/', or nothing for the whole bucket.",
        **none_of(DOTS),
    },
    "KeyTarget": {
        "description": "One key.",
        "anyOf": [text(f"{ANY}+", NO_STAR, r"/\*$"), members("key")],
    },
    "Target": {
        "description": "One key, or all keys below a prefix.",
        "anyOf": [text(f"{ANY}+", NO_STAR), members("key"), members("prefix")],
    },
    "KeyPrefix": {
        "description": "What the keys begin with.",
        "anyOf": [text(f"(?:{ANY}*/)?"), members("prefix")],
    },
    "PrefixTarget": {
        "description": "All keys below a prefix.",
        "anyOf": [text(rf"(?:{ANY}*/)?\*"), members("prefix")],
    },
    "BucketScope": {
        "description": "A whole bucket.",
        **text(r"\*"),
    },
    "LiteralKeys": {
        "description": "One key, or all keys below a prefix, without a variable.",
        **text(f"{ANY}+", NO_STAR, "/$", r"\$\{"),
    },
    "GrantScope": {
        "description": "Keys; a whole segment may be a variable.",
        **text(f"{ANY}+", NO_STAR, "/$", r"[^/]\$\{", rf"\$\{{(?!(?:{VARIABLE})\}}(?:/|$))"),
    },
}
