"""Makes a subcommand of a function: adds the common options, the examples and the exit codes."""

import inspect
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from s3vend.cli.terminal.ending import USAGE, Refusal, exits
from s3vend.cli.terminal.usage import usage_errors

if TYPE_CHECKING:
    from s3vend.identity.settings import Arguments
    from s3vend.service.connect import Service

STDIN = "-"
KEYWORD = inspect.Parameter.KEYWORD_ONLY


class Output(str, Enum):
    """The output format."""

    TABLE = "table"
    JSON = "json"


class Door(str, Enum):
    """The door of the service."""

    IAM = "iam"
    WEB_IDENTITY = "web-identity"


def profile_names(incomplete: str) -> list[str]:
    """Return the names of profiles that start with ``incomplete``, for shell completion."""
    import configparser

    from s3vend.identity.settings import config_file, profiles_text

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(profiles_text(config_file(os.environ)))
    except (configparser.Error, OSError, UnicodeError):
        return []
    return [name for name in parser.sections() if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class Options:
    """The options that every subcommand has: service, identity and output."""

    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            help="Use this profile of ~/.config/s3vend/config.",
            autocompletion=profile_names,
        ),
    ] = None
    url: Annotated[
        str | None,
        typer.Option("--url", help="Address of the service, with its stage: https://…/v1."),
    ] = None
    token_file: Annotated[
        str | None,
        typer.Option(
            "--token-file", help="Use the token in this file as the identity; - reads stdin."
        ),
    ] = None
    aws_profile: Annotated[
        str | None, typer.Option("--aws-profile", help="Use this AWS profile as the identity.")
    ] = None
    door: Annotated[
        Door | None,
        typer.Option("--door", help="Use AWS credentials (iam) or a token (web-identity)."),
    ] = None
    audience: Annotated[
        str | None,
        typer.Option("--audience", help="Audience of your token. Default: the service's address."),
    ] = None
    region: Annotated[
        str | None,
        typer.Option("--region", help="AWS region of the service's API, for signatures."),
    ] = None
    output: Annotated[
        Output,
        typer.Option("--output", "-o", help="Output format: table for people, json for programs."),
    ] = Output.TABLE
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Hide the progress bar and remarks.")
    ] = False

    @property
    def is_json(self) -> bool:
        """Whether the output format is JSON."""
        return self.output is Output.JSON

    def arguments(self) -> "Arguments":
        """Return the options as arguments of `connect`; a token on stdin is read here."""
        from s3vend.identity.settings import Arguments

        members: dict[str, Any] = {
            field.name: getattr(self, field.name)
            for field in fields(Arguments)
            if field.name != "token"
        }
        if self.token_file == STDIN:
            members |= {"token": sys.stdin.read(), "token_file": None}
        if self.door is not None:
            members["door"] = self.door.value
        return Arguments(**members)

    def service(self) -> "Service":
        """Connect to the service.

        Raises:
            SettingsError, IdentityError: as `s3vend.connect`.
        """
        from s3vend.service.connect import connect

        arguments = self.arguments()
        return connect(
            **{field.name: getattr(arguments, field.name) for field in fields(arguments)}
        )


SHARED = tuple(
    parameter.replace(kind=KEYWORD) for parameter in inspect.signature(Options).parameters.values()
)


class Command(TyperCommand):
    """A command that keeps the words after `--`, and exits with ``usage`` if misused."""

    usage = USAGE

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse as Typer does, with these two differences."""
        if "--" in args and self.name == "exec":
            at = args.index("--")
            args, ctx.meta["command"] = args[:at], args[at + 1 :]
        with usage_errors(ctx, self.usage):
            return super().parse_args(ctx, args)


class PlanCommand(Command):
    """`plan`, which exits with 1 if misused, since 2 means that there are changes."""

    usage = 1


def command(
    app: typer.Typer,
    name: str | None,
    function: Callable[..., None],
    examples: Sequence[str],
    *,
    cls: type[Command] = Command,
) -> None:
    """Add a subcommand to ``app``. The first parameter of ``function`` is an `Options`.

    Without a name, ``function`` runs if the command line names no subcommand of ``app``.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    parameters = [*(parameter.replace(kind=KEYWORD) for parameter in own), *SHARED]
    if name is None:
        parameters.insert(0, inspect.Parameter("ctx", KEYWORD, annotation=typer.Context))
    defaults = {parameter.name: parameter.default for parameter in parameters}

    def run(**values: Any) -> None:
        shared = {parameter.name: values.pop(parameter.name) for parameter in SHARED}
        subcommand = values.pop("ctx").invoked_subcommand if name is None else None
        options = Options(**shared)
        with exits(cls.usage, as_json=options.is_json):
            if subcommand is not None:
                if any(value != defaults[of] for of, value in {**values, **shared}.items()):
                    raise Refusal(f"put options after {subcommand}, not before it")
                return
            function(options, **values)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__name__, run.__doc__ = function.__name__, _help(function, examples)
    if name is None:
        app.callback(invoke_without_command=True)(run)
    else:
        app.command(name, cls=cls)(run)


def _help(function: Callable[..., None], examples: Sequence[str]) -> str:
    text = inspect.cleandoc(function.__doc__ or "")
    return "\n".join([text, "", "\b", "Examples:", *(f"  {example}" for example in examples)])
