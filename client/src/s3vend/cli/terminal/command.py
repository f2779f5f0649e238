"""Makes a subcommand of a function: adds the common options, the examples and the exit codes."""

import inspect
import re
import sys
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from s3vend.cli.terminal.completion import profile_names
from s3vend.cli.terminal.ending import exits
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.usage import Command

if TYPE_CHECKING:
    from s3vend.identity.settings import Arguments
    from s3vend.service.connect import Service

STDIN = "-"
LONGEST_EXAMPLE = 74  # columns
_WORD = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
HURRY = "2s"  # for what is only nice to know
KEYWORD = inspect.Parameter.KEYWORD_ONLY


class Output(str, Enum):
    """The output format."""

    TABLE = "table"
    JSON = "json"


class Door(str, Enum):
    """The door of the service."""

    IAM = "iam"
    WEB_IDENTITY = "web-identity"


class Options(NamedTuple):
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
    retries: Annotated[
        int | None,
        typer.Option(
            "--retries",
            min=0,
            help="How often to send a request again after a temporary error. Default: 4, or "
            "S3VEND_RETRIES.",
        ),
    ] = None
    timeout: Annotated[
        str | None,
        typer.Option(
            "--timeout",
            help="How long to wait for a connection and for each part of an answer: 30 (seconds), "
            "30s or 2m. Default: 5s and 60s, or S3VEND_TIMEOUT.",
        ),
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
            name: getattr(self, name) for name in Arguments._fields if name != "token"
        }
        if self.token_file == STDIN:
            members |= {"token": sys.stdin.read(), "token_file": None}
        if self.door is not None:
            members["door"] = self.door.value
        return Arguments(**members)

    def service(self, *, hurried: bool = False) -> "Service":
        """Connect to the service; ``hurried`` asks once and waits shortly, unless options differ.

        Raises:
            SettingsError, IdentityError: as `s3vend.connect`.
        """
        from s3vend.service.connect import connect

        members = self.arguments()._asdict()
        retries, timeout = self.retries, self.timeout
        if hurried:
            retries, timeout = retries or 0, timeout or HURRY
        return connect(**members, retries=retries, timeout=timeout)


SHARED = tuple(
    parameter.replace(kind=KEYWORD) for parameter in inspect.signature(Options).parameters.values()
)


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
        with exits(cls.usage, cls.refused, as_json=options.is_json):
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
    lines = [line for example in examples for line in example_lines(example)]
    return "\n".join([text, "", "\b", "Examples:", *lines])


def example_lines(example: str) -> list[str]:
    """Return a command as lines that fit, and that a shell takes as they are."""
    lines = [""]
    for word in _WORD.findall(example):
        if len(lines[-1]) + len(word) > LONGEST_EXAMPLE:
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {word}"
    return [f" {line}" for line in lines]
