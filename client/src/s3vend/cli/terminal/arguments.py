"""Arguments of several commands, and strict parsing of targets and durations."""

import json
import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated

import typer

from s3vend.cli.terminal.completion import scopes
from s3vend.cli.terminal.refusal import Refusal

UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in UNITS))


class Permission(str, Enum):
    """What a session may do with the keys."""

    READ = "READ"
    WRITE = "WRITE"
    READWRITE = "READWRITE"


class Privilege(str, Enum):
    """Whether a session opens the targets alone, or the grant's whole scope."""

    MINIMAL = "Minimal"
    DEFAULT = "Default"


Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TARGET",
        help="s3://bucket/key or s3://bucket/prefix/*; up to 20.",
        autocompletion=scopes,
    ),
]
Read = Annotated[
    list[str] | None,
    typer.Option("--read", metavar="TARGET", help="Target to read.", autocompletion=scopes),
]
Write = Annotated[
    list[str] | None,
    typer.Option("--write", metavar="TARGET", help="Target to write.", autocompletion=scopes),
]
ReadWrite = Annotated[
    list[str] | None,
    typer.Option(
        "--readwrite", metavar="TARGET", help="Target to read and write.", autocompletion=scopes
    ),
]
PermissionOption = Annotated[
    Permission,
    typer.Option("--permission", "-p", case_sensitive=False, help="Permission on each TARGET."),
]
PrivilegeOption = Annotated[
    Privilege | None,
    typer.Option(
        "--privilege", help="Minimal: the targets alone. Default: the grant's whole scope."
    ),
]
DurationOption = Annotated[
    str | None,
    typer.Option(
        "--duration", help="Lifetime, such as 15m or 900 (seconds). Default: the grant's maximum."
    ),
]
Caller = Annotated[str | None, typer.Option("--caller", help="ARN of a role or user.")]
SessionId = Annotated[str | None, typer.Option("--session", help="Session id (sessionId).")]
Recursive = Annotated[bool, typer.Option("--recursive", "-r", help="All objects below the prefix.")]
NoGlob = Annotated[
    bool, typer.Option("--no-glob", help="Take *, ? and [ in TARGET as characters of the key.")
]
Owner = Annotated[
    str | None,
    typer.Option("--owner", metavar="NAME", help="Only entries with this owner."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Skip the confirmation.")]


def parse_target(text: str) -> str:
    """Return a target unchanged, if it is unambiguous.

    Raises:
        Refusal: the text does not start with s3://, or could mean one key as well as a prefix.
    """
    if not text.startswith("s3://"):
        raise Refusal(f"{text!r} is not a target; use s3://bucket/key or s3://bucket/prefix/*")
    if text.endswith("/") or "/" not in text[len("s3://") :]:
        raise Refusal(
            f"{text!r} is ambiguous; use {text.rstrip('/')}/* for all keys below it, or name a key"
        )
    if text.endswith("*") and not text.endswith("/*"):
        raise Refusal(
            f"{text!r} is ambiguous; a prefix must end with /*, so that tenant1 does not open "
            "tenant10"
        )
    return text


def parse_key(text: str) -> str:
    """Return a target unchanged, if it is one key.

    Raises:
        Refusal: the text is a prefix, or not an unambiguous target.
    """
    if text.startswith("s3://") and text.endswith(("/", "/*")):
        raise Refusal(f"{text!r} is a prefix; name one key, such as s3://bucket/key")
    return parse_target(text)


def parse_duration(
    text: str | None, option: str = "--duration", forms: str = "900, 15m or 55m"
) -> int | None:
    """Return `900`, `15m`, `1h30m` or `1d` in seconds; ``forms`` are for the message.

    The service checks the limits: those of the grant, which it names.

    Raises:
        Refusal: the text is not in one of these forms.
    """
    if text is None:
        return None
    written = f"{text}s" if text.isdecimal() and text.isascii() else text
    if not text or not (match := _DURATION.fullmatch(written)):
        raise Refusal(f"{option}: {text!r} is not a duration; use {forms}")
    return sum(int(match[n] or 0) * size for n, size in enumerate(UNITS.values(), start=1))


def parse_claims(texts: "list[str] | None") -> dict[str, object]:
    """Return the claims by their names.

    Raises:
        Refusal: one is not a claim, or is given twice: which of its values would count?
    """
    claims: dict[str, object] = {}
    for name, value in map(_claim, texts or ()):
        if name in claims:
            both = json.dumps([claims[name], value])
            raise Refusal(
                f"--claim: {name!r} is given twice; ask for one value at a time. A token that has "
                f"both has a list: {name}:={both}"
            )
        claims[name] = value
    return claims


def _claim(text: str) -> tuple[str, object]:
    """Return the name and the value of a claim.

    Raises:
        Refusal: it has no value, or one that is not JSON.
    """
    name, separator, value = text.partition("=")
    if name and separator and not name.endswith(":"):
        return name, value
    try:
        return name.removesuffix(":"), json.loads(value)
    except ValueError:
        raise Refusal(
            f"--claim: {text!r} is not a claim; use NAME=TEXT, or NAME:=7 for a number and "
            "NAME:=true for a boolean"
        ) from None


def credentials_request(
    targets: list[str] | None,
    permission: Permission,
    privilege: Privilege | None = None,
    duration: str | None = None,
    *,
    own: Mapping[Permission, list[str] | None],
) -> dict[str, object]:
    """Return the body of a request for credentials, or for an explanation.

    ``own`` are the targets of options that name their permission.

    Raises:
        Refusal: there is no target, or a target or the duration is invalid.
    """
    parsed = [parse_target(target) for target in targets or ()]
    items: list[object] = [
        {"target": parse_target(target), "permission": each.value}
        for each, listed in own.items()
        for target in listed or ()
    ]
    if not parsed and not items:
        raise Refusal("no TARGET; give s3://bucket/key or s3://bucket/prefix/*")
    body: dict[str, object] = {"permission": permission.value} if parsed else {}
    single = len(parsed) == 1 and not items
    body |= {"target": parsed[0]} if single else {"targets": [*parsed, *items]}
    if privilege is not None:
        body["privilege"] = privilege.value
    if (seconds := parse_duration(duration)) is not None:
        body["durationSeconds"] = seconds
    return body
