"""`s3vend exec`: runs a command with credentials that are renewed while it runs."""

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
        bool,
        typer.Option(
            "--keep-config", help="Let the command read AWS_CONFIG_FILE or ~/.aws/config."
        ),
    ] = False,
) -> None:
    """Run a command with credentials for the targets.

    Put the command after --. AWS SDKs find the credentials on their own, and renew them as long as
    the command runs, through an endpoint on 127.0.0.1 that only this command can use. The command
    gets no other AWS credentials: neither yours nor this machine's. Signals are forwarded to the
    command, and its exit code is returned.
    """
    command_line: list[str] = ctx.meta.get("command", [])
    if not command_line:
        raise Refusal("no command to run; put it after --: s3vend exec TARGET -- COMMAND")
    request = credentials_request(targets, permission, privilege, duration)
    from s3vend.cli.use.child import environment, run
    from s3vend.cli.use.loopback import serve_credentials
    from s3vend.service.credentials import Fresh, credentials_of

    service = options.service()
    # Vends at once, so that a refusal is raised before the command starts.
    fresh = Fresh(lambda: credentials_of(service.ask("credentials", request)))
    with serve_credentials(fresh) as endpoint:
        env = environment(os.environ, endpoint.environment, fresh().region, keep_config=keep_config)
        code = run(command_line, env)
    raise typer.Exit(code)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "exec", execute, EXAMPLES)
