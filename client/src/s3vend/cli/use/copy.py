"""`s3vend cp`: one file up, or one object down, by presigned URLs."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.bar import bar
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.ending import INTERRUPTED, Refusal, say
from s3vend.errors import S3VendError

if TYPE_CHECKING:
    from s3vend.service.connect import Service

EXAMPLES = (
    "s3vend cp report.csv s3://bucket/uploads/",
    "s3vend cp s3://bucket/reports/2026.csv .",
    "s3vend cp s3://bucket/reports/2026.csv - | head -1",
    "pg_dump shop | s3vend cp - s3://bucket/uploads/shop.sql",
)
S3 = "s3://"
MIB = 1024 * 1024


def copy(
    options: Options,
    *,
    source: Annotated[str, typer.Argument(help="A file or s3://bucket/key; - is stdin.")],
    destination: Annotated[str, typer.Argument(help="The other one of the two; - is stdout.")],
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="Up: as what it is stored; else guessed.")
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite/--no-overwrite", help="Whether what is there may be replaced."),
    ] = True,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=64, help="Parts or ranges at a time.")
    ] = 8,
    part_size: Annotated[
        int | None, typer.Option("--part-size", min=5, help="MiB of a part; else chosen.")
    ] = None,
) -> None:
    """Copy a file to S3, or an object to a file, by presigned URLs.

    Goes on after Ctrl-C or a crash where it was, if the same is typed again (not with -).
    Checksums are compared; a file has its name only once it is whole.
    """
    up = destination.startswith(S3)
    if up == source.startswith(S3):
        raise Refusal("one of the two is s3://bucket/key, and the other a file or -")
    size = {} if part_size is None else {"part_size": part_size * MIB}
    service = options.service()
    if up:
        key = _key(source, destination)
        more = {"content_type": content_type, "overwrite": overwrite, "parallel": parallel, **size}
        with _explain_resume(source), bar(key, quiet=options.quiet) as progress:
            _upload(source, key, progress=progress, service=service, **more)
        _say_done(f"{source} is at {key}", options)
        return
    if content_type is not None:
        raise Refusal("--content-type is for what is stored in S3")
    target = parse_key(source)
    if destination == STDIN:
        _to_stdout(service, target)
        return
    path = Path(destination)
    final = path / target.rpartition("/")[2] if path.is_dir() else path
    if not overwrite and final.exists():
        raise Refusal(f"{final} is there already", 1)
    from s3vend.transfer.download.get import download

    with _explain_resume(destination), bar(target, quiet=options.quiet) as progress:
        got = download(target, path, parallel=parallel, progress=progress, service=service, **size)
    _say_done(f"{target} is at {got.path}", options)


def _key(source: str, destination: str) -> str:
    """The key; below a prefix it is named as the file is."""
    if not destination.endswith("/"):
        return parse_key(destination)
    name = Path(source).name
    if source == STDIN or name in ("", ".", ".."):
        raise Refusal(f"{destination} is a prefix, and {source} has no name: name the key")
    return parse_key(destination + name)


def _upload(source: str, key: str, *, service: "Service", **more: Any) -> None:
    """Upload a file; what comes from stdin is put into one that has no name for long."""
    from s3vend.transfer.upload.put import abandon, upload

    if source != STDIN:
        upload(source, key, service=service, **more)
        return
    with tempfile.NamedTemporaryFile(prefix="s3vend-") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept, MIB)
        kept.flush()
        try:
            upload(kept.name, key, service=service, **more)
        except BaseException:  # nobody can go on with it: its parts would only cost
            with suppress(S3VendError):
                abandon(kept.name, key, service=service)
            raise


@contextmanager
def _explain_resume(local: str) -> Iterator[None]:
    """Ctrl-C says how to go on, where that can be."""
    try:
        yield
    except KeyboardInterrupt:
        if local == STDIN:
            raise
        raise Refusal("interrupted; the same line goes on from here", INTERRUPTED) from None


def _to_stdout(service: "Service", target: str) -> None:
    """In one request, since what went on cannot be taken back."""
    from s3vend.cli.use.stream import stream

    stream(service, target, sys.stdout.buffer)


def _say_done(said: str, options: Options) -> None:
    if not options.quiet and sys.stderr.isatty():
        say(said)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "cp", copy, EXAMPLES)
