"""A subcommand: its own arguments, those that all share, its examples, and how it ends."""

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

if TYPE_CHECKING:
    from s3vend.identity.settings import Arguments
    from s3vend.service.connect import Service

STDIN = "-"
KEYWORD = inspect.Parameter.KEYWORD_ONLY


class Output(str, Enum):
    """How an answer is shown."""

    TABLE = "table"
    JSON = "json"


class Door(str, Enum):
    """Where the service is entered."""

    IAM = "iam"
    WEB_IDENTITY = "web-identity"


def profile_names(incomplete: str) -> list[str]:
    """The names of profiles that begin so, for a shell that completes."""
    import configparser

    from s3vend.identity.settings import config_file

    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read(config_file(os.environ), encoding="utf-8")
    except (configparser.Error, UnicodeError):
        return []
    return [name for name in parser.sections() if name.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of every subcommand: where the service is, who asks, and how to show it."""

    profile: Annotated[
        str | None,
        typer.Option(
            "--profile", help="A section of ~/.config/s3vend/config.", autocompletion=profile_names
        ),
    ] = None
    url: Annotated[
        str | None, typer.Option("--url", help="Where the service is, with its stage.")
    ] = None
    token_file: Annotated[
        str | None, typer.Option("--token-file", help="Who asks: a file with a token; - stdin.")
    ] = None
    aws_profile: Annotated[
        str | None, typer.Option("--aws-profile", help="Who asks: a profile of AWS.")
    ] = None
    door: Annotated[
        Door | None, typer.Option("--door", help="Who asks: AWS credentials, or a token.")
    ] = None
    audience: Annotated[
        str | None, typer.Option("--audience", help="Of tokens that are asked for here.")
    ] = None
    region: Annotated[
        str | None, typer.Option("--region", help="Of the service's API, for signatures.")
    ] = None
    output: Annotated[
        Output, typer.Option("--output", "-o", help="For people, or for programs.")
    ] = Output.TABLE
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No bar, no remarks.")] = False

    @property
    def is_json(self) -> bool:
        """Whether a program reads the answer."""
        return self.output is Output.JSON

    def given(self) -> "Arguments":
        """As the client takes it; a token from stdin is read here."""
        from s3vend.identity.settings import Arguments

        members: dict[str, Any] = {
            one.name: getattr(self, one.name) for one in fields(Arguments) if one.name != "token"
        }
        if self.token_file == STDIN:
            members |= {"token": sys.stdin.read(), "token_file": None}
        if self.door is not None:
            members["door"] = self.door.value
        return Arguments(**members)

    def service(self) -> "Service":
        """The service, with an identity. Raises what `s3vend.connect` raises."""
        from s3vend.service.connect import connect

        given = self.given()
        return connect(**{one.name: getattr(given, one.name) for one in fields(given)})


SHARED = tuple(one.replace(kind=KEYWORD) for one in inspect.signature(Options).parameters.values())


class Command(TyperCommand):
    """Keeps what stands behind `--`, and ends misuse of it with a code of its own."""

    usage = USAGE

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer, but for these two."""
        if "--" in args and self.name == "exec":
            at = args.index("--")
            args, ctx.meta["behind"] = args[:at], args[at + 1 :]
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if getattr(error, "exit_code", None) == USAGE:
                error.exit_code = self.usage  # type: ignore[attr-defined]
            raise


class PlanCommand(Command):
    """Of it 2 means that there are changes."""

    usage = 1


def command(
    app: typer.Typer,
    name: str | None,
    function: Callable[..., None],
    examples: Sequence[str],
    *,
    cls: type[Command] = Command,
) -> None:
    """Add a subcommand; the first parameter of ``function`` is an `Options`.

    Without a name it is the callback of ``app``, for when no subcommand of it is named.
    """
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    taken = [one.replace(kind=KEYWORD) for one in own]
    parameters = [*taken, *SHARED]
    if name is None:
        parameters.insert(0, inspect.Parameter("ctx", KEYWORD, annotation=typer.Context))
    defaults = {one.name: one.default for one in parameters}

    def run(**given: Any) -> None:
        shared = {one.name: given.pop(one.name) for one in SHARED}
        within = given.pop("ctx").invoked_subcommand if name is None else None
        with exits(cls.usage):
            if within is not None:
                if any(one != defaults[of] for of, one in {**given, **shared}.items()):
                    raise Refusal(f"put options behind {within}, not before it")
                return
            function(Options(**shared), **given)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    run.__name__, run.__doc__ = function.__name__, _help(function, examples)
    if name is None:
        app.callback(invoke_without_command=True)(run)
    else:
        app.command(name, cls=cls)(run)


def _help(function: Callable[..., None], examples: Sequence[str]) -> str:
    said = inspect.cleandoc(function.__doc__ or "")
    return "\n".join([said, "", "\b", "Examples:", *(f"  {one}" for one in examples)])
