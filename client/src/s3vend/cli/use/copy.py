"""`s3vend cp`: uploads a file or downloads an object, with presigned URLs."""

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
    source: Annotated[str, typer.Argument(help="File or s3://bucket/key; - is stdin.")],
    destination: Annotated[str, typer.Argument(help="s3://bucket/key or file; - is stdout.")],
    content_type: Annotated[
        str | None,
        typer.Option("--content-type", help="Upload: media type. Default: from the file name."),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite/--no-overwrite", help="Replace an existing object or file."),
    ] = True,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=64, help="Number of parallel transfers.")
    ] = 8,
    part_size: Annotated[
        int | None,
        typer.Option("--part-size", min=5, help="Size of a part in MiB. Default: automatic."),
    ] = None,
) -> None:
    """Copy a file to S3, or an object to a file.

    After Ctrl-C or a crash, run the same command again to resume (not possible with -).
    Checksums are verified, and a downloaded file gets its name only when it is complete.
    """
    up = destination.startswith(S3)
    if up == source.startswith(S3):
        raise Refusal(
            "exactly one of source and destination must be s3://bucket/key, the other a file or -"
        )
    size = {} if part_size is None else {"part_size": part_size * MIB}
    service = options.service()
    if up:
        key = _key(source, destination)
        arguments = {
            "content_type": content_type,
            "overwrite": overwrite,
            "parallel": parallel,
            **size,
        }
        with _explain_resume(source), bar(key, quiet=options.quiet) as progress:
            _upload(source, key, progress=progress, service=service, **arguments)
        _say_done(f"copied {source} to {key}", options)
        return
    if content_type is not None:
        raise Refusal("--content-type is only for uploads")
    target = parse_key(source)
    if destination == STDIN:
        _to_stdout(service, target)
        return
    path = Path(destination)
    final = path / target.rpartition("/")[2] if path.is_dir() else path
    if not overwrite and final.exists():
        raise Refusal(f"{final} already exists; omit --no-overwrite to replace it", 1)
    from s3vend.transfer.download.get import download

    with _explain_resume(destination), bar(target, quiet=options.quiet) as progress:
        downloaded = download(
            target, path, parallel=parallel, progress=progress, service=service, **size
        )
    _say_done(f"copied {target} to {downloaded.path}", options)


def _key(source: str, destination: str) -> str:
    """Return the key to upload to; below a prefix, it ends with the file's name."""
    if not destination.endswith("/"):
        return parse_key(destination)
    name = Path(source).name
    if source == STDIN or name in ("", ".", ".."):
        raise Refusal(f"{destination} is a prefix, and {source} has no file name; name the key")
    return parse_key(destination + name)


def _upload(source: str, key: str, *, service: "Service", **more: Any) -> None:
    """Upload a file. Stdin is written to a temporary file first."""
    from s3vend.transfer.upload.put import abandon, upload

    if source != STDIN:
        upload(source, key, service=service, **more)
        return
    with tempfile.NamedTemporaryFile(prefix="s3vend-") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, MIB)
        file.flush()
        try:
            upload(file.name, key, service=service, **more)
        except BaseException:  # it cannot be resumed, and its parts would cost money
            with suppress(S3VendError):
                abandon(file.name, key, service=service)
            raise


@contextmanager
def _explain_resume(local: str) -> Iterator[None]:
    """On Ctrl-C, say how to resume, unless the source is stdin."""
    try:
        yield
    except KeyboardInterrupt:
        if local == STDIN:
            raise
        raise Refusal("interrupted; run the same command again to resume", INTERRUPTED) from None


def _to_stdout(service: "Service", target: str) -> None:
    """Write the object to stdout, range by range."""
    from s3vend.cli.use.stream import stream

    stream(service, target, sys.stdout.buffer)


def _say_done(message: str, options: Options) -> None:
    if not options.quiet and sys.stderr.isatty():
        say(message)


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "cp", copy, EXAMPLES)
