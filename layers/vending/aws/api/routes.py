"""Makes routes that write an audit record; the functions call it."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager

from vending.audit.record import Record, RequestIds
from vending.aws.api.gateway import Request, Route
from vending.aws.api.responses import Answer
from vending.callers.caller import Caller

type Recording = Callable[[str, RequestIds], AbstractContextManager[Record]]  # of an action
type NoteSeen = Callable[[Caller], None]
type RecordedAnswer = Callable[[Request, Caller, Record], Answer]


def recorded_route(
    recording: Recording,
    action: str,
    answer: RecordedAnswer,
    query: Collection[str] = (),
    repeated: Collection[str] = (),
    *,
    seen: NoteSeen | None = None,
) -> Route:
    """A route that writes one audit record for each request.

    ``query`` names its parameters, ``repeated`` those that may be given more than once. ``seen``
    notes the caller, for the shares that it may have.
    """

    def route(request: Request) -> Answer:
        with recording(action, request.ids) as record:
            caller = request.caller()
            record.add(caller.as_recorded())
            request.query_lists(query, repeated)
            given = answer(request, caller, record)
            if seen:  # only now: a refusal writes nothing
                seen(caller)
            return given

    return route
