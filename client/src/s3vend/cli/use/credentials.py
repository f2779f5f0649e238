"""`s3vend credentials`: once, in the form that whatever comes next reads."""

import shlex
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import (
    DurationOption,
    Permission,
    PermissionOption,
    PrivilegeOption,
    Targets,
    credentials_request,
)
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import Refusal
from s3vend.cli.terminal.text import put, put_json

if TYPE_CHECKING:
    from s3vend.service.credentials import Credentials

EXAMPLES = (
    "eval \"$(s3vend credentials 's3://bucket/reports/*' --export)\"",
    "s3vend credentials s3://bucket/reports/2026.csv --format json",
    "credential_process = s3vend credentials s3://bucket/reports/* --format process",
)


class Format(str, Enum):
    """As variables, as the service answers, or as `credential_process` of AWS wants it."""

    ENV = "env"
    JSON = "json"
    PROCESS = "process"


def credentials(
    options: Options,
    *,
    targets: Targets,
    permission: PermissionOption = Permission.READ,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    form: Annotated[Format | None, typer.Option("--format", help="Which form.")] = None,
    export: Annotated[bool, typer.Option("--export", help="Lines with `export`, for sh.")] = False,
) -> None:
    """Vend credentials for the targets, and print them.

    Better than this is `s3vend exec`, which renews them and leaves them in no history.
    """
    chosen = form or (Format.JSON if options.is_json else Format.ENV)
    if export and chosen is not Format.ENV:
        raise Refusal("--export is for --format env")
    body = credentials_request(targets, permission, privilege, duration)
    answer = options.service().ask("credentials", body)
    if chosen is Format.JSON:
        put_json(answer)
        return
    from s3vend.service.credentials import credentials_of

    vended = credentials_of(answer)
    if chosen is Format.PROCESS:
        put_json(as_process(vended))
        return
    for name, value in vended.environment.items():
        put(f"{'export ' if export else ''}{name}={shlex.quote(value)}")


def as_process(vended: "Credentials") -> dict[str, Any]:
    """As the SDKs read from a `credential_process`."""
    members = as_container(vended)
    members["SessionToken"] = members.pop("Token")
    return {"Version": 1, **members}


def as_container(vended: "Credentials") -> dict[str, Any]:
    """As the SDKs read from an endpoint for containers."""
    return {
        "AccessKeyId": vended.access_key_id,
        "SecretAccessKey": vended.secret_access_key,
        "Token": vended.session_token,
        "Expiration": vended.expiration.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "credentials", credentials, EXAMPLES)
