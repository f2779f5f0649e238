"""Cuts a document into parts that the service takes, and announces them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from s3vend.cli.terminal.refusal import REFUSED, Refusal

WHOLE = 512 * 1024  # bytes of a document that one request certainly has the time to write
PART = 3_500_000  # bytes of a part within JSON, as Lambda takes it: a quote in a body is two
ENTRIES = 20_000  # of a list in a part
OTHERS = ("locations", "issuers", "tests")
LISTS = (*OTHERS, "grants")


@dataclass(frozen=True)
class Part:
    """A part; ``offsets`` say how many entries of each list come before its own."""

    body: str
    hash: str  # the SHA-256 of the body, as the announcement has it
    offsets: Mapping[str, int]

    def whole(self, pointer: str) -> str:
        """Return a pointer into the part as one into the document."""
        parts = pointer.split("/")
        if len(parts) < 3 or parts[1] not in LISTS or not parts[2].isdecimal():
            return pointer
        return "/".join(
            ["", parts[1], str(int(parts[2]) + self.offsets.get(parts[1], 0)), *parts[3:]]
        )


def is_large(members: Mapping[str, Any]) -> bool:
    """Whether a document may be too much for one request."""
    return len(_text(members).encode("utf-8", "replace")) > WHOLE


def cut(members: Mapping[str, Any]) -> Sequence[Part]:
    """Return the parts: entries of the other lists first, then grants.

    Raises:
        Refusal: a list is not a list, or a text is not valid UTF-8.
    """
    for name in LISTS:
        if not isinstance(members.get(name, []), list):
            raise Refusal(f"the member {name!r} of the file must be a list", REFUSED)
    try:
        return [*_parts(members, OTHERS), *_parts(members, ("grants",))]
    except UnicodeEncodeError:
        raise Refusal("a text in the file is not valid UTF-8", REFUSED) from None


def announced(
    members: Mapping[str, Any], parts: Sequence[Part], *, prune: bool
) -> "dict[str, object]":
    """Return the announcement; it has whatever the file has beside its lists."""
    digest = sha256("".join(part.hash for part in parts).encode()).hexdigest()
    return {
        **{name: value for name, value in members.items() if name not in LISTS},
        "digest": digest,
        "entries": {name: len(members[name]) for name in LISTS if name in members},
        "parts": len(parts),
        "prune": prune,
    }


def _parts(members: Mapping[str, Any], names: Iterable[str]) -> Iterator[Part]:
    """Yield parts of these lists, each as full as it may be."""
    lists: dict[str, list[str]] = {}
    offsets: dict[str, int] = {}
    size = 0
    for name in names:
        offsets[name] = 0
        for entry in members.get(name, ()):
            text = _text(entry)
            more = len(json.dumps(text)) + len(name) + 8
            if size and (size + more > PART or len(lists.get(name, ())) == ENTRIES):
                yield _part(lists, offsets)
                offsets = {one: offsets[one] + len(lists.get(one, ())) for one in offsets}
                lists, size = {}, 0
            lists.setdefault(name, []).append(text)
            size += more
    if lists:
        yield _part(lists, offsets)


def _part(lists: "Mapping[str, Sequence[str]]", offsets: Mapping[str, int]) -> Part:
    members = ",".join(f'"{name}":[{",".join(texts)}]' for name, texts in lists.items())
    body = f"{{{members}}}"
    return Part(body, sha256(body.encode()).hexdigest(), dict(offsets))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
