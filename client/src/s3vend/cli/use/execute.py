"""`s3vend exec`: a command with credentials that renew themselves."""

import os
from typing import Annotated

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

EXAMPLES = (
    "s3vend exec 's3://bucket/reports/*' -- python report.py",
    "s3vend exec 's3://bucket/in/*' 's3://bucket/out/*' -p READWRITE -- aws s3 sync …",
)


def execute(
    options: Options,
    ctx: typer.Context,
    *,
    targets: Targets,
    permission: PermissionOption = Permission.READ,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    keep_config: Annotated[
        bool, typer.Option("--keep-config", help="Leave it AWS_CONFIG_FILE, with its profiles.")
    ] = False,
) -> None:
    """Run the command behind -- with credentials for the targets, as long as it runs.

    Any AWS SDK finds and renews them by itself, from an endpoint on 127.0.0.1 which only this
    command may ask. It has no other AWS credentials: neither yours nor those of this machine.
    Signals are passed on; the exit code is the command's own.
    """
    behind: list[str] = ctx.meta.get("behind", [])
    if not behind:
        raise Refusal("Which command? Put it behind --: s3vend exec TARGET -- COMMAND")
    asked = credentials_request(targets, permission, privilege, duration)
    from s3vend.cli.use.child import environment, run
    from s3vend.cli.use.loopback import serve_credentials
    from s3vend.service.credentials import Fresh, credentials_of

    service = options.service()
    keep = Fresh(
        lambda: credentials_of(service.ask("credentials", asked))
    )  # a refusal is raised here
    with serve_credentials(keep) as endpoint:
        told = environment(os.environ, endpoint.environment, keep().region, keep_config=keep_config)
        code = run(behind, told)
    raise typer.Exit(code)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "exec", execute, EXAMPLES)
