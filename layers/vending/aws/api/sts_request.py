"""A request as AWS's SDKs send it to STS: ``AssumeRoleWithWebIdentity`` alone, taken strictly.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import re
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl

from vending.aws.api.gateway import Request
from vending.errors import InvalidRequest, TooLarge

ACTION, VERSION = "AssumeRoleWithWebIdentity", "2011-06-15"
FORM_BYTES = 16_384  # a token has 8,192, and little stands beside it
PARAMETERS = 20
USUAL = 3600  # seconds that STS lends where nothing is asked; some clients always say so

_TAKEN = {"Action", "Version", "RoleArn", "RoleSessionName", "WebIdentityToken", "DurationSeconds"}
_OURS = re.compile(r"(Policy|PolicyArns|ProviderId|Tags|TransitiveTagKeys)(\..*)?", re.DOTALL)
_FORM = re.compile(r"application/x-www-form-urlencoded(?: *; *charset=utf-8)?", re.IGNORECASE)
_NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_SESSION_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")
_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """What is asked for; the session name is looked at and not used."""

    role_arn: str
    token: str = field(repr=False)
    duration_seconds: int | None  # None, also for ``USUAL``: the most that the grant allows

    @classmethod
    def read(cls, request: Request, *, traced: bool) -> Self:
        """From the form in the body, or from the query where there is no body; the form alone
        where requests are traced, since a trace may keep the query, and the token with it.

        Raises:
            TooLarge: over ``FORM_BYTES``.
            InvalidRequest: ``reason`` is STS's own code for it.
        """
        given = _parameters(request, traced=traced)
        action, version = given.pop("Action", ""), given.pop("Version", "")
        if (action, version) != (ACTION, VERSION):
            raise InvalidRequest(
                f"Could not find operation {action[:80]} for version {version[:20]}; here is "
                f"{ACTION} for version {VERSION}.",
                reason="InvalidAction" if action else "MissingAction",
            )
        for name in given.keys() - _TAKEN:
            words = (
                "must be left out: the grant decides what the session may do"
                if _OURS.fullmatch(name)
                else "is no parameter here"
            )
            raise _wrong(f"{name[:80]} {words}.")
        return cls(
            _required(given, "RoleArn"),
            _required(given, "WebIdentityToken"),
            _checked(given),
        )


def _parameters(request: Request, *, traced: bool) -> dict[str, str]:
    asked = request.event.get("multiValueQueryStringParameters") or {}
    if not asked:
        return _form(request)
    if request.event.get("body"):
        raise _wrong("The parameters stand in the form or in the query, and not in both.")
    if traced:
        raise _wrong(
            "The parameters stand in the form: here requests are traced, and queries kept."
        )
    # So the Rust crate object_store asks: Polars, delta-rs, obstore.
    if sum(len(name) + sum(map(len, values)) for name, values in asked.items()) > FORM_BYTES:
        raise TooLarge(f"A query has at most {FORM_BYTES} bytes here.")
    return request.query(asked)


def _form(request: Request) -> dict[str, str]:
    types = request.header("Content-Type")
    if len(types) != 1 or not _FORM.fullmatch(types[0]):
        raise _wrong("The body is a form of URL-encoded parameters, and its Content-Type says so.")
    text = request.body()
    if len(text) > FORM_BYTES:
        raise TooLarge(f"A form has at most {FORM_BYTES} bytes here.")
    try:
        if _NO_ESCAPE.search(text) or not text.isascii():
            raise ValueError("not as forms are encoded")  # noqa: TRY301 - said once, below
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            errors="strict",
            max_num_fields=PARAMETERS,
        )
    except ValueError:
        raise _wrong(f"The body is no form of at most {PARAMETERS} parameters.") from None
    given = dict(pairs)
    if len(given) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _wrong(f"{twice[:80]} is there twice.")
    return given


def _required(given: dict[str, str], name: str) -> str:
    if not (value := given.get(name, "")):
        raise _wrong(f"{name} is required.")
    return value


def _checked(given: dict[str, str]) -> int | None:
    """The duration; raises for a session name that STS would refuse, too."""
    if not _SESSION_NAME.fullmatch(_required(given, "RoleSessionName")):
        raise _wrong("RoleSessionName is 2 to 64 letters, digits or any of _+=,.@-.")
    if (seconds := given.get("DurationSeconds")) is None:
        return None
    if not _NUMBER.fullmatch(seconds):
        raise _wrong("DurationSeconds is a number of seconds.")
    return None if int(seconds) == USUAL else int(seconds)


def _wrong(detail: str) -> InvalidRequest:
    return InvalidRequest(detail, reason="ValidationError")
