"""The command and its subcommands, each of which is imported when somebody names it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.main import get_group

from s3vend.cli.terminal.usage import Root

# The commands that each module adds. It is imported when somebody names one of them.
MODULES = {
    "s3vend.cli.use.see": ("whoami", "explain"),
    "s3vend.cli.objects.ls": ("ls",),
    "s3vend.cli.objects.copy": ("cp",),
    "s3vend.cli.objects.synchronise": ("sync",),
    "s3vend.cli.objects.rm": ("rm",),
    "s3vend.cli.objects.url": ("url",),
    "s3vend.cli.use.execute": ("exec",),
    "s3vend.cli.use.serve": ("serve",),
    "s3vend.cli.use.credentials": ("credentials",),
    "s3vend.cli.sharing.share": ("share",),
    "s3vend.cli.sharing.shares": ("shares", "unshare"),
    "s3vend.cli.check.command": ("check",),
    "s3vend.cli.grant.plan": ("plan", "apply"),
    "s3vend.cli.export.command": ("export",),
    "s3vend.cli.grant.revoke": ("revoke",),
    "s3vend.cli.reach.command": ("who-can", "reach"),
    "s3vend.cli.watch.audit": ("audit",),
    "s3vend.cli.watch.canary": ("canary",),
    "s3vend.cli.settings.configure": ("configure",),
    "s3vend.cli.setup.doctor": ("doctor",),
    "s3vend.cli.setup.version": ("version",),
}
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


class _Commands(Mapping[str, Any]):
    """The subcommands by their names."""

    def __init__(self) -> None:
        self._modules = {name: module for module, names in MODULES.items() for name in names}
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            some = typer.Typer(rich_markup_mode=None)
            import_module(self._modules[name]).add(some)
            self._made |= get_group(some).commands
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class _Root(Root):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes | {"commands": _Commands()})


app = typer.Typer(
    cls=_Root,
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
