"""Lists page by page: ``?limit=&nextToken=`` in, ``{NAME: […], nextToken?}`` out."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vending.errors import Fault, InvalidRequest, TooLarge

PARAMETERS = ("limit", "nextToken")
USUAL, MOST = 100, 1000
KEY_BYTES = 2048
PAGE_BYTES = 4_000_000  # of entries as JSON; Lambda answers with 6 MB at most

_NOT_KEY = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

type Position = tuple[str, ...]  # of the first entry of a page, in the order of the list


@dataclass(frozen=True, slots=True)
class Page:
    """How many entries, and from where on (None: from the first)."""

    limit: int
    start: Position | None

    @classmethod
    def from_query(cls, query: Mapping[str, str], parts: int) -> "Page":
        """The page that a query asks for; ``parts`` is the length of the list's positions.

        Raises:
            InvalidRequest: a limit out of bounds, or a token that is not one of ours.
        """
        limit = query.get("limit", str(USUAL))
        if not re.fullmatch("[1-9][0-9]{0,3}", limit) or int(limit) > MOST:
            detail = f"'limit' is from 1 to {MOST}."
            raise InvalidRequest(detail, faults=[Fault("/limit", detail)])
        token = query.get("nextToken")
        return cls(int(limit), None if token is None else _position(token, parts))

    def answer(
        self, name: str, entries: Iterable[tuple[Position, Mapping[str, object] | None]]
    ) -> dict[str, object]:
        """The page as JSON members; ``entries`` begin at ``start`` and are read one too far.

        In place of an entry None says that all before the position has been read. Where reading
        then becomes too much, the page ends there, with fewer entries or none, and is gone on with.

        Raises:
            TooLarge: reading became too much before anything was read.
        """
        found: list[Mapping[str, object]] = []
        size, reached = 0, None
        try:
            for position, entry in entries:
                if entry is None:
                    reached = position
                    continue
                size += len(json.dumps(entry))
                if len(found) == self.limit or (found and size > PAGE_BYTES):
                    reached = position
                    break
                found.append(entry)
            else:
                return {name: found}
        except TooLarge:
            if reached is None:
                raise
        return {name: found} if reached is None else {name: found, "nextToken": _token(reached)}


def _token(position: Position) -> str:
    # Without padding: a '=' in a query is signed differently by different clients.
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
        detail = "'nextToken' is not one that this list gave; start again without it."
        raise InvalidRequest(detail, faults=[Fault("/nextToken", detail)])
    return tuple(position)


def _is_key(part: str) -> bool:
    """Whether DynamoDB could have such a key at all."""
    return not _NOT_KEY.search(part) and 0 < len(part.encode()) <= KEY_BYTES


def check_answer(sizes: Sequence[int], what: str) -> None:
    """Refuse an answer that would not fit; ``sizes`` are the bytes of its items.

    Raises:
        TooLarge: with how many would fit.
    """
    if sum(sizes) > ANSWER_BYTES:
        fitting = ANSWER_BYTES // max(sizes)
        raise TooLarge(
            f"The answer would pass {ANSWER_BYTES} bytes; with keys of this length send at most "
            f"{fitting} {what} at a time."
        )


ANSWER_BYTES = 5_500_000  # of the 6 MB that Lambda can answer
