"""`s3vend check`: checks files of `vending.yaml` as the service would, without asking it."""

from dataclasses import asdict
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.check.core import core_check
from s3vend.cli.check.reading import SERVICE, Found, placed, read_files, standing
from s3vend.cli.grant.file import write_file
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import Painted, counted, put, put_json
from s3vend.cli.terminal.usage import QuestionCommand

if TYPE_CHECKING:
    from s3vend.cli.grant.document import Document

COLOURS = {"error": "red", "warning": "yellow"}


def check(
    options: Options,
    *,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Files of vending.yaml; - is stdin.")
    ],
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="OLD",
            help="Show who reaches more or less than with OLD: an older file, or 'service'.",
        ),
    ] = None,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="With --against service: as apply --prune, remove what is not in the lists.",
        ),
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--setting",
            metavar="NAME=VALUE",
            help="A setting of the stack, such as Account=123456789012.",
        ),
    ] = None,
    sarif: Annotated[
        str | None,
        typer.Option("--sarif", metavar="OUT", help="Also write the findings as SARIF 2.1.0."),
    ] = None,
) -> None:
    """Check a vending.yaml before it is sent, without a service.

    Finds what the service would refuse, failed tests, and warnings. Several files are one document.
    Exits with 0 also if there are warnings, with 1 if there is a fault or a failed test, and with 2
    if a file cannot be read or the service refuses the question.
    """
    run, settings = core_check(), _settings(setting or [])
    old = against or []
    if SERVICE in old and len(old) > 1:
        raise Refusal(f"--against is {SERVICE} or files; a file of that name is ./{SERVICE}")
    if prune and old != [SERVICE]:
        raise Refusal(f"--prune is for --against {SERVICE}; files are compared as a whole")
    documents, found = read_files(files)
    report: dict[str, Any] = {"findings": [], "notChecked": [], "differences": []}
    if not found:
        stands = standing(old, options.service() if old == [SERVICE] else None)
        from s3vend.cli.grant.document import uncollected

        try:
            with uncollected():
                report = run(
                    {file: document.members for file, document in documents.items()},
                    settings,
                    datetime.now(timezone.utc),
                    against=stands,
                    prune=prune or old not in ([], [SERVICE]),
                )
        except ValueError as error:
            raise Refusal(str(error)) from None
        found = [_found(one, documents) for one in report["findings"]]
        for one in report["notChecked"]:
            one["file"] = [*documents][one["file"]]
    if sarif is not None:
        import json

        from s3vend.cli.check.sarif import as_sarif

        write_file(sarif, json.dumps(as_sarif(found, report["notChecked"]), indent=2))
    _show(options, documents, found, report, compared=bool(old))
    if any(one.level == "error" for one in found):
        raise typer.Exit(REFUSED)


def _settings(given: "list[str]") -> "dict[str, str]":
    settings = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or name in settings:
            reason = "is given twice" if equals else "must be NAME=VALUE"
            raise Refusal(f"--setting: {one!r} {reason}")
        settings[name] = value
    return settings


def _found(finding: "dict[str, Any]", documents: "dict[str, Document]") -> Found:
    file = [*documents][finding["file"]]
    members = (finding[name] for name in ("level", "code", "pointer", "detail"))
    return placed(documents[file], file, *members)


def _show(
    options: Options,
    documents: "dict[str, Document]",
    found: "list[Found]",
    report: "dict[str, Any]",
    *,
    compared: bool,
) -> None:
    errors = sum(one.level == "error" for one in found)
    warnings = len(found) - errors
    if options.is_json:
        counts = {"errors": errors, "warnings": warnings}
        put_json({**counts, **report, "findings": [asdict(one) for one in found]})
        return
    for one in sorted(found, key=lambda each: (each.file, each.line, each.column)):
        where = f"{one.pointer}: " if one.pointer else ""
        place = f"{one.file}:{one.line}:{one.column}: "
        put(place, Painted(one.level, COLOURS[one.level]), f": {where}{one.detail} [{one.code}]")
    for difference in report["differences"]:
        put(difference["text"])
    if compared and not errors and not report["differences"]:
        put("Nobody reaches more or less.")
    if not options.quiet and report["notChecked"]:
        for one in report["notChecked"]:
            line = documents[one["file"]].line(one["pointer"])
            say(f"not known: {one['setting']}: {one['file']}:{line}: {one['detail']}")
        if any(one["setting"][0].isupper() for one in report["notChecked"]):
            say("these are settings of the stack; give what you know as --setting NAME=VALUE")
    put(f"{_count(errors, 'error')}, {_count(warnings, 'warning')}.")


def _count(number: int, what: str) -> str:
    return counted(number, what) if number else f"no {what}s"


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "check",
        check,
        (
            "s3vend check vending.yaml",
            "s3vend check platform.yaml team-*.yaml --sarif check.sarif",
            "s3vend check vending.yaml --against old.yaml",
            "s3vend check vending.yaml --against service --prune",
        ),
        cls=QuestionCommand,
    )
