"""The options that name another caller: `--as`, with `--subject` and `--claim` for an issuer."""

import re
from typing import Annotated

import typer

from s3vend.cli.terminal.arguments import parse_claims
from s3vend.cli.terminal.refusal import Refusal

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="CALLER",
        help="Another caller: the ARN of a role or user, or an issuer (https://…). For "
        "administrators.",
    ),
]
AsSubject = Annotated[
    str | None, typer.Option("--subject", help="Subject of the issuer; with --as.")
]
AsClaims = Annotated[
    list[str] | None,
    typer.Option(
        "--claim",
        metavar="NAME=TEXT|NAME:=JSON",
        help="Claim of the caller's token, by its name in the issuer's entry; with --as. := for a "
        "number, true, false or a list.",
    ),
]
_ISSUER = ("https://", "http://")
_IN_IAM = re.compile("arn:.*|[0-9]{12}")
_SESSION = re.compile(r"(arn:[a-z-]+:)sts(::[0-9]{12}:)assumed-role/([^/]+)/.*")


def is_caller(text: str) -> bool:
    """Whether this names a caller, and so no keys."""
    return text.startswith(_ISSUER) or re.match("arn:[^:]*:(iam|sts):", text) is not None


def caller_of(
    caller: str | None, subject: str | None, claims: list[str] | None
) -> dict[str, object] | None:
    """Return the member `as` of a question; None if it is about no one else.

    The ARN of a session, as `aws sts get-caller-identity` shows it, is taken as that of its role.

    Raises:
        Refusal: it is none of these, or --subject or --claim is given without an issuer.
    """
    is_issuer = caller is not None and caller.startswith(_ISSUER)
    if caller is not None and not is_issuer and not _IN_IAM.fullmatch(caller):
        elsewhere = (
            "; for who reaches keys, use s3vend who-can" if caller.startswith("s3://") else ""
        )
        raise Refusal(
            f"{caller!r} is not a caller; use the ARN of a role or user, an account of 12 digits, "
            f"or the URL of an issuer (https://…){elsewhere}"
        )
    if not is_issuer and (subject is not None or claims):
        raise Refusal("--subject and --claim go with an issuer, such as --as https://ci.example")
    if caller is None:
        return None
    if not is_issuer:
        return {"iam": _SESSION.sub(r"\1iam\2role/\3", caller)}
    given = {"issuer": caller, "subject": subject, "claims": parse_claims(claims)}
    return {name: value for name, value in given.items() if value not in (None, {})}
