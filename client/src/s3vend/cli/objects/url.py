"""`s3vend url`: presigns one URL or many."""

import mimetypes
import shlex
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from s3vend.cli.terminal.arguments import parse_duration, parse_key
from s3vend.cli.terminal.command import STDIN, Options, command
from s3vend.cli.terminal.completion import prefixes
from s3vend.cli.terminal.ending import Refusal
from s3vend.cli.terminal.text import put, put_json
from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.service.urls import Url

EXAMPLES = (
    "s3vend url s3://bucket/reports/2026.csv --expires-in 5m",
    "s3vend url --method PUT --file photo.jpg s3://bucket/uploads/photo.jpg --curl | sh",
    "s3vend url - < targets.txt > urls.txt",
)
USUAL = "15m"


class Method(str, Enum):
    """The HTTP method that a URL allows."""

    GET = "GET"
    HEAD = "HEAD"
    PUT = "PUT"
    DELETE = "DELETE"


def url(
    options: Options,
    *,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET...",
            help="s3://bucket/key; - reads keys from stdin.",
            autocompletion=prefixes,
        ),
    ],
    method: Annotated[
        Method, typer.Option("--method", "-X", case_sensitive=False, help="HTTP method.")
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
        Path | None, typer.Option("--file", help="PUT: file to upload, for its length and type.")
    ] = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="PUT: media type of the object.")
    ] = None,
    content_length: Annotated[
        int | None, typer.Option("--content-length", min=0, help="PUT: exact size in bytes.")
    ] = None,
) -> None:
    """Presign URLs. Everybody who has a URL can use it until it expires.

    Prints one URL per line, in the order of the targets. If one target is refused, nothing is
    printed. A PUT URL may be signed for a type and a length: send them as headers, as --curl and
    --output json show.
    """
    if curl and options.is_json:
        raise Refusal("--curl cannot be used with --output json")
    keys = [parse_key(text) for text in _lines(targets)]
    members = _members(method, file, content_type, content_length)
    if save_as is not None and method is not Method.GET:
        raise Refusal("--save-as requires --method GET")
    if file is not None and len(keys) > 1:
        raise Refusal("--file requires exactly one target")
    lifetime = parse_duration(expires_in, "--expires-in")
    from s3vend.service.presign import presign

    urls = presign(
        keys,
        method=method.value,
        expires_in=lifetime or 0,
        save_as=save_as,
        service=options.service(),
        **members,
    )
    if options.is_json:
        put_json({"urls": [_members_of(presigned) for presigned in urls]})
    for presigned in () if options.is_json else urls:
        put(curl_line(presigned, file) if curl else presigned.url)


def _lines(targets: list[str]) -> Iterator[str]:
    for target in targets:
        if target == STDIN:
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield target


def _members(
    method: Method, file: Path | None, content_type: str | None, content_length: int | None
) -> dict[str, object]:
    options = (file, content_type, content_length)
    if method is not Method.PUT:
        if any(option is not None for option in options):
            raise Refusal("--file, --content-type and --content-length require --method PUT")
        return {}
    if file is not None:
        if content_length is not None:
            raise Refusal("--content-length cannot be used with --file, which sets the length")
        try:
            content_length = file.stat().st_size
        except OSError as error:
            raise Refusal(f"{file} cannot be read: {error.strerror}") from None
        content_type = content_type or mimetypes.guess_type(file.name)[0]
    members = {"contentType": content_type, "contentLength": content_length}
    return {name: value for name, value in members.items() if value is not None}


def _members_of(url: "Url") -> dict[str, Any]:
    return {
        "method": url.method,
        "url": url.url,
        "headers": dict(url.headers),
        "expiresAt": url.expires_at.isoformat().replace("+00:00", "Z"),
    }


def curl_line(url: "Url", file: Path | None = None) -> str:
    """Return a curl command, quoted for a shell, that uses the URL.

    Raises:
        S3VendError: the URL, or a header, is something else to curl.
    """
    url.check()
    words = ["curl", "--fail", "--silent", "--show-error"]
    words += {"HEAD": ["--head"], "PUT": [], "GET": []}.get(url.method, ["-X", url.method])
    for name, value in url.headers.items():
        if name.lower() not in ("host", "content-length"):  # curl sets these
            words += ["--header", f"{name}: {value}"]
    if url.method == "PUT":
        if file is not None and printable(str(file)) != str(file):
            raise Refusal(f"--curl cannot show the name of {file}, which has hidden characters")
        words += ["--upload-file", str(file or "FILE")]
    return shlex.join([*words, url.url])


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "url", url, EXAMPLES)
