"""Runs a copy of many files for a command: progress, what failed, and a summary."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from s3vend.cli.terminal.bar import live_line, size_text
from s3vend.cli.terminal.command import Options
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import REFUSED, Refusal, interrupted
from s3vend.cli.terminal.text import counted, put, put_json
from s3vend.cli.trees.total import Pace

if TYPE_CHECKING:
    from s3vend.copying.results import Synced
    from s3vend.copying.wishes import Wishes
    from s3vend.transfer.many.jobs import Result

WOULD = {"copied": "would copy", "deleted": "would delete"}


def copy_many(
    options: Options,
    sources: Sequence[str],
    destination: str,
    wishes: "Wishes",
    *,
    recursive: bool = True,
) -> None:
    """Copy, and show what came of it. The sources that are here are copied together.

    Unless it is ``recursive``, `s3://bucket/name` is a key and not a prefix.

    Raises:
        Refusal: a file failed; or the copy was interrupted.
        S3VendError: as `s3vend.sync`.
    """
    from s3vend.copying.results import joined
    from s3vend.copying.roots import root_of, roots_of
    from s3vend.copying.run import run

    pace = Pace()

    def show(result: "Result") -> None:
        if result.reason and not options.quiet:
            say(f"{result.action}: {result.reason}")
        elif wishes.dry_run and not result.reason:
            size = f" ({size_text(result.size)})" if result.action == "copied" else ""
            put(f"{WOULD[result.action]} {result.name}{size}")

    def remark(text: str) -> None:
        if not options.quiet:
            say(text)

    wishes = wishes._replace(
        remark=remark, on_result=None if options.is_json else show, progress=pace.report
    )
    title, end = f"{' '.join(sources)} to {destination}", root_of(destination)
    with _explained(pace, remark), live_line(title, pace.facts, quiet=options.quiet):
        service = options.service()
        roots = roots_of(sources, recursive=recursive)
        done = joined([run(one, end, wishes, service) for one in roots])
    _put_summary(options, sources, destination, done)
    if done.failed:
        raise Refusal(f"{counted(done.failed, 'file')} could not be copied", REFUSED)


def _put_summary(
    options: Options, sources: Sequence[str], destination: str, done: "Synced"
) -> None:
    if options.is_json:
        counts = ("copied", "deleted", "skipped", "failed", "unchanged", "size")
        put_json(
            {"sources": list(sources), "destination": destination, "dryRun": done.dry_run}
            | {name: getattr(done, name) for name in counts}
            | {"results": [_members(one) for one in done.results]}
            | {"remarks": list(done.remarks)}
        )
    elif not options.quiet:
        say(_summary(done))


def _summary(done: "Synced") -> str:
    verb = "would copy" if done.dry_run else "copied"
    counts = {name: getattr(done, name) for name in ("unchanged", "deleted", "skipped", "failed")}
    others = [
        f"would delete {count:,}" if done.dry_run and name == "deleted" else f"{count:,} {name}"
        for name, count in counts.items()
        if count
    ]
    return ", ".join([f"{verb} {counted(done.copied, 'file')} ({size_text(done.size)})", *others])


def _members(result: "Result") -> dict[str, object]:
    members = {"action": result.action, "name": result.name, "size": result.size}
    return members | ({"reason": result.reason} if result.reason else {})


@contextmanager
def _explained(pace: Pace, remark: Callable[[str], None]) -> Iterator[None]:
    """On Ctrl-C, and at an error after which some files are done, say how to go on."""
    from s3vend.errors import S3VendError

    try:
        yield
    except KeyboardInterrupt:
        raise interrupted() from None
    except S3VendError:
        if pace.total is not None and pace.total.done_files:
            remark("stopped early; run the same command again to resume")
        raise
