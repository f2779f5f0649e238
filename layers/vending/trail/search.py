"""Searches the audit trail for ``/admin/audit`` and ``/admin/vends``: a query in, pages out.

A search reads time in slices, each twice as long as the one before, so a search over months makes
progress with every page, however long the logs are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from vending.answers import PARAMETERS, Page, Position
from vending.callers.principal import Principal
from vending.errors import Fault, InvalidRequest, NotFound
from vending.grants.keys import Keys
from vending.times import iso, read_time
from vending.trail.about import ANYTHING, About
from vending.trail.vends import LONGEST_VEND, Line, Read

MEMBERS = (
    *("action", "caller", "code", "extendedRequestId", "grant", "issuer", "outcome"),
    *("requestId", "sessionId", "subject", "tokenHash", "vendId"),
)
ACTIONS = (
    *("credentials", "presigned-urls", "multipart-uploads", "multipart-uploads/parts"),
    *("multipart-uploads/completion", "multipart-uploads/abort", "explanations", "authentication"),
    *("share", "unshare", "share-open", "share-password", "share-list", "share-download"),
    *("share-upload", "share-parts"),
    *("changes", "change", "staged", "staged/parts", "staged/commit", "staged/cancel"),
    *("reach", "revocation", "lift", "reconciliation"),
)
OUTCOMES = ("granted", "refused", "failed", "unknown")
VALUES = {"action": ACTIONS, "outcome": OUTCOMES}
ABOUT = ("callerName", "target")
QUERY = (*MEMBERS, *ABOUT, "since", "until", *PARAMETERS)
USUAL = timedelta(hours=1)
SLICE = timedelta(hours=1)  # the first one
SETTLED = timedelta(seconds=10)  # time until a new line is usually searchable
LOOKED_BACK = timedelta(days=31)
VALUE_CHARACTERS = 2048

_ID = re.compile("[a-z2-7]{16}")
_MILLISECONDS = re.compile("[0-9]{13}")
_FIRST = " "  # sorts before every id


@dataclass(frozen=True, slots=True)
class Search:
    """A search: members to match, logged from ``since`` (inclusive) to ``until`` (exclusive)."""

    members: Mapping[str, str]
    since: datetime
    until: datetime
    about: About = ANYTHING

    @classmethod
    def from_query(cls, query: Mapping[str, str], now: datetime) -> "Search":
        """The search that a query asks for.

        Raises:
            InvalidRequest: the value of a member, or a time, is not valid.
        """
        members = {name: _member(name, query[name]) for name in MEMBERS if name in query}
        until = min(_time("until", query["until"]), now) if "until" in query else now
        since = _time("since", query["since"]) if "since" in query else until - USUAL
        if since >= until:
            raise _wrong("since", "must be before 'until', and in the past")
        about = About(_target(query.get("target")), _caller_name(query.get("callerName")))
        return cls(members, since, until, about)

    def slices(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The time from ``since`` to ``until`` in slices, the earliest first."""
        length = SLICE
        while since < self.until:
            end = min(since + length, self.until)
            yield since, end
            since, length = end, 2 * length

    def page(self, read: Read, page: Page, now: datetime) -> dict[str, object]:
        """One page of the records, the oldest first.

        Raises:
            InvalidRequest: the page's token does not belong to this list.
            TooLarge: the logs of even the first slice are too long to read at once.
            Unavailable: the logs could not be read.
        """
        answer = page.answer("records", self._entries(read, page.start))
        return {
            **answer,
            "since": iso(self.since),
            "until": iso(self.until),
            **settled_until(self.until, now),
        }

    def _entries(
        self, read: Read, start: Position | None
    ) -> Iterator[tuple[Position, Mapping[str, object] | None]]:
        begins, after = _place(start) if start else (self.since, _FIRST)
        for since, until in self.slices(begins):
            found = read(self.members, since, until, self.about.words)
            for at, lines in groupby(found, key=lambda line: line.at):
                for id_, members in sorted(map(_with_id, lines), key=lambda named: named[0]):
                    if (at > begins or id_ >= after) and self.about.fits(members):
                        yield _position(at, id_), members
                yield _position(at + timedelta(milliseconds=1), _FIRST), None
            yield _position(until, _FIRST), None


def look_up(read: Read, vend_id: str, search: Search, *, given: bool) -> Line:
    """The record of this vend; searches the most recent time first.

    ``given`` says whether the query has ``since``; if not, the search goes back ``LOOKED_BACK``.

    Raises:
        NotFound: there is no record in that time.
        TooLarge, Unavailable: as in ``Search.page``.
    """
    floor = search.since if given else search.until - LOOKED_BACK
    if _ID.fullmatch(vend_id):
        until, length = search.until, LONGEST_VEND
        while until > floor:
            since = max(floor, until - length)
            if line := next(iter(read({"vendId": vend_id}, since, until)), None):
                return line
            until, length = since, 3 * length
    raise NotFound(
        f"No record of this vend from {iso(floor)} to {iso(search.until)}. A record may appear "
        "seconds after the vend; to search another time, give 'since' and 'until'."
    )


def settled_until(until: datetime, now: datetime) -> dict[str, object]:
    """The time before which no new records are expected, as a member of the answer."""
    return {"settledUntil": iso(min(until, now - SETTLED))}


def _member(name: str, value: str) -> str:
    if name in ("vendId", "sessionId") and not _ID.fullmatch(value):
        raise _wrong(name, "must be 16 characters from a to z and 2 to 7")
    if name in VALUES and value not in VALUES[name]:
        raise _wrong(name, f"must be one of {', '.join(VALUES[name])}")
    if not 0 < len(value) <= VALUE_CHARACTERS:
        raise _wrong(name, f"must have 1 to {VALUE_CHARACTERS} characters")
    if name == "caller":
        try:
            return (Principal.assumed(value) or (Principal.parse(value), ""))[0].arn
        except ValueError:
            raise _wrong(name, "must be the ARN of an IAM role or user") from None
    return value


def _target(value: str | None) -> Keys | None:
    try:
        return None if value is None else Keys.parse(value)
    except ValueError as error:
        raise _wrong("target", str(error)) from None


def _caller_name(value: str | None) -> str | None:
    return None if value is None else _member("callerName", value)


def _time(name: str, value: str) -> datetime:
    try:
        return read_time(value)
    except ValueError:
        example = "2027-01-01T00:00:00Z"
        raise _wrong(name, f"must be a time in whole seconds with a zone: {example}") from None


def _wrong(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest(f"{name!r} {detail}.", faults=[Fault(f"/{name}", detail)])


def _with_id(line: Line) -> tuple[str, Mapping[str, object]]:
    return str(line.members.get("vendId")), line.members


def _position(at: datetime, id_: str) -> Position:
    return (str(round(at.timestamp() * 1000)), id_)


def _place(start: Position) -> tuple[datetime, str]:
    milliseconds, id_ = start
    if not _MILLISECONDS.fullmatch(milliseconds):
        raise _wrong("nextToken", "is not from this list; start again without it")
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC), id_
