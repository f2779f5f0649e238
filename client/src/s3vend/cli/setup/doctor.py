"""`s3vend doctor`: finds what does not work on this machine, and says what to do."""

from typing import Annotated

import typer

from s3vend.cli.terminal.arguments import parse_target
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import scopes
from s3vend.cli.terminal.text import Painted, put_json, put_text

EXAMPLES = (
    "s3vend doctor",
    "s3vend doctor 's3://bucket/uploads/*' --origin https://app.example.com",
)
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(
    options: Options,
    *,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="TARGET",
            help="Target to check, such as s3://bucket/reports/*.",
            autocompletion=scopes,
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option("--origin", help="Origin of web pages to check, such as https://a.example."),
    ] = None,
) -> None:
    """Find out what does not work, and what to do.

    Checks the address, TLS, the clock, your identity and your grants; with TARGET, also your access
    to it. With --origin, checks whether pages of that origin may call the service and, with TARGET,
    use URLs of the bucket (CORS). Each line shows ok, warn or fail. Exits with 0 if nothing
    fails, else with the code of the first failure: 1 refused, 2 settings, 3 identity or clock,
    4 not reachable.
    """
    from s3vend.cli.setup.checks import run_checks
    from s3vend.cli.setup.preflight import parse_origin

    checked = None if origin is None else parse_origin(origin)
    findings = []
    for finding in run_checks(options, target and parse_target(target), checked):
        findings.append(finding)
        if not options.is_json:
            level = Painted(finding.level.ljust(4), COLOURS[finding.level])
            put_text(level, f"  {finding.check}: {finding.detail}", hang=6)
            if finding.advice:
                put_text(f"      {finding.advice}", hang=6)
    if options.is_json:
        put_json({"checks": [finding.as_json() for finding in findings]})
    if code := next((finding.code for finding in findings if finding.level == "fail"), 0):
        raise typer.Exit(code)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "doctor", doctor, EXAMPLES)
