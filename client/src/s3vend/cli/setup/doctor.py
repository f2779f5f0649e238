"""`s3vend doctor`: finds what does not work on this machine, and says what to do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from s3vend.cli.terminal.arguments import parse_target
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import scopes
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import Painted, put_json, put_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from s3vend.cli.setup.findings import Finding

EXAMPLES = (
    "s3vend doctor",
    "s3vend doctor 's3://bucket/uploads/*' --origin https://app.example.com",
    "s3vend doctor 's3://bucket/inbox/*' --browser",
    "s3vend doctor --provenance s3vend-0.1.0.intoto.json --stack s3vend",
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
    browser: Annotated[
        bool,
        typer.Option(
            "--browser", help="Check or show the CORS rule for the pages of upload links."
        ),
    ] = False,
    provenance: Annotated[
        Path | None,
        typer.Option(
            "--provenance",
            metavar="FILE",
            help="Check only whether a stack runs the code of the release with this provenance.",
        ),
    ] = None,
    stack: Annotated[
        str | None,
        typer.Option("--stack", help="Stack to compare with --provenance. Default: s3vend."),
    ] = None,
) -> None:
    """Find out what does not work, and what to do.

    Checks the address, TLS, the clock, your identity and your grants; with TARGET, also your access
    to it. With --origin, checks whether pages of that origin may call the service and, with TARGET,
    use URLs of the bucket (CORS). With --browser, shows the CORS rule that a bucket needs for the
    pages of upload links and, with TARGET, checks whether its bucket has one. Each line shows ok,
    warn or fail. Exits with 0 if nothing fails, else with the code of the first failure: 1 refused,
    2 settings, 3 identity or clock, 4 not reachable.

    With --provenance, for those who operate the service: asks AWS, with your AWS credentials, which
    code and which layer the functions of a stack run, and compares them with a release.
    """
    findings = []
    for finding in _findings(options, target, origin, browser, provenance, stack):
        findings.append(finding)
        if not options.is_json:
            level = Painted(finding.level.ljust(4), COLOURS[finding.level])
            put_text(level, f"  {finding.check}: {finding.detail}", hang=6)
            if finding.advice:
                put_text(f"      {finding.advice}", hang=6)
            if finding.rule:
                put_json(finding.rule)
    if options.is_json:
        put_json({"checks": [finding.as_json() for finding in findings]})
    if code := next((finding.code for finding in findings if finding.level == "fail"), 0):
        raise typer.Exit(code)


def _findings(
    options: Options,
    target: "str | None",
    origin: "str | None",
    browser: bool,  # noqa: FBT001 - as Typer gives it
    provenance: "Path | None",
    stack: "str | None",
) -> "Iterable[Finding]":
    from s3vend.cli.setup.checks import run_checks
    from s3vend.cli.setup.deployed import clients
    from s3vend.cli.setup.preflight import parse_origin
    from s3vend.cli.setup.provenance import STACK, check_provenance, release

    if provenance is None:
        if stack is not None:
            raise Refusal("--stack needs --provenance FILE")
        checked = None if origin is None else parse_origin(origin)
        return run_checks(options, target and parse_target(target), checked, browser=browser)
    if target is not None or origin is not None or browser:
        raise Refusal(
            "--provenance checks the code alone: leave out TARGET, --origin and --browser"
        )
    expected = release(provenance)
    client = clients(options.aws_profile, options.region)
    return check_provenance(expected, stack or STACK, client)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "doctor", doctor, EXAMPLES)
