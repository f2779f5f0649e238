"""Finds vends in the audit trail by ``vendId`` and ``sessionId``; search and revoke call it.

The effect ``Read`` returns the lines that have certain members in a certain time. Trust only a
record's own members: callers choose some of its text, such as keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from vending.audit.record import grants_of, session_parts

LONGEST_VEND = timedelta(hours=2, minutes=5)  # a one-hour session that signs to its end; margins


@dataclass(frozen=True, slots=True)
class Line:
    """An audit record as it was logged; ``at`` is the log's own time."""

    at: datetime
    members: Mapping[str, object]


class Read(Protocol):
    """Finds the lines with these members, and maybe fewer than all that lack one of the words."""

    def __call__(
        self,
        members: Mapping[str, str],
        since: datetime,
        until: datetime,
        /,
        words: Sequence[str] = (),
    ) -> Iterable[Line]: ...


@dataclass(frozen=True, slots=True)
class Vend:
    """What one decision vended in one session, from its audit record."""

    vend_id: str
    session_id: str
    role_arn: str
    session_name: str
    caller: Mapping[str, str]  # ``{caller}``, an ARN, or ``{issuer, subject}``
    grants: tuple[str, ...]
    at: datetime
    expires_at: datetime  # when the credentials or URLs expire
    ends: datetime  # when the session ends at the latest
    members: Mapping[str, object]  # the record, as far as it is about this session

    @classmethod
    def all_of(cls, line: Line) -> tuple[Self, ...]:
        """The vends of a record, one in each session; none if it was refused or failed."""
        return tuple(filter(None, map(cls._of, session_parts(line.members))))

    @classmethod
    def _of(cls, members: Mapping[str, object]) -> Self | None:
        match members:
            case {
                "outcome": "granted",
                "vendId": str(vend_id),
                "sessionId": str(session_id),
                "roleArn": str(role_arn),
                "roleSessionName": str(name),
                "time": str(time),
                "expiresAt": str(expires_at),
                "durationSeconds": int(duration),
            } if grants := grants_of(members):
                at = datetime.fromisoformat(time)
                return cls(
                    vend_id=vend_id,
                    session_id=session_id,
                    role_arn=role_arn,
                    session_name=name,
                    caller={
                        member: str(members[member])
                        for member in ("caller", "issuer", "subject")
                        if member in members
                    },
                    grants=grants,
                    at=at,
                    expires_at=datetime.fromisoformat(expires_at),
                    ends=at + timedelta(seconds=duration),
                    members=members,
                )
        return None


def has_members(found: Mapping[str, object], wanted: Mapping[str, str]) -> bool:
    """Whether a record has these members, or one of its sessions has all of them.

    For ``grant``, whether it is about this grant.
    """
    return any(
        all(
            _is_about_grant(part, value) if name == "grant" else part.get(name) == value
            for name, value in wanted.items()
        )
        for part in session_parts(found)
    )


def _is_about_grant(members: Mapping[str, object], grant: str) -> bool:
    """Whether the record is a use, a change or a revocation of the grant."""
    match members:
        case {"change": {"kind": "grant", "id": str(id_)}} | {"revocation": {"grantId": str(id_)}}:
            return id_ == grant
    return grant in grants_of(members)


def vends_of(read: Read, session_id: str, *, since: datetime, until: datetime) -> tuple[Vend, ...]:
    """All vends of this session in that time, in order.

    Raises:
        TooLarge: the logs of that time are too long to read at once.
        Unavailable: the logs could not be read.
    """
    lines = read({"sessionId": session_id}, since, until)
    found = (vend for line in lines for vend in Vend.all_of(line))
    return tuple(vend for vend in found if vend.session_id == session_id)


def vends_in(
    reads: Iterable[Read], session_id: str, *, since: datetime, until: datetime
) -> tuple[Vend, ...]:
    """As ``vends_of``, from the first log that has any: one log has all vends of a session.

    Anybody can flood the log of an open route; that delays only the search for its own sessions.
    """
    found = (vends_of(read, session_id, since=since, until=until) for read in reads)
    return next(filter(None, found), ())


def vends_with(
    reads: Iterable[Read], vend_id: str, *, since: datetime, until: datetime
) -> tuple[Vend, ...]:
    """This vend and all others of its sessions in that time, by session; empty without a record.

    Reads one log after the other, as ``vends_in``.

    Raises:
        TooLarge, Unavailable: as in ``vends_of``.
    """
    for read in reads:
        lines = read({"vendId": vend_id}, since, until)
        if sessions := [vend.session_id for line in lines for vend in Vend.all_of(line)]:
            ids = dict.fromkeys(sessions)
            return tuple(
                vend for id_ in ids for vend in vends_of(read, id_, since=since, until=until)
            )
    return ()
