"""`cp` of one file or object: to S3, from S3, or within S3."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from s3vend.cli.objects.upload_options import UploadOptions
from s3vend.cli.terminal.arguments import parse_key
from s3vend.cli.terminal.bar import bar
from s3vend.cli.terminal.command import STDIN, Options
from s3vend.cli.terminal.ending import confirm, say
from s3vend.cli.terminal.refusal import REFUSED, Refusal, interrupted
from s3vend.cli.terminal.text import put_json

S3 = "s3://"

if TYPE_CHECKING:
    from s3vend.transfer.download.run import Downloaded
    from s3vend.transfer.state import Remark
    from s3vend.transfer.upload.sending import Uploaded


def key_of(source: str, destination: str) -> str:
    """Return the key to upload to; below a prefix, it ends with the file's name."""
    from s3vend.transfer.destination import upload_target

    if source == STDIN and destination.endswith("/"):
        raise Refusal(f"stdin has no name; name the key, such as {destination}name")
    return parse_key(destination if source == STDIN else upload_target(source, destination))


def upload_one(options: Options, source: str, key: str, more: dict[str, Any]) -> None:
    """Upload a file, or stdin."""
    from s3vend.transfer.upload.put import upload
    from s3vend.transfer.upload.streamed import upload_stream

    if source == STDIN and options.token_file == STDIN:
        raise Refusal("stdin cannot be both the token (--token-file -) and the source")
    if source == STDIN and sys.stdin is None:
        raise Refusal("stdin is closed; name a file")
    remarks: list[str] = []
    more |= {"content_type": more.pop("contentType", None)}
    more |= {"service": options.service(), "remark": remark_of(options, remarks)}
    with _explain_resume(source, remarks), bar(key, quiet=options.quiet) as progress:
        if source == STDIN:
            sent = upload_stream(sys.stdin.buffer, key, progress=progress, **more)
        else:
            sent = upload(source, key, progress=progress, **more)
    _put_result(options, source, key, sent, sent.algorithm, remarks)


def download_one(
    options: Options, target: str, path: str, more: dict[str, Any], *, overwrite: bool | None
) -> None:
    """Download an object; a file that is there is replaced if the user says so."""
    from s3vend.errors import FileExists
    from s3vend.transfer.destination import download_path
    from s3vend.transfer.download.get import download

    remarks: list[str] = []
    final = download_path(target, path)
    more |= {"service": options.service(), "remark": remark_of(options, remarks)}

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
        raise interrupted() from None


def remark_of(options: Options, remarks: list[str] | None = None) -> "Remark":
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


@contextmanager
def explain_missing(source: str, destination: str) -> Iterator[None]:
    """Add to the refusal of a key that is not there how to copy a pattern or a prefix."""
    from s3vend.errors import StorageError
    from s3vend.listing.pattern import pattern_of

    try:
        yield
    except StorageError as error:
        if error.status != 404 or error.code == "NoSuchBucket":
            raise
        if destination == STDIN:
            hint = "If it is a prefix, use -r and a directory in place of -."
        elif pattern_of(source) is None:
            hint = "If it is a prefix, use -r to copy everything below it."
        else:
            hint = f"For a pattern, end the destination with a slash: {destination}/"
        raise Refusal(str(error), REFUSED, lines=(hint,), name=error.code) from None


def copy_one(options: Options, source: str, destination: str, more: dict[str, Any]) -> None:
    """Copy an object to another key: S3 itself copies."""
    from s3vend.within.copy import copy_within

    remarks: list[str] = []
    more |= {"service": options.service(), "remark": remark_of(options, remarks)}
    with bar(destination, quiet=options.quiet) as progress:
        copied = copy_within(parse_key(source), destination, progress=progress, **more)
    if options.is_json:
        members = {"size": copied.size, "etag": copied.etag, "resumed": 0, "verified": "S3"}
        put_json({"source": source, "destination": copied.target, **members, "remarks": remarks})
    elif not options.quiet:
        say(f"copied {source} to {copied.target} (within S3)")


def check_places(source: str, destination: str) -> None:
    """Raise `Refusal` unless the source or the destination is in S3."""
    if not (source.startswith(S3) or destination.startswith(S3)):
        raise Refusal("source or destination must be s3://bucket/key; the other a file or -")
    if source.startswith(S3) and destination == source:
        raise Refusal(f"{source} is copied to itself; choose another destination")


def check_within(kept: UploadOptions, part_size: int | None) -> None:
    """Raise `Refusal` for what a copy within S3 cannot change."""
    kept.check_unused("is only for uploads; a copy within S3 keeps what the object has")
    if part_size is not None:
        raise Refusal("--part-size is not for copies within S3, which have parts of their own")
