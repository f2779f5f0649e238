"""`s3vend exec`: runs a command with credentials that are renewed while it runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

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

EXAMPLES = (
    "s3vend exec 's3://bucket/reports/*' -- python report.py",
    "s3vend exec --read 's3://bucket/in/*' --write 's3://bucket/out/*' -- python convert.py",
)


def execute(
    options: Options,
    ctx: typer.Context,
    *,
    targets: Targets = None,
    permission: PermissionOption = Permission.READ,
    read: Read = None,
    write: Write = None,
    readwrite: ReadWrite = None,
    privilege: PrivilegeOption = None,
    duration: DurationOption = None,
    keep_config: Annotated[
        bool,
        typer.Option(
            "--keep-config",
            help="Pass on settings of AWS_CONFIG_FILE or ~/.aws/config that carry no identity.",
        ),
    ] = False,
) -> None:
    """Run a command with credentials for the targets.

    Put the command after --. AWS SDKs that know container credentials find the credentials on their
    own, and renew them as long as the command runs, through an endpoint on 127.0.0.1 that only this
    command can use. What does not know them takes `s3vend credentials`. Signals are forwarded to
    the command, and its exit code is returned.

    The command gets no other identity from its environment: no AWS credentials or profile, no token
    for s3vend or from a CI system, no credentials of Google Cloud or Azure. Of AWS_* and S3VEND_*
    variables it gets those that only set how a client works, such as AWS_CA_BUNDLE,
    AWS_ENDPOINT_URL_S3 and S3VEND_URL. It can still read the files that you can read.
    """
    command_line: list[str] = ctx.meta.get("command", [])
    if not command_line:
        raise Refusal("no command to run; put it after --: s3vend exec TARGET -- COMMAND")
    own = {Permission.READ: read, Permission.WRITE: write, Permission.READWRITE: readwrite}
    request = credentials_request(targets, permission, privilege, duration, own=own)
    from s3vend.cli.use.child import environment, run
    from s3vend.cli.use.loopback import serve_credentials
    from s3vend.service.credentials import credentials_of
    from s3vend.service.fresh import Fresh

    service = options.service()
    # Vends at once, so that a refusal is raised before the command starts.
    fresh = Fresh(lambda: credentials_of(service.ask("credentials", request)))
    with _config(keep=keep_config) as config, serve_credentials(fresh) as endpoint:
        env = environment(os.environ, endpoint.environment, fresh().region, config)
        code = run(command_line, env)
    raise typer.Exit(code)


@contextmanager
def _config(*, keep: bool) -> Iterator[dict[str, str]]:
    """Yield the variable that names the command's config file; nothing unless ``keep``."""
    if not keep:
        yield {}
        return
    from s3vend.cli.use.aws_config import filtered_config

    with filtered_config(os.environ) as path:
        yield {"AWS_CONFIG_FILE": str(path)}


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "exec", execute, EXAMPLES)
