"""What `s3vend url` asks for: its targets, and its options as members of the API's request."""

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from s3vend.cli.objects.single import S3
from s3vend.cli.objects.upload_options import UploadOptions
from s3vend.cli.terminal.arguments import parse_key, parse_target
from s3vend.cli.terminal.refusal import Refusal
from s3vend.presigning.naming import camel


class Method(str, Enum):
    """The HTTP method that a URL allows; LIST is a GET that lists."""

    GET = "GET"
    HEAD = "HEAD"
    PUT = "PUT"
    POST = "POST"
    DELETE = "DELETE"
    LIST = "LIST"


UPLOADS = frozenset({Method.PUT, Method.POST})
# Options with the names of the API's members.
_OF_FORMS = ("success_action_redirect", "success_action_status")
_OF_LISTS = ("continuation_token", "delimiter", "max_keys", "start_after")
# The methods that an option is for, by the option's Python name; the others are for uploads.
_METHODS = {
    "save_as": {Method.GET},
    "no_overwrite": {Method.PUT},
    "content_length_range": {Method.POST},
    **dict.fromkeys(_OF_FORMS, frozenset({Method.POST})),
    **dict.fromkeys(_OF_LISTS, frozenset({Method.LIST})),
}
_LENGTHS = re.compile(r"([0-9]{1,16})-([0-9]{1,16})")


def target_for(method: Method, text: str, file: Path | None) -> str:
    """Return the target; below a prefix, an upload's key ends with the file's name.

    Raises:
        Refusal, SettingsError: it is not what a URL for the method is for.
    """
    if method is Method.LIST:
        from s3vend.listing.target import below

        return below(text).target
    if file is not None:
        from s3vend.transfer.destination import upload_target

        text = upload_target(file, text)
    if method is Method.GET and text.startswith(S3) and text.endswith(("/", "/*")):
        raise Refusal(f"{text!r} is a prefix; name one key, or list the prefix with --method LIST")
    return parse_target(text) if method is Method.POST else parse_key(text)


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
    if {"start_after", "continuation_token"} <= set_.keys():
        raise Refusal("S3 ignores --start-after beside --continuation-token; use one of them")
    same = {camel(name): set_[name] for name in (*_OF_FORMS, *_OF_LISTS) if name in set_}
    members = kept.members() | same
    members |= {"ifNoneMatch": "*"} if "no_overwrite" in set_ else {}
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
