"""One page of a list, read from S3's answer, which is checked: what it says is not trusted.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from s3vend.errors import TransferError
from s3vend.listing.entries import CommonPrefix, Listed
from s3vend.listing.plain import PLACE, take_out, time_of
from s3vend.listing.target import Below

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROOT = "ListBucketResult"
DELIMITER = "/"
_ETAG = re.compile(r"[ -~]*")  # it becomes a header
_SIZE = re.compile(r"[0-9]{1,18}")
_TOKEN = re.compile(r"[!-~]{1,2048}")  # the service takes no others

_Said = dict[str, str]  # the texts of a node's children
_Decode = Callable[[str], str]


class NotWhole(Exception):
    """The answer ends before it is complete, or is not XML."""


class Page(NamedTuple):
    """The entries of a page, in the order of their keys, and how to get the next one."""

    entries: tuple[Listed | CommonPrefix, ...]
    token: str | None
    is_sorted: bool = True  # whether they arrived in this order

    @property
    def objects(self) -> tuple[Listed, ...]:
        """The entries that are objects."""
        return tuple(one for one in self.entries if isinstance(one, Listed))

    @property
    def last(self) -> str:
        """The last key or prefix; empty if there is none."""
        return _text(self.entries[-1]) if self.entries else ""


def read_page(body: bytes, below: Below) -> Page | None:
    """Return the page in an answer to a list of ``below``; None if the answer is something else.

    Raises:
        NotWhole: the answer is cut off, or not XML.
        TransferError: it lists something else, or what it says of an object cannot be true.
    """
    text = _text_of(body)
    if page := _usual_page(text, below):
        return page
    root = _root(text)
    if _name(root.tag) != ROOT:
        return None
    said = _members(root)
    decode = _decoded if said.get("EncodingType") == "url" else _as_it_is
    entries: list[Listed | CommonPrefix] = []
    for node in root:
        kind = _name(node.tag)
        if kind == "Contents":
            entries.append(_listed(_members(node), below, decode))
        elif kind == "CommonPrefixes":
            entries.append(_common_prefix(_members(node), below, decode))
    return _page(entries, [_text(one) for one in entries], said)


def _usual_page(text: str, below: Below) -> Page | None:
    """Return the page of a list in its usual form; None if anything is unusual about it."""
    if "CommonPrefixes" in text or (usual := take_out(text)) is None:
        return None
    rest, plain = usual
    root = _root(rest)
    kinds = {_name(one.tag) for one in root} & {PLACE, "Contents"}
    if _name(root.tag) != ROOT or kinds != {PLACE}:
        return None
    said, keys, times = _members(root), plain.keys, [*map(time_of, plain.times)]
    if said.get("EncodingType") == "url":
        try:
            keys = [*map(_decoded, keys)]
        except TransferError:  # there may be something to say of a key before it
            return None
    if None in times or not all(one.startswith(below.prefix) for one in keys):
        return None
    targets = [f"s3://{below.bucket}/{key}" for key in keys]
    etags = [one.replace("&quot;", '"').replace("&#34;", '"') for one in plain.etags]
    columns = zip(targets, keys, map(int, plain.sizes), times, etags, plain.classes, strict=True)
    return _page([*map(Listed._make, columns)], keys, said)


def _page(entries: Sequence[Listed | CommonPrefix], texts: Sequence[str], said: _Said) -> Page:
    # Texts of Python are ordered by code points, which is the order of the bytes of UTF-8.
    if not (is_sorted := texts == sorted(texts)):
        entries = sorted(entries, key=_text)
    return Page(tuple(entries), _next(said), is_sorted)


def _listed(said: _Said, below: Below, decode: _Decode) -> Listed:
    key, size = decode(said.get("Key", "")), said.get("Size", "")
    if not key.startswith(below.prefix) or not key:
        raise _wrong(f"has the key {key!r}, which is not below {below.address}")
    if not _SIZE.fullmatch(size):
        raise _wrong(f"has the size {size!r} for {key!r}")
    if not _ETAG.fullmatch(etag := said.get("ETag", "")):
        raise _wrong(f"has the ETag {etag!r} for {key!r}")
    if (modified := time_of(text := said.get("LastModified", ""))) is None:
        raise _wrong(f"has the time {text!r} for {key!r}")
    return Listed(
        f"s3://{below.bucket}/{key}",
        key,
        int(size),
        modified,
        etag,
        said.get("StorageClass") or "STANDARD",
    )


def _common_prefix(said: _Said, below: Below, decode: _Decode) -> CommonPrefix:
    prefix = decode(said.get("Prefix", ""))
    is_below = prefix.startswith(below.prefix) and prefix != below.prefix
    if not is_below or DELIMITER in prefix[len(below.prefix) : -1] or prefix[-1:] != DELIMITER:
        raise _wrong(f"has the prefix {prefix!r}, which is not one level below {below.address}")
    return CommonPrefix(f"s3://{below.bucket}/{prefix}", prefix)


def _next(said: _Said) -> str | None:
    truncated, token = said.get("IsTruncated"), said.get("NextContinuationToken", "")
    if truncated == "false":
        return None
    if truncated != "true" or not _TOKEN.fullmatch(token):
        raise _wrong("does not say whether more pages follow, and how to get them")
    return token


def _text(entry: Listed | CommonPrefix) -> str:
    return entry.key if isinstance(entry, Listed) else entry.prefix


def _decoded(text: str) -> str:
    try:
        return unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        raise _wrong(f"has the key {text!r}, which is not UTF-8") from None


def _as_it_is(text: str) -> str:
    return text


def _text_of(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotWhole from error
    if "<!DOCTYPE" in text:
        raise _wrong("has a document type, which could define entities")
    return text


def _root(text: str) -> "Element":
    from xml.etree import ElementTree as ET

    try:
        return ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise NotWhole from error


@lru_cache(64)  # a page has some of them a thousand times
def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _members(node: "Element") -> _Said:
    """Return the texts of the children by their names."""
    return {_name(child.tag): child.text or "" for child in node}


def _wrong(what: str) -> TransferError:
    return TransferError(f"S3's list {what}. Nothing more is listed.")
