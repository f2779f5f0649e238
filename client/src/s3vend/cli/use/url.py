"""`s3vend url`: presigned URLs, one or many."""

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
from s3vend.cli.terminal.ending import Refusal
from s3vend.cli.terminal.text import put, put_json

if TYPE_CHECKING:
    from s3vend.service.urls import Url

EXAMPLES = (
    "s3vend url s3://bucket/reports/2026.csv --expires-in 5m",
    "s3vend url --method PUT --file photo.jpg s3://bucket/uploads/photo.jpg --curl | sh",
    "s3vend url - < targets.txt > urls.txt",
)
USUAL = "15m"


class Method(str, Enum):
    """What the URL may be used for."""

    GET = "GET"
    HEAD = "HEAD"
    PUT = "PUT"
    DELETE = "DELETE"


def url(
    options: Options,
    *,
    targets: Annotated[
        list[str], typer.Argument(metavar="TARGET...", help="s3://bucket/key; - reads lines.")
    ],
    method: Annotated[
        Method, typer.Option("--method", "-X", case_sensitive=False, help="What it is for.")
    ] = Method.GET,
    expires_in: Annotated[
        str, typer.Option("--expires-in", help="How long it holds, such as 5m or 300.")
    ] = USUAL,
    curl: Annotated[bool, typer.Option("--curl", help="The command that uses it.")] = False,
    file: Annotated[
        Path | None, typer.Option("--file", help="PUT: what is sent; its length and type.")
    ] = None,
    content_type: Annotated[
        str | None, typer.Option("--content-type", help="PUT: as what it is stored.")
    ] = None,
    content_length: Annotated[
        int | None, typer.Option("--content-length", min=0, help="PUT: its bytes, exactly.")
    ] = None,
) -> None:
    """Presign URLs: whoever has one may do that one thing, until it ends.

    One line each, in the order of the targets; all or none. What a URL of PUT has been signed
    with (type, length) has to be sent as headers: --curl and --output json show them.
    """
    if curl and options.is_json:
        raise Refusal("--curl is for people: leave --output json out")
    wanted = [parse_key(one) for one in _lines(targets)]
    members = _members(method, file, content_type, content_length)
    if file is not None and len(wanted) > 1:
        raise Refusal("--file is for one target")
    life = parse_duration(expires_in, "--expires-in")
    from s3vend.service.urls import presign

    urls = presign(
        wanted,
        method=method.value,
        expires_in=life or 0,
        service=options.service(),
        **members,
    )
    if options.is_json:
        put_json({"urls": [_members_of(one) for one in urls]})
    for one in () if options.is_json else urls:
        put(curl_line(one, file) if curl else one.url)


def _lines(targets: list[str]) -> Iterator[str]:
    for one in targets:
        if one == STDIN:
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield one


def _members(
    method: Method, file: Path | None, content_type: str | None, content_length: int | None
) -> dict[str, object]:
    given = (file, content_type, content_length)
    if method is not Method.PUT:
        if any(one is not None for one in given):
            raise Refusal("--file, --content-type and --content-length are for --method PUT")
        return {}
    if file is not None:
        if content_length is not None:
            raise Refusal("--file says the length: leave --content-length out")
        try:
            content_length = file.stat().st_size
        except OSError as error:
            raise Refusal(f"{file} cannot be read: {error.strerror}") from None
        content_type = content_type or mimetypes.guess_type(file.name)[0]
    named = {"contentType": content_type, "contentLength": content_length}
    return {name: value for name, value in named.items() if value is not None}


def _members_of(one: "Url") -> dict[str, Any]:
    return {
        "method": one.method,
        "url": one.url,
        "headers": dict(one.headers),
        "expiresAt": one.expires_at.isoformat().replace("+00:00", "Z"),
    }


def curl_line(one: "Url", file: Path | None = None) -> str:
    """The command line that uses the URL, for a shell."""
    words = ["curl", "--fail", "--silent", "--show-error"]
    words += {"HEAD": ["--head"], "PUT": [], "GET": []}.get(one.method, ["-X", one.method])
    for name, value in one.headers.items():
        if name.lower() not in ("host", "content-length"):  # curl knows these itself
            words += ["--header", f"{name}: {value}"]
    if one.method == "PUT":
        words += ["--upload-file", str(file or "FILE")]
    return shlex.join([*words, one.url])


def add(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "url", url, EXAMPLES)
