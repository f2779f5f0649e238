"""Splits lists into pages, and refuses answers that are too large.

A request has the query ``?limit=&nextToken=``; its answer is ``{NAME: […], nextToken?}``.
"""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from vending.errors import Fault, InvalidRequest, TooLarge
from vending.plain import has_no_control

PARAMETERS = ("limit", "nextToken")
USUAL, MOST = 100, 1000
KEY_BYTES = 2048
PAGE_BYTES = 4_000_000  # of entries as JSON; a Lambda function can answer with 6 MB

type Position = tuple[str, ...]  # the sort key of a page's first entry


class Json(NamedTuple):
    """A part of an answer that is JSON text already; the edge writes it as it is."""

    text: str


class Page(NamedTuple):
    """A page of a list: how many entries, and where it starts (None: at the first entry)."""

    limit: int
    start: Position | None

    @classmethod
    def from_query(cls, query: Mapping[str, str], parts: int) -> "Page":
        """Read the page from a query; ``parts`` is the length of the list's positions.

        Raises:
            InvalidRequest: ``limit`` is out of range, or ``nextToken`` is not from this list.
        """
        limit = query.get("limit", str(USUAL))
        if not re.fullmatch("[1-9][0-9]{0,3}", limit) or int(limit) > MOST:
            detail = f"'limit' must be a number from 1 to {MOST}."
            raise InvalidRequest(detail, faults=[Fault("/limit", detail)])
        token = query.get("nextToken")
        return cls(int(limit), None if token is None else _position(token, parts))

    def answer(
        self, name: str, entries: Iterable[tuple[Position, Mapping[str, object] | None]]
    ) -> dict[str, object]:
        """Build the answer's members; ``entries`` start at ``start``, and one more is read.

        A position with None instead of an entry means: everything before it has been read. If
        ``entries`` raises TooLarge after that, the page ends at that position, with fewer entries
        or none, and ``nextToken`` continues from there.

        Raises:
            TooLarge: ``entries`` raised it before the first position with None.
        """
        page: list[Mapping[str, object]] = []
        size, reached = 0, None
        try:
            for position, entry in entries:
                if entry is None:
                    reached = position
                    continue
                size += len(json.dumps(entry))
                if len(page) == self.limit or (page and size > PAGE_BYTES):
                    reached = position
                    break
                page.append(entry)
            else:
                return {name: page}
        except TooLarge:
            if reached is None:
                raise
        return {name: page} if reached is None else {name: page, "nextToken": _token(reached)}


def _token(position: Position) -> str:
    # Without padding, since clients differ in how they sign a '=' in a query.
    return urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def _position(token: str, parts: int) -> Position:
    try:
        position = json.loads(urlsafe_b64decode(f"{token}==".encode("ascii")))
    except (ValueError, RecursionError):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != parts
        or not all(isinstance(part, str) and _is_key(part) for part in position)
    ):
        detail = "'nextToken' is not from this list; start again without it."
        raise InvalidRequest(detail, faults=[Fault("/nextToken", detail)])
    return tuple(position)


def _is_key(part: str) -> bool:
    """Whether DynamoDB takes ``part`` as a key."""
    return has_no_control(part) and 0 < len(part.encode()) <= KEY_BYTES


def check_answer(sizes: Sequence[int], noun: str) -> None:
    """Refuse an answer of more than ``ANSWER_BYTES``; ``sizes`` are the bytes of its items.

    Raises:
        TooLarge: the answer does not fit; ``detail`` says how many items would.
    """
    if sum(sizes) > ANSWER_BYTES:
        fitting = ANSWER_BYTES // max(sizes)
        raise TooLarge(
            f"The answer would be larger than {ANSWER_BYTES} bytes; with keys of this length, "
            f"send at most {fitting} {noun} at a time."
        )


ANSWER_BYTES = 5_500_000  # of the 6 MB that a Lambda function can answer
