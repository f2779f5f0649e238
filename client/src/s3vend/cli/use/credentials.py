"""`s3vend credentials`: vends credentials and prints them in a chosen format."""

import shlex
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import (
    DurationOption,
    Permission,
    PermissionOption,
    PrivilegeOption,
    Read,
    ReadWrite,
    Targets,
    Write,
    credentials_request,
)
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import put, put_json

if TYPE_CHECKING:
    from s3vend.service.credentials import Credentials

EXAMPLES = (
    "eval \"$(s3vend credentials 's3://bucket/reports/*' --export)\"",
    "s3vend credentials s3://bucket/reports/2026.csv --format json",
    "credential_process = s3vend credentials s3://bucket/reports/* --format process",
)


class Format(str, Enum):
    """Environment variables, the service's answer, or AWS's format for `credential_process`."""

    ENV = "env"
    JSON = "json"
    PROCESS = "process"


def credentials(
    options: Options,
    *,
    targets: Targets = None,
    permission: PermissionOption = Permission.READ,
    read: Read = None,
    write: Write = None,
    readwrite: ReadWrite = None,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    form: Annotated[Format | None, typer.Option("--format", help="Output format.")] = None,
    export: Annotated[
        bool, typer.Option("--export", help="Print `export` lines for a shell.")
    ] = False,
) -> None:
    """Vend credentials for the targets, and print them.

    Prefer `s3vend exec`: it renews the credentials, and does not print them.
    """
    if options.is_json and form not in (None, Format.JSON):
        raise Refusal("--format cannot be used with --output json, which is --format json")
    chosen = form or (Format.JSON if options.is_json else Format.ENV)
    if export and chosen is not Format.ENV:
        raise Refusal("--export requires --format env")
    own = {Permission.READ: read, Permission.WRITE: write, Permission.READWRITE: readwrite}
    body = credentials_request(targets, permission, privilege, duration, own=own)
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
    """Return the credentials in the format of a `credential_process`.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
    """
    members = as_container(vended)
    members["SessionToken"] = members.pop("Token")
    return {"Version": 1, **members}


def as_container(vended: "Credentials") -> dict[str, Any]:
    """Return the credentials in the format of a container credentials endpoint.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """
    return {
        "AccessKeyId": vended.access_key_id,
        "SecretAccessKey": vended.secret_access_key,
        "Token": vended.session_token,
        "Expiration": vended.expiration.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "credentials", credentials, EXAMPLES)
