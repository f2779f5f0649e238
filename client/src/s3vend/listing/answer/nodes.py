"""The XML of a list, as the parser reads it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from s3vend.errors import TransferError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Said = dict[str, str]  # the texts of a node's children


class NotWhole(Exception):
    """The answer ends before it is complete, or is not XML."""


def text_of(body: bytes) -> str:
    """Return the text of an answer; raises `NotWhole`, or what `wrong` returns."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotWhole from error
    if "<!DOCTYPE" in text:
        raise wrong("has a document type, which could define entities")
    return text


def root_of(text: str) -> "Element":
    """Return the root of a text; raises `NotWhole`."""
    from xml.etree import ElementTree as ET

    try:
        return ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as error:
        raise NotWhole from error


@lru_cache(64)  # a page has some of them a thousand times
def name_of(tag: str) -> str:
    """Return the name of a tag without its namespace."""
    return tag.rpartition("}")[2]


def members(node: "Element") -> Said:
    """Return the texts of the children by their names."""
    return {name_of(child.tag): child.text or "" for child in node}


def wrong(what: str) -> TransferError:
    """Return the error for a list that cannot be true."""
    return TransferError(f"S3's list {what}. Nothing more is listed.")
