"""`s3vend cp`: uploads a file or downloads an object, with presigned URLs."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.bar import bar
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes_or_files
from s3vend.cli.terminal.ending import INTERRUPTED, Refusal, say
from s3vend.cli.terminal.text import put_json
from s3vend.errors import S3VendError

if TYPE_CHECKING:
    from s3vend.service.connect import Service
    from s3vend.transfer.download.run import Downloaded
    from s3vend.transfer.state import Remark
    from s3vend.transfer.upload.sending import Uploaded

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
    source: Annotated[
        str,
        typer.Argument(
            help="File or s3://bucket/key; - is stdin.", autocompletion=prefixes_or_files
        ),
    ],
    destination: Annotated[
        str,
        typer.Argument(
            help="s3://bucket/key or file; - is stdout.", autocompletion=prefixes_or_files
        ),
    ],
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
    if options.is_json and destination == STDIN:
        raise Refusal("- cannot be used with --output json; both would be written to stdout")
    more: dict[str, Any] = {} if part_size is None else {"part_size": part_size * MIB}
    more |= {"parallel": parallel, "service": options.service()}
    if up:
        key = _key(source, destination)
        more |= {"content_type": content_type, "overwrite": overwrite}
        with _explain_resume(source), bar(key, quiet=options.quiet) as progress:
            sent = _upload(source, key, progress=progress, **more)
        _put_result(options, source, key, sent, sent.algorithm)
        return
    if content_type is not None:
        raise Refusal("--content-type is only for uploads")
    target = parse_key(source)
    if destination == STDIN:
        from s3vend.cli.use.stream import stream

        stream(more["service"], target, sys.stdout.buffer, _remark(options))
        return
    _download(options, target, destination, overwrite=overwrite, **more)


def _download(options: Options, target: str, path: str, *, overwrite: bool, **more: Any) -> None:
    from s3vend.transfer.destination import download_path
    from s3vend.transfer.download.get import download

    final = download_path(target, path)
    if not overwrite and (final.exists() or final.is_symlink()):
        raise Refusal(f"{final} already exists; omit --no-overwrite to replace it", 1)
    remarks: list[str] = []
    with _explain_resume(path, remarks), bar(target, quiet=options.quiet) as progress:
        remark = _remark(options, remarks)
        got = download(target, path, progress=progress, remark=remark, **more)
    _put_result(options, target, str(got.path), got, got.verified, remarks)


def _key(source: str, destination: str) -> str:
    """Return the key to upload to; below a prefix, it ends with the file's name."""
    from s3vend.transfer.destination import upload_target

    if source != STDIN:
        return parse_key(upload_target(source, destination))
    if destination.endswith("/"):
        raise Refusal(
            f"{destination} is a prefix, and stdin has no name; name the key, such as "
            f"{destination}name"
        )
    return parse_key(destination)


def _upload(source: str, key: str, *, service: "Service", **more: Any) -> "Uploaded":
    """Upload a file. Stdin is written to a temporary file first."""
    from s3vend.transfer.upload.put import abandon, upload

    if source != STDIN:
        return upload(source, key, service=service, **more)
    with tempfile.NamedTemporaryFile(prefix="s3vend-") as file:
        shutil.copyfileobj(sys.stdin.buffer, file, MIB)
        file.flush()
        try:
            return upload(file.name, key, service=service, **more)
        except BaseException:  # it cannot be resumed, and its parts would cost money
            with suppress(S3VendError):
                abandon(file.name, key, service=service)
            raise


@contextmanager
def _explain_resume(local: str, remarks: Sequence[str] = ()) -> Iterator[None]:
    """On Ctrl-C, say how to resume, unless the source is stdin or a remark says otherwise."""
    try:
        yield
    except KeyboardInterrupt:
        from s3vend.transfer.state import CANNOT_RESUME

        if local == STDIN or any(CANNOT_RESUME in remark for remark in remarks):
            raise
        raise Refusal("interrupted; run the same command again to resume", INTERRUPTED) from None


def _remark(options: Options, remarks: list[str] | None = None) -> "Remark":
    """Return a function that says a remark on stderr, and keeps it for the JSON."""

    def remark(text: str) -> None:
        if remarks is not None:
            remarks.append(text)
        if not options.quiet:
            say(text)

    return remark


def _put_result(
    options: Options,
    source: str,
    destination: str,
    result: "Uploaded | Downloaded",
    verified: str,
    remarks: Sequence[str] = (),
) -> None:
    if options.is_json:
        members = {"size": result.size, "etag": result.etag, "resumed": result.resumed}
        put_json(
            {"source": source, "destination": destination, **members}
            | {"verified": verified, "remarks": list(remarks)}
        )
    elif not options.quiet:
        how = verified if verified.startswith("not ") else f"verified by {verified}"
        say(f"copied {source} to {destination} ({how})")


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "cp", copy, EXAMPLES)
