"""`s3vend cp`: uploads a file or downloads an object, with presigned URLs."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.objects.many import S3, check_one
from s3vend.cli.objects.upload_options import UploadOptions, with_upload_options
from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.bar import bar
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes_or_files
from s3vend.cli.terminal.ending import confirm, say
from s3vend.cli.terminal.refusal import INTERRUPTED, REFUSED, Refusal
from s3vend.cli.terminal.text import put_json

if TYPE_CHECKING:
    from s3vend.transfer.download.run import Downloaded
    from s3vend.transfer.state import Remark
    from s3vend.transfer.upload.sending import Uploaded

EXAMPLES = (
    "s3vend cp report.csv s3://bucket/uploads/",
    "s3vend cp s3://bucket/reports/2026.csv .",
    "s3vend cp s3://bucket/reports/2026.csv - | head -1",
    "pg_dump shop | s3vend cp - s3://bucket/uploads/shop.sql",
)
MIB = 1024 * 1024


@with_upload_options
def copy(
    options: Options,
    *,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="File or s3://bucket/key; - is stdin.",
            autocompletion=prefixes_or_files,
        ),
    ],
    destination: Annotated[
        str,
        typer.Argument(
            metavar="DESTINATION",
            help="s3://bucket/key or file; - is stdout.",
            autocompletion=prefixes_or_files,
        ),
    ],
    overwrite: Annotated[
        bool | None,
        typer.Option(
            "--overwrite/--no-overwrite",
            help="Replace what exists. Default: objects yes; files only if you confirm it.",
        ),
    ] = None,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=64, help="Number of parallel transfers.")
    ] = 8,
    part_size: Annotated[
        int | None,
        typer.Option("--part-size", min=5, help="Size of a part in MiB. Default: automatic."),
    ] = None,
    kept: UploadOptions,
) -> None:
    """Copy a file to S3, or an object to a file.

    For a directory or a prefix, run aws s3 cp --recursive with `s3vend exec`.

    A destination that ends with a slash is a prefix or a directory, in which the name stays. After
    Ctrl-C or a crash, run the same command again to resume (not possible with -). Checksums are
    verified, and a downloaded file gets its name only when it is complete.
    """
    check_one(source, destination)
    if options.is_json and destination == STDIN:
        raise Refusal("- cannot be used with --output json; both would be written to stdout")
    more: dict[str, Any] = {"parallel": parallel}
    more |= {} if part_size is None else {"part_size": part_size * MIB}
    if destination.startswith(S3):
        more |= kept.members() | {"overwrite": overwrite is not False}
        return _upload(options, source, _key(source, destination), more)
    kept.check_unused("is only for uploads")
    target = parse_key(source)
    if destination == STDIN:
        from s3vend.cli.objects.stream import stream

        stream(options.service(), target, sys.stdout.buffer, _remark(options))
        return None
    return _download(options, target, destination, more, overwrite=overwrite)


def _key(source: str, destination: str) -> str:
    """Return the key to upload to; below a prefix, it ends with the file's name."""
    from s3vend.transfer.destination import upload_target

    if source == STDIN and destination.endswith("/"):
        raise Refusal(f"stdin has no name; name the key, such as {destination}name")
    return parse_key(destination if source == STDIN else upload_target(source, destination))


def _upload(options: Options, source: str, key: str, more: dict[str, Any]) -> None:
    from s3vend.transfer.upload.put import upload
    from s3vend.transfer.upload.streamed import upload_stream

    if source == STDIN and options.token_file == STDIN:
        raise Refusal("stdin cannot be both the token (--token-file -) and the source")
    if source == STDIN and sys.stdin is None:
        raise Refusal("stdin is closed; name a file")
    remarks: list[str] = []
    more |= {"content_type": more.pop("contentType", None)}
    more |= {"service": options.service(), "remark": _remark(options, remarks)}
    with _explain_resume(source, remarks), bar(key, quiet=options.quiet) as progress:
        if source == STDIN:
            sent = upload_stream(sys.stdin.buffer, key, progress=progress, **more)
        else:
            sent = upload(source, key, progress=progress, **more)
    _put_result(options, source, key, sent, sent.algorithm, remarks)


def _download(
    options: Options, target: str, path: str, more: dict[str, Any], *, overwrite: bool | None
) -> None:
    from s3vend.errors import FileExists
    from s3vend.transfer.destination import download_path
    from s3vend.transfer.download.get import download

    remarks: list[str] = []
    final = download_path(target, path)
    more |= {"service": options.service(), "remark": _remark(options, remarks)}

    def attempt(*, replace: bool) -> "Downloaded":
        with _explain_resume(path, remarks), bar(target, quiet=options.quiet) as progress:
            return download(target, path, progress=progress, overwrite=replace, **more)

    try:
        got = attempt(replace=overwrite is True)
    except FileExists:
        if overwrite is False or not sys.stdin.isatty():
            raise Refusal(
                f"{final} already exists; use --overwrite to replace it", REFUSED
            ) from None
        if not confirm(f"{final} already exists. Replace it?"):
            raise Refusal(f"{final} is not replaced", REFUSED) from None
        got = attempt(replace=True)
    _put_result(options, target, str(got.path), got, got.verified, remarks)


@contextmanager
def _explain_resume(local: str, remarks: Sequence[str]) -> Iterator[None]:
    """On Ctrl-C, say how to resume, unless the source is stdin or a remark says otherwise."""
    try:
        yield
    except KeyboardInterrupt:
        from s3vend.transfer.resuming import CANNOT_RESUME

        if local == STDIN or any(CANNOT_RESUME in remark for remark in remarks):
            raise
        raise Refusal("interrupted; run the same command again to resume", INTERRUPTED) from None


def _remark(options: Options, remarks: list[str] | None = None) -> "Remark":
    """Return a function that says a remark on stderr, and keeps it for the JSON."""

    def remark(text: str) -> None:
        is_new = text not in (remarks or ())  # else a first attempt had it too
        if is_new and remarks is not None:
            remarks.append(text)
        if is_new and not options.quiet:
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
