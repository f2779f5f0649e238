"""`s3vend doctor`: what does not work here, and what to do."""

from typing import Annotated

import typer

from s3vend.cli.terminal.arguments import parse_target as checked
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.text import paint, printable, put, put_json

EXAMPLES = (
    "s3vend doctor",
    "s3vend doctor 's3://bucket/uploads/*' --origin https://app.example.com",
)
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    options: Options,
    *,
    target: Annotated[
        str | None, typer.Argument(metavar="[TARGET]", help="What you would like to reach.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", help="With TARGET: of web pages that use URLs.")
    ] = None,
) -> None:
    """Check address, TLS, clock, identity and grants; with TARGET also that, and the bucket's CORS.

    Every line says ok, warn or fail, and what to do. Ends with 0 where nothing fails, else as
    the first failure would: 1 refused, 2 settings, 3 identity or clock, 4 not reachable.
    """
    from s3vend.cli.setup.checks import run_checks

    found = []
    for one in run_checks(options, target and checked(target), origin):
        found.append(one)
        if not options.is_json:
            level = paint(one.level.ljust(4), COLOURS[one.level])
            put(f"{level}  {one.check}: {printable(one.said)}")
            if one.advice:
                put(f"      {printable(one.advice)}")
    if options.is_json:
        put_json({"checks": [one.as_json() for one in found]})
    if code := next((one.code for one in found if one.level == "fail"), 0):
        raise typer.Exit(code)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "doctor", doctor, EXAMPLES)
