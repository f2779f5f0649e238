"""Routes that leave an audit record."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from vending.audit.record import Record
from vending.aws.api.gateway import Request, Route
from vending.aws.api.responses import Answer
from vending.callers.caller import Caller

type Recording = Callable[[str, str], AbstractContextManager[Record]]  # action, request id
type Recorded = Callable[[Request, Caller, Record], Answer]


def recorded(recording: Recording, action: str, answer: Recorded) -> Route:
    """A route whose every request leaves one audit record."""

    def route(request: Request) -> Answer:
        with recording(action, request.id) as record:
            caller = request.caller()
            record.caller(caller)
            request.query()
            return answer(request, caller, record)

    return route
