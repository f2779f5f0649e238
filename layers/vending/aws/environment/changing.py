"""Writes the audit record of a change of the catalogue."""

from typing import Protocol

from vending.audit.record import Record, RequestIds
from vending.aws.environment.runtime import step_record
from vending.callers.caller import Caller


class Recorded(Protocol):
    """A change as its record shows it, with the entry before and after."""

    def as_json(self) -> dict[str, object]: ...


def record_change(
    ids: RequestIds,
    caller: Caller,
    cause: Record,
    change: Recorded,
    revision: int,
    outcome: str,
    *,
    late: bool | None = None,
) -> None:
    """Write the record of one change that the request ``cause`` has made.

    ``late``: an earlier request has made it, and may have recorded it.
    """
    with step_record("change", ids) as record:
        record.add(caller.as_recorded())
        record.note(
            cause=cause.vend_id,
            change=change.as_json(),
            revision=revision,
            outcome=outcome,
            late=late,
        )
