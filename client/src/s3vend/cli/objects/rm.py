"""`s3vend rm`: deletes objects: named ones, all below a prefix, or what a pattern matches."""

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from s3vend.cli.terminal.arguments import NoGlob, Recursive, Yes
from s3vend.cli.terminal.bar import live_line
from s3vend.cli.terminal.command import Options, command
from s3vend.cli.terminal.completion import prefixes
from s3vend.cli.terminal.ending import confirm, say
from s3vend.cli.terminal.refusal import REFUSED, Refusal
from s3vend.cli.terminal.text import counted, put, put_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from s3vend.removal.targets import Group
    from s3vend.transfer.many.jobs import Result
    from s3vend.transfer.many.tally import Total

EXAMPLES = (
    "s3vend rm s3://bucket/uploads/report.csv",
    "s3vend rm --recursive s3://bucket/uploads/old/ --dry-run",
    "s3vend rm 's3://bucket/uploads/**/*.tmp' --yes",
)
SHOWN = 5  # objects that the question names


def rm(
    options: Options,
    *,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET",
            help="s3://bucket/key, a prefix with -r, or a pattern as for ls.",
            autocompletion=prefixes,
        ),
    ],
    recursive: Recursive = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would be deleted.")
    ] = False,
    yes: Yes = False,
    no_glob: NoGlob = False,
) -> None:
    """Delete objects.

    Asks for confirmation, unless it is one object that you name. Exits with 1 if an object could
    not be deleted, or does not exist; all others are deleted. A bucket that keeps versions keeps
    them below a delete marker.
    """
    from s3vend.removal.run import Removal
    from s3vend.removal.targets import groups_of
    from s3vend.transfer.many.tally import Tally

    groups = groups_of(targets, recursive=recursive, literal=no_glob)
    asks = not (yes or dry_run or [len(group.keys or "..") for group in groups] == [1])
    if asks and not sys.stdin.isatty():
        raise Refusal(
            "cannot ask for confirmation without a terminal; --dry-run shows what would be "
            "deleted, and --yes deletes it",
            REFUSED,
        )
    service = options.service()
    found: list[tuple[Group, Iterable[str]]] = [(group, group.names(service)) for group in groups]
    if asks:
        found = [(group, list(names)) for group, names in found]
        _ask([f"{group.prefix}{name}" for group, names in found for name in names])
    removed = _Removed(options, dry_run=dry_run)
    removal = Removal(service, removed.add, Tally(removed.report), dry_run=dry_run)
    try:
        with live_line("deleting", removed.facts, quiet=options.quiet):
            removal.run(found)
    finally:
        removed.put_summary(removal.markers, removal.unknown)
    if removed.failed:
        raise Refusal(removed.failure, REFUSED)


def _ask(targets: "Sequence[str]") -> None:
    """Show what would be deleted, and ask, unless it is nothing."""
    unique = list(dict.fromkeys(targets))
    if not unique:
        return
    more = [f"  and {len(unique) - SHOWN:,} more"] if len(unique) > SHOWN else []
    say("this deletes", *(f"  {target}" for target in unique[:SHOWN]), *more)
    if not confirm(f"Delete {counted(len(unique), 'object')}?"):
        raise Refusal("nothing is deleted", REFUSED)


@dataclass(slots=True)
class _Removed:
    """Counts results; in JSON they are kept. Results come from one thread at a time."""

    options: Options
    dry_run: bool
    deleted: int = 0
    failed: int = 0
    results: list[dict[str, str]] = field(default_factory=list)
    total: "Total | None" = None

    @property
    def count(self) -> int:
        """The number of results so far."""
        return self.deleted + self.failed

    @property
    def failure(self) -> str:
        """The sentence for the end if something failed: objects, or targets without any."""
        if not self.deleted:
            return "nothing would be deleted" if self.dry_run else "nothing was deleted"
        return f"{self.failed:,} could not be deleted"

    def add(self, result: "Result") -> None:
        """Take a result, whose name is the target."""
        if result.action == "failed":
            self.fail(result.name, result.reason)
            return
        self.deleted += 1
        self._keep("deleted", result.name)
        if self.dry_run and not self.options.is_json:
            put(f"would delete {result.name}")

    def fail(self, target: str, reason: str) -> None:
        """Take that a target is not deleted."""
        self.failed += 1
        self._keep("failed", target, reason)
        if not self.options.is_json:
            say(f"failed: {reason}")

    def report(self, total: "Total") -> None:
        """Take how far it is."""
        self.total = total

    def facts(self) -> list[str]:
        """Return what the line at the terminal shows."""
        if self.total is None:
            return ["listing"]
        more = "" if self.total.is_planned else " or more"
        return [f"{self.total.done_files:,} of {self.total.files:,}{more} objects"]

    def put_summary(self, markers: int, unknown: int) -> None:
        """Write what was done; nothing if nothing was."""
        if self.options.is_json:
            if self.count:
                counts = {"deleted": self.deleted, "failed": self.failed, "deleteMarkers": markers}
                put_json({"dryRun": self.dry_run, **counts, "results": self.results})
            return
        if self.options.quiet or not self.deleted:
            return
        say(f"{'would delete' if self.dry_run else 'deleted'} {counted(self.deleted, 'object')}")
        if markers:
            say(f"the bucket keeps versions: {markers:,} of them are below a delete marker now")
        if unknown:
            say(f"{counted(unknown, 'object')} may not have existed: without READ, nobody can tell")

    def _keep(self, action: str, target: str, reason: str = "") -> None:
        if self.options.is_json:
            members = {"action": action, "target": target}
            self.results.append(members | ({"reason": reason} if reason else {}))


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "rm", rm, EXAMPLES)
