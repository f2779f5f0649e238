"""`s3vend cp`: one file up, or one object down, by presigned URLs."""

import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from s3vend.cli.arguments import one_key
from s3vend.cli.bar import bar
from s3vend.cli.command import STDIN, Asking, command
from s3vend.cli.ending import Refusal, say

if TYPE_CHECKING:
    from s3vend.service import Service

EXAMPLES = (
    "s3vend cp report.csv s3://bucket/uploads/",
    "s3vend cp s3://bucket/reports/2026.csv .",
    "s3vend cp s3://bucket/reports/2026.csv - | head -1",
    "pg_dump shop | s3vend cp - s3://bucket/uploads/shop.sql",
)
S3 = "s3://"
MIB = 1024 * 1024


def copy(
    asking: Asking,
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
    service = asking.service()
    if up:
        key = _key(source, destination)
        from s3vend.upload import upload

        path, kept = _source(source)
        try:
            with bar(key, quiet=asking.quiet) as progress:
                upload(
                    path,
                    key,
                    content_type=content_type,
                    overwrite=overwrite,
                    parallel=parallel,
                    progress=progress,
                    service=service,
                    **size,
                )
        finally:
            if kept is not None:
                kept.close()
        _done(f"{source} is at {key}", asking)
        return
    if content_type is not None:
        raise Refusal("--content-type is for what is stored in S3")
    target = one_key(source)
    if destination == STDIN:
        _to_stdout(service, target)
        return
    path = Path(destination)
    final = path / target.rpartition("/")[2] if path.is_dir() else path
    if not overwrite and final.exists():
        raise Refusal(f"{final} is there already", 1)
    from s3vend.download import download

    with bar(target, quiet=asking.quiet) as progress:
        got = download(target, path, parallel=parallel, progress=progress, service=service, **size)
    _done(f"{target} is at {got.path}", asking)


def _key(source: str, destination: str) -> str:
    """The key; below a prefix it is named as the file is."""
    if not destination.endswith("/"):
        return one_key(destination)
    name = Path(source).name
    if source == STDIN or name in ("", ".", ".."):
        raise Refusal(f"{destination} is a prefix, and {source} has no name: name the key")
    return one_key(destination + name)


def _source(source: str) -> tuple[Path, IO[bytes] | None]:
    """The file; what comes from stdin is put into one that has no name for long."""
    if source != STDIN:
        return Path(source), None
    kept = tempfile.NamedTemporaryFile(prefix="s3vend-")  # noqa: SIM115 - the caller closes it
    while block := sys.stdin.buffer.read(MIB):
        kept.write(block)
    kept.flush()
    return Path(kept.name), kept


def _to_stdout(service: "Service", target: str) -> None:
    """In one request, since what went on cannot be taken back."""
    from s3vend.cli.stream import stream

    stream(service, target, sys.stdout.buffer)


def _done(said: str, asking: Asking) -> None:
    if not asking.quiet and sys.stderr.isatty():
        say(said)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "cp", copy, EXAMPLES)
