"""The audit trail, read again: what was vended, found by its ids.

Effects come in as a function, ``Read``: the lines of some members and some time. Who reads
believes a record's own members alone: a caller chooses parts of it, such as keys.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

LONGEST_VEND = timedelta(hours=2, minutes=5)  # an hour's session, signing to its end; and margins


@dataclass(frozen=True, slots=True)
class Line:
    """An audit record as it was logged; ``at`` is the log's own time of it."""

    at: datetime
    members: Mapping[str, object]


type Read = Callable[[Mapping[str, str], datetime, datetime], Iterable[Line]]  # since, until


@dataclass(frozen=True, slots=True)
class Vend:
    """What one decision gave, from its audit record."""

    vend_id: str
    session_id: str
    role_arn: str
    session_name: str
    caller: Mapping[str, str]  # ``{caller}``, an ARN, or ``{issuer, subject}``
    grant: str
    at: datetime
    expires_at: datetime  # of what was handed out
    ends: datetime  # the session's, at the latest
    members: Mapping[str, object]  # the whole record

    @classmethod
    def of(cls, line: Line) -> Self | None:
        """None for a record of anything else: refused, failed, or without a session."""
        members = line.members
        match members:
            case {
                "outcome": "granted",
                "vendId": str(vend_id),
                "sessionId": str(session_id),
                "roleArn": str(role_arn),
                "roleSessionName": str(name),
                "grant": str(grant),
                "time": str(time),
                "expiresAt": str(expires_at),
                "durationSeconds": int(duration),
            }:
                at = datetime.fromisoformat(time)
                return cls(
                    vend_id=vend_id,
                    session_id=session_id,
                    role_arn=role_arn,
                    session_name=name,
                    caller={
                        one: str(members[one])
                        for one in ("caller", "issuer", "subject")
                        if one in members
                    },
                    grant=grant,
                    at=at,
                    expires_at=datetime.fromisoformat(expires_at),
                    ends=at + timedelta(seconds=duration),
                    members=members,
                )
        return None


def vend_of(read: Read, vend_id: str, *, since: datetime, until: datetime) -> Vend | None:
    """What this vend gave, if anything in that time.

    Raises:
        TooLarge: there is too much log in that time.
        Unavailable: it could not be read.
    """
    found = (Vend.of(line) for line in read({"vendId": vend_id}, since, until))
    return next((vend for vend in found if vend), None)


def vends_of(read: Read, session_id: str, *, since: datetime, until: datetime) -> tuple[Vend, ...]:
    """All that this session served in that time, in order.

    Raises:
        TooLarge, Unavailable: as ``vend_of``.
    """
    found = (Vend.of(line) for line in read({"sessionId": session_id}, since, until))
    return tuple(vend for vend in found if vend)


def vends_in(
    reads: Iterable[Read], session_id: str, *, since: datetime, until: datetime
) -> tuple[Vend, ...]:
    """As ``vends_of``, of the first log that has any: a session is in one.

    A log that somebody floods, which anybody can at an open route, so holds up the search for its
    own sessions alone.
    """
    found = (vends_of(read, session_id, since=since, until=until) for read in reads)
    return next(filter(None, found), ())


def vends_with(
    reads: Iterable[Read], vend_id: str, *, since: datetime, until: datetime
) -> tuple[Vend, ...]:
    """This vend and all others of its session in that time, in order; empty: there is no record.

    One log after another is read, as by ``vends_in``.

    Raises:
        TooLarge, Unavailable: as ``vend_of``.
    """
    for read in reads:
        if found := vend_of(read, vend_id, since=since, until=until):
            return vends_of(read, found.session_id, since=since, until=until)
    return ()
