"""Parses ``AssumeRoleWithWebIdentity`` as AWS's SDKs send it to STS; strictly, nothing else.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl

from vending.aws.api.gateway import Request
from vending.errors import InvalidRequest, TooLarge

ACTION, VERSION = "AssumeRoleWithWebIdentity", "2011-06-15"
FORM_BYTES = 16_384  # a token has up to 8,192; the other parameters are short
PARAMETERS = 20
USUAL = 3600  # STS's default duration in seconds; some clients always send it

_TAKEN = {"Action", "Version", "RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds"}
_OURS = r"(?s:(Policy|PolicyArns|ProviderId|Tags|TransitiveTagKeys)(\..*)?)"
_FORM = re.compile(r"application/x-www-form-urlencoded(?: *; *charset=utf-8)?", re.IGNORECASE)
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_SESSION_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """The parsed parameters; the session name is checked, but not used."""

    role_arn: str
    token: str = field(repr=False)
    duration_seconds: int | None  # None, and also ``USUAL``: the grant's maximum

    @classmethod
    def read(cls, request: Request, *, traced: bool) -> Self:
        """Read the form in the body, or the query if there is no body.

        With ``traced`` it must be the form, because traces may keep the query, and so the token.

        Raises:
            TooLarge: more than ``FORM_BYTES``.
            InvalidRequest: ``reason`` is STS's code for it.
        """
        parameters = _parameters(request, traced=traced)
        action, version = parameters.pop("Action", ""), parameters.pop("Version", "")
        if (action, version) != (ACTION, VERSION):
            raise InvalidRequest(
                f"Could not find operation {action[:80]} for version {version[:20]}; the only "
                f"operation is {ACTION} for version {VERSION}.",
                reason="InvalidAction" if action else "MissingAction",
            )
        for name in parameters.keys() - _TAKEN:
            problem = (
                "must be left out: the grant decides what the session may do"
                if re.fullmatch(_OURS, name)
                else "is not a parameter of this operation"
            )
            raise _wrong(f"{name[:80]} {problem}.")
        return cls(
            _required(parameters, "RoleArn"),
            _required(parameters, "WebIdentityToken"),
            _duration(parameters),
        )


def _parameters(request: Request, *, traced: bool) -> dict[str, str]:
    query = request.event.get("multiValueQueryStringParameters") or {}
    if not query:
        return _form(request)
    if request.event.get("body"):
        raise _wrong("Send the parameters in the form or in the query, not in both.")
    if traced:
        raise _wrong(
            "Send the parameters in the form: requests are traced, and traces keep the query."
        )
    # The Rust crate object_store (Polars, delta-rs, obstore) sends a query.
    if sum(len(name) + sum(map(len, values)) for name, values in query.items()) > FORM_BYTES:
        raise TooLarge(f"The query must have at most {FORM_BYTES} bytes.")
    return request.query(query)


def _form(request: Request) -> dict[str, str]:
    types = request.header("Content-Type")
    if len(types) != 1 or not _FORM.fullmatch(types[0]):
        raise _wrong("The body must be a URL-encoded form, and its Content-Type must say so.")
    text = request.body()
    if len(text) > FORM_BYTES:
        raise TooLarge(f"The form must have at most {FORM_BYTES} bytes.")
    try:
        if _NO_ESCAPE.search(text) or not text.isascii():
            raise ValueError("not URL-encoded")  # noqa: TRY301 - the message is below
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=PARAMETERS,
        )
    except ValueError:
        detail = f"The body must be a URL-encoded form of at most {PARAMETERS} parameters."
        raise _wrong(detail) from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _wrong(f"{twice[:80]} is given more than once.")
    return parameters


def _required(parameters: dict[str, str], name: str) -> str:
    if not (value := parameters.get(name, "")):
        raise _wrong(f"{name} is required.")
    return value


def _duration(parameters: dict[str, str]) -> int | None:
    """The duration, or None for the grant's maximum; checks the session name as STS does."""
    if not _SESSION_NAME.fullmatch(_required(parameters, "RoleSessionName")):
        raise _wrong("RoleSessionName must be 2 to 64 letters, digits or any of _+=,.@-.")
    if (seconds := parameters.get("DurationSeconds")) is None:
        return None
    if not _NUMBER.fullmatch(seconds):
        raise _wrong("DurationSeconds must be a number of seconds.")
    return None if int(seconds) == USUAL else int(seconds)


def _wrong(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, reason="ValidationError")
