"""The command and its subcommands. A subcommand imports slow modules only when it runs."""

from typing import Annotated

import typer

from s3vend.cli.check import command as check
from s3vend.cli.export import command as export
from s3vend.cli.grant import plan, revoke
from s3vend.cli.objects import copy, ls, rm, synchronise, url
from s3vend.cli.reach import command as reach
from s3vend.cli.setup import configure, doctor
from s3vend.cli.setup import version as version_command
from s3vend.cli.terminal.usage import Root
from s3vend.cli.use import credentials, execute, see, serve
from s3vend.cli.watch import audit, canary

EPILOG = """\b
Exit codes:
  0    success
  1    the request was refused, or failed
  2    the command line, a profile or an address is invalid
  3    no identity found, or the service does not accept it
  4    no answer, or the service is unavailable; try again later
  130  interrupted with Ctrl-C
check, explain, reach and who-can exit with 1 for an answer, 2 if refused.
plan exits with 2 if there are changes, and with 1 where others exit with 2.
exec exits with the exit code of the command that it runs.
"""

app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is fast, and the same on every terminal
    pretty_exceptions_enable=False,  # they would print the values of variables
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)


def _version(requested: bool) -> None:  # noqa: FBT001 - Typer passes it by position
    if requested:
        from s3vend import __version__

        typer.echo(f"s3vend {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Access S3 through an s3vend service, without S3 permissions of your own.

    Set the address of the service with --url, --profile or S3VEND_URL. Your identity is found
    automatically, in this order: S3VEND_TOKEN, a token file, AWS_PROFILE, GitHub Actions, Google
    Cloud, Kubernetes, AWS credentials. S3VEND_IDENTITY=aws or S3VEND_IDENTITY=token leaves out the
    others. A token must name the service as its audience (--audience).
    """
    del version


for _module in (
    *(see, ls, copy, synchronise, rm, url, execute, serve, credentials),
    *(check, plan, export, reach, revoke, audit, canary),
    *(configure, doctor, version_command),
):
    _module.add(app)
