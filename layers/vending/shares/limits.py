"""The limits of an upload by a link: the lesser of the grant's and the share's."""

import re
from typing import NamedTuple

from vending.bodies.content_fields import LARGEST, LARGEST_PUT
from vending.bodies.header_values import content_type
from vending.errors import Fault, InvalidRequest, TooLarge
from vending.grants.grant import Grant
from vending.grants.keys import Keys
from vending.shares.disposition import saved_name
from vending.shares.share import Share
from vending.sigv4.post_policy import FILENAME
from vending.urls.content import is_among, is_inert

PLAIN = "application/octet-stream"
# By the end of a name, for browsers that do not say: enough for what people send each other.
_TYPES = {
    **dict.fromkeys(("jpg", "jpeg"), "image/jpeg"),
    **{kind: f"image/{kind}" for kind in ("png", "gif", "webp", "heic", "avif", "tiff")},
    **{kind: f"text/{kind}" for kind in ("csv",)},
    "txt": "text/plain",
    "md": "text/markdown",
    "ics": "text/calendar",
    **{kind: f"application/{kind}" for kind in ("pdf", "zip", "json", "rtf")},
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


class Limits(NamedTuple):
    """What one file may be: bytes at most, and its patterns of types (none: any)."""

    most: int
    types: tuple[str, ...]

    def check_size(self, size: int) -> None:
        """Refuse a file that has no room; raises ``TooLarge``."""
        if size > self.most:
            raise TooLarge(f"The file has {size:,} bytes; this link takes {self.most:,} now.")


def limits_of(share: Share, grant: Grant) -> Limits:
    """The limits of the next file."""
    sizes = (LARGEST, grant.max_object_size, share.bytes_left)
    most = min(one for one in sizes if one is not None)
    return Limits(most, share.content_types or grant.content_types)


def form_most(limits: Limits, size: int | None) -> int:
    """The bytes to reserve for a form: what its file has at most, else all that is left.

    Raises:
        TooLarge: there is no room for it.
    """
    if size is not None:
        limits.check_size(size)
        return size
    most = min(limits.most, LARGEST_PUT)
    if most < 1:
        raise TooLarge("This link takes no more bytes.")
    return most


def stored_type(given: str | None, name: str, share: Share, grant: Grant) -> str:
    """The content type with which the file is stored.

    One that browsers run becomes ``PLAIN``, unless share or grant name it.

    Raises:
        InvalidRequest: share or grant take other types.
    """
    try:
        kind = content_type(given) if given else _TYPES.get(name.rpartition(".")[2].lower(), PLAIN)
    except ValueError as error:
        raise _wrong("type", str(error)) from None
    limits = [one for one in (share.content_types, grant.content_types) if one]
    for patterns in limits:
        if not is_among(kind, patterns):
            raise _wrong("type", f"must be one of {', '.join(patterns)}")
    named = {one for patterns in limits for one in patterns}
    if is_inert(kind) or kind.partition(";")[0].strip().lower() in named:
        return kind
    if limits:
        raise _wrong("type", "is one that browsers run, and the link does not name it")
    return PLAIN


def new_key(share: Share, random: str, name: str) -> Keys:
    """A key that no other upload has, below the share's prefix.

    Raises:
        InvalidRequest: the name is too long there.
    """
    if re.search(r"[/\\]", name):
        raise _wrong("name", "must be a name without a folder")
    saved = saved_name(name).replace("${", "_{")
    try:
        key = Keys(share.target.bucket, f"{share.target.key}{random}/{saved}")
    except ValueError:
        raise _wrong("name", "is too long for this link") from None
    if FILENAME in key.key:
        raise _wrong("name", f"this link's folder contains {FILENAME}, which S3 would replace")
    return key


def _wrong(member: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{member}: {detail}.", faults=[Fault(f"/{member}", detail)])
