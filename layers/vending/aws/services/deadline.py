"""Limits how long calls to other services take; no call starts when its time is over.

A socket's own timeout starts again with each byte, and a DNS lookup has none. So each try runs in
a thread, which is abandoned when its time is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import NamedTuple

from vending.errors import Unavailable

VEND = 12.0  # seconds of a request that vends; the last pause and an abort may be added
ADMINISTRATION = 25.0  # seconds of an administrator's request: a large document is many writes
TRY = 3.0  # seconds of one try, from the DNS lookup to the last byte of the answer
TRIES = 2  # of one call
PAUSE = 1.0  # seconds at most between two tries; the pause is random
LEAST = 0.25  # seconds; with less time left, no try starts

_ends: ContextVar[float] = ContextVar("ends", default=inf)


class _Outcome[Answer](NamedTuple):
    """The result of a try."""

    answer: Answer | None = None
    error: BaseException | None = None


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Make all tries in the block end within ``seconds`` from now."""
    before = _ends.set(monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(before)


def seconds_left(most: float) -> float:
    """The seconds until the request's own time is over, but at most ``most``.

    Raises:
        Unavailable: fewer than ``LEAST`` seconds are left.
    """
    seconds = _ends.get() - monotonic()
    if seconds < LEAST:
        raise Unavailable("OutOfTime")
    return min(most, seconds)


def in_time[Answer](call: Callable[[], Answer], most: float = TRY) -> Answer:
    """Return or raise what ``call`` does, within ``most`` seconds or the request's own time.

    Raises:
        TimeoutError: it took longer; a late result is discarded.
        Unavailable: too little time is left to start.
    """
    seconds = seconds_left(most)
    outcomes: SimpleQueue[_Outcome[Answer]] = SimpleQueue()
    Thread(target=_run, args=(call, outcomes.put), daemon=True).start()
    try:
        outcome = outcomes.get(timeout=seconds)
    except Empty:
        raise TimeoutError from None
    if outcome.error:
        raise outcome.error
    return outcome.answer  # type: ignore[return-value]  # where there is no error


def _run[Answer](call: Callable[[], Answer], put: Callable[[_Outcome[Answer]], None]) -> None:
    try:
        put(_Outcome(call()))
    except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
        put(_Outcome(error=error))
