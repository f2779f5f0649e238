"""What people type: targets and spans of time, read strictly."""

import re
from enum import Enum
from typing import Annotated

import typer

from s3vend.cli.terminal.ending import Refusal

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_SPAN = re.compile(r"([0-9]{1,6})([smh]?)")


class Permission(str, Enum):
    """What may be done with the keys."""

    READ = "READ"
    WRITE = "WRITE"
    READWRITE = "READWRITE"


class Privilege(str, Enum):
    """The targets alone, or the grant's whole scope."""

    MINIMAL = "Minimal"
    DEFAULT = "Default"


Targets = Annotated[
    list[str],
    typer.Argument(metavar="TARGET...", help="s3://bucket/key or s3://bucket/prefix/*; up to 20."),
]
PermissionOption = Annotated[
    Permission,
    typer.Option("--permission", "-p", case_sensitive=False, help="What may be done there."),
]
PrivilegeOption = Annotated[
    Privilege | None,
    typer.Option("--privilege", help="Default: the grant's whole scope, not the targets alone."),
]
DurationOption = Annotated[
    str | None,
    typer.Option("--duration", help="Such as 15m or 900; else the most that the grant allows."),
]
Caller = Annotated[str | None, typer.Option("--caller", help="The ARN of a role or user.")]
SessionId = Annotated[str | None, typer.Option("--session", help="A sessionId.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def parse_target(text: str) -> str:
    """A target as it was typed, if it says what it means.

    Raises:
        Refusal: no s3://, or a prefix without the star: is it one key, or all below it?
    """
    if not text.startswith("s3://"):
        raise Refusal(f"{text!r} is no target: write s3://bucket/key or s3://bucket/prefix/*")
    if text.endswith("/") or "/" not in text[len("s3://") :]:
        raise Refusal(
            f"{text!r} is ambiguous: write {text.rstrip('/')}/* for all that is below, or one key"
        )
    if text.endswith("*") and not text.endswith("/*"):
        raise Refusal(
            f"{text!r} is ambiguous: a prefix ends with /*, at a slash, so that tenant1 does not "
            "open tenant10"
        )
    return text


def parse_key(text: str) -> str:
    """A target that is one object.

    Raises:
        Refusal: it is a prefix.
    """
    if parse_target(text).endswith("/*"):
        raise Refusal(f"{text!r} is a prefix, and this is for one key: s3://bucket/key")
    return text


def parse_duration(text: str | None, named: str = "--duration") -> int | None:
    """`900`, `900s`, `15m` or `1h` as seconds; the service knows what is allowed.

    Raises:
        Refusal: anything else.
    """
    if text is None:
        return None
    if not (found := _SPAN.fullmatch(text)):
        raise Refusal(f"{named} {text!r} is no time: write 900, 15m or 1h")
    return int(found[1]) * UNITS[found[2]]


def credentials_request(
    targets: list[str],
    permission: Permission,
    privilege: Privilege | None = None,
    duration: str | None = None,
) -> dict[str, object]:
    """The body of a request for credentials, or for an explanation."""
    checked = [parse_target(one) for one in targets]
    asked: dict[str, object] = {"permission": permission.value}
    asked |= {"target": checked[0]} if len(checked) == 1 else {"targets": checked}
    if privilege is not None:
        asked["privilege"] = privilege.value
    if (life := parse_duration(duration)) is not None:
        asked["durationSeconds"] = life
    return asked
