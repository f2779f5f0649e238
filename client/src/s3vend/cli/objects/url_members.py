"""What `s3vend url` asks for: its options as members of the API's request."""

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from s3vend.cli.objects.upload_options import UploadOptions
from s3vend.cli.terminal.refusal import Refusal


class Method(str, Enum):
    """The HTTP method that a URL allows."""

    GET = "GET"
    HEAD = "HEAD"
    PUT = "PUT"
    POST = "POST"
    DELETE = "DELETE"


UPLOADS = frozenset({Method.PUT, Method.POST})
# The methods that an option is for, by the option's Python name; the others are for uploads.
_METHODS = {
    "save_as": {Method.GET},
    "no_overwrite": {Method.PUT},
    "content_length_range": {Method.POST},
    "success_action_status": {Method.POST},
    "success_action_redirect": {Method.POST},
}
_LENGTHS = re.compile(r"([0-9]{1,16})-([0-9]{1,16})")


def url_members(method: Method, given: Mapping[str, Any], kept: UploadOptions) -> dict[str, Any]:
    """Return the members for the options that are ``given``, by their Python names.

    Raises:
        Refusal: the method does not have an option, or an option cannot be read.
    """
    set_ = {name: value for name, value in given.items() if value not in (None, False)}
    for name in set_:
        methods = _METHODS.get(name, UPLOADS)
        if method not in methods:
            allowed = " or ".join(one.value for one in Method if one in methods)
            raise Refusal(f"--{name.replace('_', '-')} requires --method {allowed}")
    if method not in UPLOADS:
        kept.check_unused("requires --method PUT or POST")
    named = {
        "ifNoneMatch": "*" if "no_overwrite" in set_ else None,
        "successActionStatus": set_.get("success_action_status"),
        "successActionRedirect": set_.get("success_action_redirect"),
    }
    members = kept.members() | {name: value for name, value in named.items() if value is not None}
    file: Path | None = set_.get("file")
    if file is not None and "contentType" not in members:
        from s3vend.transfer.media_types import media_type

        kind = media_type(file.name, members.get("contentEncoding"))
        members |= {"contentType": kind} if kind else {}
    return members | _lengths(method, set_)


def _lengths(method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that limit the size: to one for a PUT, to a range for a form."""
    names = given.keys() & {"file", "content_length", "content_length_range"}
    if len(names) > 1:
        raise Refusal(
            "use one of --file, which sets the length, --content-length and --content-length-range"
        )
    if "content_length_range" in names:
        text = given["content_length_range"]
        if not (match := _LENGTHS.fullmatch(text)):
            raise Refusal(f"--content-length-range: {text!r} does not have the form 1-1048576")
        return {"contentLengthRange": [int(match[1]), int(match[2])]}
    if not names:
        return {}
    size = _size(given["file"]) if "file" in names else given["content_length"]
    if method is Method.POST:
        return {"contentLengthRange": [size, size]}
    return {"contentLength": size}


def _size(file: Path) -> int:
    try:
        size = file.stat().st_size
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}") from None
    if not file.is_file():
        raise Refusal(f"{file} is not a file")
    return size
