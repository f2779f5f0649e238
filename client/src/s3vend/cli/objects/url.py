"""`s3vend url`: presigns URLs and forms, one or many."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.objects.curl import curl_line
from s3vend.cli.objects.upload_options import UploadOptions, with_upload_options
from s3vend.cli.objects.url_members import Method, target_for, url_members
from s3vend.cli.terminal.arguments import parse_duration
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes
from s3vend.cli.terminal.ending import say
from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.terminal.text import put, put_json

if TYPE_CHECKING:
    from s3vend.presigning.urls import Form, Url

EXAMPLES = (
    "s3vend url s3://bucket/reports/2026.csv --expires-in 5m",
    "s3vend url --method PUT --file photo.jpg s3://bucket/uploads/ --curl | sh",
    "s3vend url --method POST 's3://bucket/uploads/*' --output json",
    "s3vend url --method LIST 's3://bucket/reports/*' --delimiter /",
    "s3vend url - < targets.txt > urls.txt",
)
USUAL = "15m"


@with_upload_options
def url(
    options: Options,
    *,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET",
            help="s3://bucket/key; - reads keys from stdin.",
            autocompletion=prefixes,
        ),
    ],
    method: Annotated[
        Method,
        typer.Option(
            "--method", "-X", case_sensitive=False, help="HTTP method; POST: a form; LIST: keys."
        ),
    ] = Method.GET,
    expires_in: Annotated[
        str, typer.Option("--expires-in", help="Lifetime, such as 5m or 300 (seconds).")
    ] = USUAL,
    curl: Annotated[
        bool, typer.Option("--curl", help="Print curl commands that use the URLs.")
    ] = False,
    save_as: Annotated[
        str | None, typer.Option("--save-as", help="GET: name under which browsers save the file.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Upload: the file, for its length, type and name."),
    ] = None,
    content_length: Annotated[
        int | None, typer.Option("--content-length", min=0, help="Upload: exact size in bytes.")
    ] = None,
    content_length_range: Annotated[
        str | None,
        typer.Option("--content-length-range", help="POST: sizes in bytes, such as 1-1048576."),
    ] = None,
    no_overwrite: Annotated[
        bool, typer.Option("--no-overwrite", help="PUT: only if the key does not exist.")
    ] = False,
    success_action_status: Annotated[
        int | None,
        typer.Option("--success-action-status", help="POST: S3's answer, 200, 201 or 204."),
    ] = None,
    success_action_redirect: Annotated[
        str | None,
        typer.Option("--success-action-redirect", help="POST: URL that the browser then opens."),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="LIST: group keys below it, such as /.")
    ] = None,
    start_after: Annotated[
        str | None, typer.Option("--start-after", help="LIST: key after which the list begins.")
    ] = None,
    continuation_token: Annotated[
        str | None,
        typer.Option("--continuation-token", help="LIST: NextContinuationToken of S3's answer."),
    ] = None,
    max_keys: Annotated[
        int | None, typer.Option("--max-keys", min=1, max=1000, help="LIST: at most so many keys.")
    ] = None,
    kept: UploadOptions,
) -> None:
    """Presign URLs. Everybody who has a URL can use it until it expires.

    Prints one URL per line, in the order of the targets. If one target is refused, nothing is
    printed. A PUT URL may be signed for headers: send them too, as --curl and --output json show.
    A form (POST) has fields, and is printed with --curl or --output json only. A URL for LIST is a
    GET of S3's list (XML) of the keys below a prefix.
    """
    if curl and options.is_json:
        raise Refusal("--curl cannot be used with --output json")
    if method is Method.POST and not (curl or options.is_json):
        raise Refusal("a form has fields beside its URL; use --curl or --output json")
    own: dict[str, object] = {"save_as": save_as, "file": file, "no_overwrite": no_overwrite}
    own |= {"content_length": content_length, "content_length_range": content_length_range}
    own |= {"success_action_status": success_action_status}
    own |= {"success_action_redirect": success_action_redirect}
    own |= {"delimiter": delimiter, "start_after": start_after, "max_keys": max_keys}
    own |= {"continuation_token": continuation_token}
    members = url_members(method, own, kept)
    keys = [target_for(method, text, file) for text in _lines(options, targets)]
    if file is not None and len(keys) > 1:
        raise Refusal("--file requires exactly one target")
    lifetime = parse_duration(expires_in, "--expires-in")
    from s3vend.presigning.presign import presign

    urls = presign(
        keys,
        method=method.value,
        expires_in=lifetime or 0,
        save_as=save_as,
        service=options.service(),
        **members,
    )
    _put(options, keys, urls, file, curl=curl)


def _lines(options: Options, targets: Sequence[str]) -> Iterator[str]:
    """Yield the targets; those on stdin are lines, which may begin and end with spaces."""
    if STDIN in targets and options.token_file == STDIN:
        raise Refusal("stdin cannot be both the token (--token-file -) and the targets")
    for target in targets:
        if target != STDIN:
            yield target
            continue
        for number, line in enumerate(sys.stdin.buffer, 1):
            try:
                text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise Refusal(f"line {number} of stdin is not UTF-8") from None
            # No key contains a carriage return, so one at the end is a line end of Windows.
            if text := text.removesuffix("\n").removesuffix("\r"):
                yield text


def _put(
    options: Options,
    keys: Sequence[str],
    urls: "Sequence[Url | Form]",
    file: Path | None,
    *,
    curl: bool,
) -> None:
    if options.is_json:
        put_json({"urls": [_members_of(presigned) for presigned in urls]})
        return
    for key, presigned in zip(keys, urls, strict=True):
        name = "NAME" if file is None else file.name
        below = key.split("/", 3)[3].removesuffix("*")
        form_key = f"{below}{name}" if key.endswith("/*") else below
        put(curl_line(presigned, form_key, file) if curl else presigned.url)
    if urls and urls[0].headers and not curl and not options.quiet:
        headers = "; ".join(f"{name}: {value}" for name, value in urls[0].headers.items())
        say(f"send these headers with each {urls[0].method}, as --curl shows: {headers}")


def _members_of(url: "Url | Form") -> dict[str, Any]:
    from s3vend.presigning.urls import Form

    members = {"method": url.method, "url": url.url, "headers": dict(url.headers)}
    fields = {"fields": dict(url.fields)} if isinstance(url, Form) else {}
    return members | fields | {"expiresAt": url.expires_at.isoformat().replace("+00:00", "Z")}


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "url", url, EXAMPLES)
