"""The objects of a list in its usual form, read by one pattern in place of the XML parser.

Storages differ in which members an object has, and in what order; in a list all objects have the
same. So the pattern is made from the first one. It takes only what stands for itself in XML, and
what it takes out is replaced by one node of another name, so that the parser still reads the rest
and sees where it was. Whatever is otherwise is left to the parser, which takes three times as long.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

PLACE = "taken-out"  # the node where the objects were; a name has one spelling in XML
_SPACE = r"[ \t\r\n]*"
_FIRST = re.compile(
    rf"<Contents>(?:{_SPACE}<[A-Za-z]{{1,32}}>[^<]*</[A-Za-z]{{1,32}}>){{1,12}}{_SPACE}</Contents>"
)
_NAME = re.compile(r"<([A-Za-z]+)>")
_ITSELF = r"[^<>&\x00-\x1f\ufffe\uffff]"  # in a text of XML
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z"
_VALUES = {
    "Key": rf"({_ITSELF}+)",
    "Size": r"([0-9]{1,18})",
    "LastModified": f"({_TIME})",
    "ETag": r"((?:&quot;|&#34;)?[ !#-%'-;=?-~\"]*(?:&quot;|&#34;)?)",
    "StorageClass": r"([A-Z0-9_]+)",
}


class Plain(NamedTuple):
    """The objects of a list: the texts of each member."""

    keys: Sequence[str]
    sizes: Sequence[str]
    times: Sequence[str]
    etags: Sequence[str]
    classes: Sequence[str]


def take_out(text: str) -> tuple[str, Plain] | None:
    """Return a list without its objects, and these; None if they are not in the usual form.

    The result counts only if the first part is XML with `PLACE` right below its root: what was
    taken out may have been in a comment, or in another node.
    """
    if (first := _FIRST.search(text)) is None:
        return None
    names = tuple(_NAME.findall(first[0])[1:])
    if (pattern := _pattern(names)) is None:
        return None
    parts, step = pattern.split(text), pattern.groups + 1
    if len(parts) == 1 or any(parts[step:-1:step]):  # between two objects
        return None
    if PLACE in parts[0] or PLACE in parts[-1]:
        return None
    read = (one for one in names if one in _VALUES)
    columns = {name: parts[at::step] for at, name in enumerate(read, 1)}
    count = len(columns["Key"])
    plain = Plain(
        columns["Key"],
        columns["Size"],
        columns["LastModified"],
        columns.get("ETag") or [""] * count,
        columns.get("StorageClass") or ["STANDARD"] * count,
    )
    return f"{parts[0]}<{PLACE}/>{parts[-1]}", plain


@lru_cache(16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return the pattern of an object with these members; None if one is missing or twice."""
    if len(set(names)) < len(names) or not {"Key", "Size", "LastModified"} <= set(names):
        return None
    members = (f"<{name}>{_VALUES.get(name, f'{_ITSELF}*')}</{name}>" for name in names)
    return re.compile(f"<Contents>{_SPACE}{_SPACE.join(members)}{_SPACE}</Contents>{_SPACE}")


@lru_cache(1024)  # many objects were written within one second, and most storages count those
def time_of(text: str) -> datetime | None:
    """Return a time of a list; None if it is not one."""
    if re.fullmatch(_TIME, text) is None:
        return None
    seconds, fraction = text[:19], text[20:-1]
    try:  # Python counts microseconds
        return datetime.fromisoformat(f"{seconds}.{fraction:0<6.6}+00:00")
    except ValueError:
        return None
