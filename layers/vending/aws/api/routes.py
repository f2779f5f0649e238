"""Routes that leave an audit record."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from vending.audit.record import Record
from vending.aws.api.gateway import Request, Route
from vending.aws.api.responses import Answer
from vending.callers.caller import Caller

type Recording = Callable[[str, str], AbstractContextManager[Record]]  # action, request id
type Recorded = Callable[[Request, Caller, Record], Answer]


def recorded_route(
    recording: Recording, action: str, answer: Recorded, query: Collection[str] = ()
) -> Route:
    """A route whose every request leaves one audit record; ``query`` names its parameters."""

    def route(request: Request) -> Answer:
        with recording(action, request.id) as record:
            caller = request.caller()
            record.note(**caller.as_recorded())
            request.query(query)
            return answer(request, caller, record)

    return route
