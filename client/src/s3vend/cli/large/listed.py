"""`s3vend plan --staged`: lists the large changes that can still be written or cancelled."""

from typing import Annotated, Any

import typer

from s3vend.cli.large.staged import ROUTE, facts_of
from s3vend.cli.terminal.command import Options
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import counted, put_json, put_table
from s3vend.service.pages import pages

Listed = Annotated[
    bool, typer.Option("--staged", help="List the large changes that all administrators staged.")
]
COLUMNS = ("ID", "STATE", "DONE", "ENTRIES", "AUTHOR", "STAGED", "EXPIRES")
OVER = ("applied", "cancelled")
PLANNED, WRITING = "planned", "writing"


def list_staged(options: Options, *, alone: bool) -> None:
    """List the changes that are not over: the one that is written first, then the newest.

    Raises:
        Refusal: something else was asked for too.
    """
    if not alone:
        raise Refusal("--staged stands alone; it lists what all administrators have staged")
    found = [one for one in pages(options.service(), ROUTE, "staged") if one["state"] not in OVER]
    found.sort(key=lambda one: (one["state"] == WRITING, one["createdAt"]), reverse=True)
    if options.is_json:
        put_json({"staged": found})
        return
    put_table(COLUMNS, [_row(one) for one in found])
    if not options.quiet:
        say("to cancel one: s3vend apply --cancel ID" if found else "no large change is staged")


def _row(one: "dict[str, Any]") -> "tuple[object, ...]":
    share, *_ = facts_of(one)
    entries = ", ".join(
        counted(count, name.removesuffix("s")) for name, count in one["entries"].items()
    )
    done = None if one["state"] == PLANNED else share.strip()
    expires = None if one["state"] == WRITING else one["expiresAt"]
    return one["id"], one["state"], done, entries, one["author"], one["createdAt"], expires
