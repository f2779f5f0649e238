"""Finds vends in the audit trail by ``vendId`` and ``sessionId``; search and revoke call it.

The effect ``Read`` returns the lines that have certain members in a certain time. Trust only a
record's own members: callers choose some of its text, such as keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, Self

from vending.audit.record import grants_of

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
    """What one decision vended, from its audit record."""

    vend_id: str
    session_id: str
    role_arn: str
    session_name: str
    caller: Mapping[str, str]  # ``{caller}``, an ARN, or ``{issuer, subject}``
    grants: tuple[str, ...]
    at: datetime
    expires_at: datetime  # when the credentials or URLs expire
    ends: datetime  # when the session ends at the latest
    members: Mapping[str, object]  # the whole record

    @classmethod
    def of(cls, line: Line) -> Self | None:
        """The vend of a record; None if it was refused, failed or has no session."""
        members = line.members
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
    """Whether a record has these members; for ``grant``, whether it is about this grant."""
    return all(
        _is_about_grant(found, value) if name == "grant" else found.get(name) == value
        for name, value in wanted.items()
    )


def _is_about_grant(members: Mapping[str, object], grant: str) -> bool:
    """Whether the record is a use, a change or a revocation of the grant."""
    match members:
        case {"change": {"kind": "grant", "id": str(id_)}} | {"revocation": {"grantId": str(id_)}}:
            return id_ == grant
    return grant in grants_of(members)


def vend_of(read: Read, vend_id: str, *, since: datetime, until: datetime) -> Vend | None:
    """The vend with this id in that time, if there is a record of it.

    Raises:
        TooLarge: the logs of that time are too long to read at once.
        Unavailable: the logs could not be read.
    """
    found = (Vend.of(line) for line in read({"vendId": vend_id}, since, until))
    return next((vend for vend in found if vend), None)


def vends_of(read: Read, session_id: str, *, since: datetime, until: datetime) -> tuple[Vend, ...]:
    """All vends of this session in that time, in order.

    Raises:
        TooLarge, Unavailable: as in ``vend_of``.
    """
    found = (Vend.of(line) for line in read({"sessionId": session_id}, since, until))
    return tuple(vend for vend in found if vend)


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
    """This vend and all others of its session in that time, in order; empty without a record.

    Reads one log after the other, as ``vends_in``.

    Raises:
        TooLarge, Unavailable: as in ``vend_of``.
    """
    for read in reads:
        if found := vend_of(read, vend_id, since=since, until=until):
            return vends_of(read, found.session_id, since=since, until=until)
    return ()
