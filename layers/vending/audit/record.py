"""Keeps the one audit record of a decision: filled step by step, emitted once on every exit.

``docs/audit-record.json`` defines its members (version 1), and which of them are required.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import NamedTuple

from vending.audit.meter import Meter
from vending.audit.metrics import embedded
from vending.errors import ServiceFault, VendingError
from vending.times import iso

VERSION = 1

type Emit = Callable[[str], None]
type RequestIds = Mapping[str, str]  # ``requestId`` and, from API Gateway, ``extendedRequestId``
type Encode = Callable[[Mapping[str, object]], str]  # to JSON on one line of ASCII


def as_json(members: Mapping[str, object]) -> str:
    """Encode with the standard library."""
    return json.dumps(members, separators=(",", ":"))


@dataclass(slots=True)
class Record:
    """The audit record of the current request, as far as it is filled."""

    vend_id: str
    members: dict[str, object] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)

    def note(self, **members: object) -> None:
        """Add these members, skipping those that are None."""
        self.add(members)

    def add(self, members: Mapping[str, object]) -> None:
        """Add all of these members, skipping those that are None."""
        for name, value in members.items():
            if value is not None:
                self.members[name] = value

    def gathered(self) -> None:
        """Note whether the grants came from the cache (1) or the table (0)."""
        self.members["grantsCached"] = 0 if "grants" in self.meter.taken else 1

    def signing(self, expires_at: str, *, cached: bool) -> None:
        """Note the session that signs; the time from now on is the phase ``sign``."""
        session = {"expiresAt": expires_at, "cached": cached, "sessionCached": int(cached)}
        self.members |= session
        self.meter.rest("sign")

    def line(self, encode: Encode = as_json) -> str:
        """Encode the record as one line of JSON."""
        return encode(self.members)

    def measured_line(self, namespace: str, time: datetime, encode: Encode) -> str:
        """Encode the record with its measurements, as metrics in ``namespace``."""
        self.members |= self.meter.measured()
        return f'{self.line(encode)[:-1]},"_aws":{embedded(namespace, time, self.members)}}}'


def grant_members(ids: Sequence[str]) -> dict[str, object]:
    """The grants as members of a record or an answer: one as ``grant``, several as ``grants``."""
    return {"grant": ids[0]} if len(ids) == 1 else {"grants": list(ids)}


def session_parts(members: Mapping[str, object]) -> list[Mapping[str, object]]:
    """A record for each session of this one: itself, or one for each entry of ``sessions``."""
    if not isinstance(sessions := members.get("sessions"), list):
        return [members]
    shared = {name: members[name] for name in members if name not in ("sessions", "grants")}
    return [shared | one for one in sessions if isinstance(one, dict)]


def grants_of(members: Mapping[str, object]) -> tuple[str, ...]:
    """The grants that ``grant_members`` has written."""
    match members:
        case {"grant": str(grant)}:
            return (grant,)
        case {"grants": list(grants)}:
            return tuple(grant for grant in grants if isinstance(grant, str))
    return ()


class _Recording(NamedTuple):
    """The block that a record is about."""

    record: Record
    emit: Callable[[], None]
    failures_only: bool

    def __enter__(self) -> Record:
        self.record.meter.begin()
        return self.record

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        record = self.record
        if error is None:
            record.members.setdefault("outcome", "granted")
        elif isinstance(error, VendingError):
            outcome = "failed" if isinstance(error, ServiceFault) else "refused"
            record.note(outcome=outcome, code=error.code, reason=error.reason)
        else:
            record.note(outcome="failed", code="InternalError", reason=type(error).__name__)
        if not self.failures_only or record.members["outcome"] != "granted":
            self.emit()


def audit_record(
    emit: Emit,
    action: str,
    *,
    ids: RequestIds,
    vend_id: str,
    time: datetime,
    failures_only: bool = False,
    meter: Meter | None = None,
    namespace: str = "",
    encode: Encode = as_json,
) -> AbstractContextManager[Record]:
    """Emit a record exactly once, however the block ends.

    With ``failures_only`` a block that succeeds emits no record: the function that the request
    reaches next emits one. With a ``meter`` the record includes how long the block took, as
    metrics in ``namespace``.
    """
    request = {"time": iso(time), **ids, "vendId": vend_id, "action": action}
    record = Record(vend_id, {"record": "audit", "version": VERSION, **request}, meter or Meter())
    line = partial(record.measured_line, namespace, time) if meter else record.line
    return _Recording(record, lambda: emit(line(encode)), failures_only)
