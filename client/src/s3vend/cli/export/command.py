"""`s3vend export`: writes what stands on the service as a `vending.yaml`."""

import sys
from functools import partial
from typing import Annotated

import typer

from s3vend.cli.grant.file import write_file
from s3vend.cli.terminal.arguments import Owner
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import confirm, say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import put, put_json


def export(
    options: Options,
    *,
    owner: Owner = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write to this file instead of stdout."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file without asking.")
    ] = False,
) -> None:
    """Write the grants, issuers, locations and tests of the service as a vending.yaml.

    The same entries are always the same text: `plan` finds no changes in it. Acknowledgements of
    warnings are not stored, so they are missing. With --owner, only the entries of that owner.
    """
    from s3vend.cli.export.short import short_entry
    from s3vend.cli.export.standing import standing_document
    from s3vend.cli.export.written import yaml_lines

    document = standing_document(options.service(), owner)
    short = {
        name: [short_entry(name, entry) for entry in value] if isinstance(value, list) else value
        for name, value in document.items()
    }
    if out not in (None, STDIN):
        agree = None if overwrite else partial(_ask_to_replace, str(out))
        write_file(str(out), "".join(f"{line}\n" for line in yaml_lines(short)), agree)
        if not options.is_json and not options.quiet:
            say(f"wrote {out}")
    if options.is_json:
        put_json(document | ({"file": out} if out not in (None, STDIN) else {}))
    elif out in (None, STDIN):
        is_unicode = (sys.stdout.encoding or "utf-8").lower().startswith("utf")
        for line in yaml_lines(short, is_ascii=not is_unicode):
            put(line)


def _ask_to_replace(file: str) -> None:
    if not sys.stdin.isatty():
        raise Refusal(f"{file} already exists; use --overwrite to replace it", REFUSED)
    if not confirm(f"{file} already exists. Replace it?"):
        raise Refusal(f"{file} is not replaced", REFUSED)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(
        app,
        "export",
        export,
        (
            "s3vend export --out vending.yaml",
            "s3vend export | s3vend plan -",
            "s3vend export --owner team-data --out team-data.yaml",
        ),
    )
