"""Curl commands that use presigned URLs and forms, quoted for a shell."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from s3vend.cli.terminal.refusal import Refusal
from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.presigning.urls import Form, Url

# curl would read `[1-9]` and `{a,b}` in the names of files as many names.
CURL = ("curl", "--fail", "--silent", "--show-error", "--globoff")
METHODS = {"HEAD": ["--head"], "PUT": [], "GET": []}


def curl_line(url: "Url | Form", key: str, file: Path | None = None) -> str:
    """Return a command that uses the URL; ``key`` is what a form uploads to.

    Without a ``file``, `FILE` stands for its name.

    Raises:
        Refusal: the name of the file cannot be shown.
        S3VendError: the URL, or a header, is something else to curl.
    """
    from s3vend.presigning.urls import Form

    url.check()
    if isinstance(url, Form):
        return shlex.join([*CURL, *_form(url.fields, key, _name(file)), url.url])
    words = [*CURL, *METHODS.get(url.method, ["-X", url.method])]
    for name, value in url.headers.items():
        if name.lower() not in ("host", "content-length"):  # curl sets these
            words += ["--header", f"{name}: {value}"]
    if url.method == "PUT":
        words += ["--upload-file", _name(file)]
    return shlex.join([*words, url.url])


def _form(fields: Mapping[str, str], key: str, file: str) -> list[str]:
    words = []
    for name, value in {**fields, "key": fields.get("key", key)}.items():
        words += ["--form-string", f"{name}={value}"]
    quoted = file.replace("\\", "\\\\").replace('"', '\\"')
    return [*words, "--form", f'file=@"{quoted}"']  # S3 ignores fields after the file


def _name(file: Path | None) -> str:
    name = "FILE" if file is None else str(file)
    if printable(name) != name:
        raise Refusal(f"--curl cannot show the name of {name}, which has hidden characters")
    return f"./{name}" if name in ("-", ".") else name  # - would be stdin
