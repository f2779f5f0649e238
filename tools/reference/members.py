"""Tables of request members, with types, bounds and defaults, for ``tools/reference/page.py``."""

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

from pydantic import BaseModel, Tag, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from tools.reference.meanings import MEANINGS
from vending.bodies import content_fields, fields, header_values, issuer_fields, token_fields
from vending.callers import issuer
from vending.callers.grantee_keys import VALUE_BYTES
from vending.documents import acknowledgement, expectation, sharing_fields
from vending.grants import scope
from vending.questions import caller
from vending.revocations import request
from vending.urls import listing, object_members

VARIABLES = ", ".join(f"`${{{name}}}`" for name in (*scope.IAM_VARIABLES, "claim.NAME")) + (
    f", or one of them several segments, `${{claim.NAME{scope.PATH}}}`"
)
WORDS: list[tuple[object, str]] = [
    (
        fields.Target,
        (
            "`s3://bucket/key`, `s3://bucket/prefix/*`, `s3://bucket/*`, or `{bucket, key}`, "
            "`{bucket, prefix}`, which are always literal"
        ),
    ),
    (fields.KeyPrefix, "`s3://bucket/prefix/` or `{bucket, prefix}`"),
    (listing.PrefixTarget, "`s3://bucket/prefix/*`, `s3://bucket/*` or `{bucket, prefix}`"),
    (listing.StartAfter, "a key"),
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
    (request.PrincipalArn, "the ARN of one role or user"),
    (fields.Seconds, "seconds, or text such as `15m`"),
    (sharing_fields.ShareSeconds, "seconds, or text such as `12h` or `7d`"),
    (sharing_fields.SeenSeconds, "seconds, or text such as `12h` or `7d`"),
    (token_fields.TokenLifetime, "seconds, or text such as `2h`"),
    (
        issuer_fields.IssuerUrl,
        f"`https://host/path`, at most {issuer_fields.ISSUER_CHARACTERS} characters",
    ),
    (token_fields.Audience, f"text, or a list of 1 to {token_fields.AUDIENCES}"),
    (issuer_fields.Subject, f"text of 1 to {VALUE_BYTES} bytes"),
    (
        token_fields.Claims,
        (
            f"a list of at most {issuer_fields.CLAIMS}: each a name, or `{{name, path}}` with the "
            "members that lead to it"
        ),
    ),
    (token_fields.ClaimNames, f"a list of 1 to {issuer_fields.CLAIMS} names"),
    (
        acknowledgement.Acknowledged,
        "an object: the codes of warnings, each with a reason as text",
    ),
    (
        caller.CallerClaims,
        "an object; each claim's value is text, a number, `true`, `false`, or a list of these",
    ),
    (
        issuer_fields.ClaimValues,
        "an object; each claim's value is text, a whole number, `true` or `false`",
    ),
    (
        issuer_fields.ExactClaims,
        "an object; each claim's value is text, a whole number, `true`, `false`, or a list of them",
    ),
    (expectation.LiteralKeys, "`s3://bucket/*`, `s3://bucket/prefix/*` or `s3://bucket/key`"),
    (
        expectation.Targets,
        (
            "`s3://bucket/*`, `s3://bucket/prefix/*` or `s3://bucket/key`, or a list of 1 to "
            f"{expectation.TARGETS}"
        ),
    ),
    (expectation.VariableName, "`claim.NAME`, `caller.name`, `caller.kind` or `caller.account`"),
    (
        token_fields.Algorithms,
        "a list of some of " + ", ".join(f"`{name}`" for name in issuer.ALGORITHMS),
    ),
    (token_fields.Jwks, f"a JWKS of at most {token_fields.JWKS_BYTES:,} bytes"),
    (fields.Time, "a time with its zone, such as `2027-01-01T00:00:00Z`"),
    (fields.SourceIp, f"`caller`, or 1 to {fields.ADDRESS_BLOCKS} CIDR blocks"),
    (content_fields.Size, "bytes, or text such as `100MiB`"),
    (content_fields.ContentTypes, f"1 to {content_fields.TYPES} types: `text/csv`, or `image/*`"),
    (
        content_fields.ContentType,
        f"a content type, at most {header_values.TYPE_CHARACTERS} characters (RFC 9110)",
    ),
    (
        content_fields.Disposition,
        f"`attachment` or `inline`, at most {header_values.DISPOSITION_CHARACTERS:,} characters",
    ),
    (object_members.Tags, f"1 to {object_members.TAGS} names and texts"),
    (
        object_members.Metadata,
        f"1 to {object_members.METADATA} names and texts, {object_members.METADATA_BYTES:,} bytes",
    ),
    (content_fields.Lengths, f"`[least, most]`, from 0 to {content_fields.LARGEST_PUT:,}"),
    (str, "text"),
    (bool, "`true` or `false`"),
    (int, "a whole number"),
]


def model(body: type[BaseModel], title: str) -> Iterator[str]:
    """Return a heading and the table of one model's members."""
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
    """Return the meaning of a member, as the model or the closest of its bases has it."""
    names = [f"{one.__name__}.{member}" for one in body.__mro__]
    return MEANINGS[next((name for name in names if name in MEANINGS), names[0])]


def takes(hint: Any) -> str:
    """Return the values that a member takes, in words."""
    for known, words_for_type in WORDS:
        if known in (hint, named(hint)):
            return words_for_type + bounds(hint)
    hint = named(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(takes(one) for one in arguments if one is not NoneType)
    if origin is Literal:
        return " or ".join(
            f"`{value if isinstance(value, str) else json.dumps(value)}`" for value in arguments
        )
    if isinstance(origin, TypeAliasType):
        return f"a list of: {takes(arguments[0])}"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f"`{one.value}`" for one in hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    if origin is Annotated and arguments[0] is str:
        return validator_message(hint)
    if origin is Annotated:
        return takes(arguments[0]) + bounds(hint)
    raise TypeError(f"tools/reference/page.py has no words for {hint}")


def named(hint: Any) -> Any:
    """Return the type behind a plain alias, without the tag that it has in a union."""
    hint = hint.__value__ if isinstance(hint, TypeAliasType) else hint
    inside, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    if not any(isinstance(note, Tag) for note in notes):
        return hint
    kept = [note for note in notes if not isinstance(note, Tag)]
    return Annotated[inside, *kept] if kept else inside


def validator_message(hint: Any) -> str:
    """Return the message of the member's own validator, which says what it takes."""
    try:
        TypeAdapter(hint).validate_python("")
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ").removeprefix("must be ")
    raise TypeError(f"{hint} accepts an empty text")


def bounds(hint: Any) -> str:
    """Return the bounds of a number or a list, in words; empty without bounds."""
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
    """Return the member's default, or that it is required."""
    if member.is_required():
        return "required"
    return "" if member.default is None else f"`{json.dumps(member.default)}`"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    heads = list(headings)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(one.replace('|', r'\|') for one in line)} |" for line in lines)
