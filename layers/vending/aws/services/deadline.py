"""How long other services may take: no try is endless, and none starts when it is too late.

A socket's own time limit begins anew with each byte, and a lookup of a name knows none; so each
try runs in a thread, which is left to itself when its time is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from vending.errors import Unavailable

VEND = 12.0  # seconds of a request that vends, but for the pause and the abort below
ADMINISTRATION = 25.0  # seconds of a change: a large document is many writes
TRY = 3.0  # seconds of one try, from the lookup of the name to the last byte of the answer
TRIES = 2  # of a call
PAUSE = 1.0  # seconds at most between two tries; chance says how many
LEAST = 0.25  # seconds; with fewer left no try starts

_ends: ContextVar[float] = ContextVar("ends", default=inf)


@dataclass(frozen=True, slots=True)
class _Outcome[Answer]:
    """What a try came to."""

    answer: Answer | None = None
    error: BaseException | None = None


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """All tries within the block end before so many seconds from now are over."""
    before = _ends.set(monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(before)


def left(most: float) -> float:
    """Seconds, of so many at most, until the request's own time is over.

    Raises:
        Unavailable: too few to begin anything.
    """
    seconds = _ends.get() - monotonic()
    if seconds < LEAST:
        raise Unavailable("OutOfTime")
    return min(most, seconds)


def in_time[Answer](call: Callable[[], Answer], most: float = TRY) -> Answer:
    """What ``call`` returns or raises, within ``most`` seconds or what is left of the request.

    Raises:
        TimeoutError: it took longer; what it comes to after that is nobody's.
        Unavailable: too little was left to begin.
    """
    seconds = left(most)
    outcomes: SimpleQueue[_Outcome[Answer]] = SimpleQueue()
    Thread(target=_run, args=(call, outcomes.put), daemon=True).start()
    try:
        outcome = outcomes.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if outcome.error:
        raise outcome.error
    return outcome.answer  # type: ignore[return-value]  # where there is no error


def _run[Answer](call: Callable[[], Answer], tell: Callable[[_Outcome[Answer]], None]) -> None:
    try:
        tell(_Outcome(call()))
    except BaseException as error:  # noqa: BLE001 - it is raised again where it was waited for
        tell(_Outcome(error=error))
