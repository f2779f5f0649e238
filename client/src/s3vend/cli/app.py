"""The command and its subcommands. Their modules import what is heavy when they run."""

from typing import Annotated

import typer

from s3vend.cli.grant import plan, revoke
from s3vend.cli.setup import configure, doctor
from s3vend.cli.use import copy, credentials, execute, see, url
from s3vend.cli.watch import audit, canary

EPILOG = """\b
Exit codes:
  0    done
  1    refused, or it failed
  2    the command line, a profile or an address is wrong
  3    no identity, or one that the service does not take
  4    no answer, or unavailable: try again later
  130  Ctrl-C
plan: 0 no changes, 2 changes, 1 any error of its own. exec: as the command that it runs.
"""

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: quick, and the same everywhere
    pretty_exceptions_enable=False,  # they would show what is in variables
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - as Typer calls it
    if wanted:
        from s3vend import __version__

        typer.echo(f"s3vend {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """S3 access from an s3vend service, for whoever has no S3 permission of its own.

    Where the service is: --url, --profile or S3VEND_URL. Who you are is found by itself:
    S3VEND_TOKEN, a token file, GitHub Actions, Google Cloud, Kubernetes, else AWS credentials.
    """
    del version


for _module in (
    credentials,
    execute,
    url,
    copy,
    see,
    plan,
    revoke,
    audit,
    configure,
    doctor,
    canary,
):
    _module.add(app)
