"""What callers ask for in a minute: counted after the decision and before STS, or refused.

Every way to vend calls ``count``. A minute is one of the clock, so that around its end a caller may
get twice what a limit says within sixty seconds.
"""

from datetime import timedelta
from math import ceil
from typing import NamedTuple

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.effects import HASH, Counter, Effects, Rates
from vending.errors import Fault, InvalidRequest, TooManyRequests, Unavailable
from vending.grants.grant import Grant
from vending.grants.rate_limit import RateLimit
from vending.ids import short_hash

MINUTE = timedelta(minutes=1)


class Counted(NamedTuple):
    """What one decision gives out, beside being one request."""

    urls: int = 0
    pointer: str = ""  # to the list in the body that is as long


def count(caller: Caller, grant: Grant, counted: Counted, record: Record, effects: Effects) -> None:
    """Count one decision, where the stack or the grant has a limit.

    Raises:
        InvalidRequest: more URLs than any minute allows.
        TooManyRequests: more than is left of this minute; nothing of it is counted.
        Unavailable: counting failed, and the stack does not vend uncounted.
    """
    rates = effects.rates
    if not (rates.stack or grant.rate_limit):
        return
    counters = [
        *_counters(rates.stack, None, counted),
        *_counters(grant.rate_limit, grant.id, counted),
    ]
    for one in counters:
        if one.added > one.most:
            raise _never(one, counted)
    if not counters:
        return
    minute = effects.now.replace(second=0, microsecond=0)
    try:
        found = rates.add(short_hash(caller.identity.canonical, HASH), minute, counters)
    except Unavailable as error:
        record.note(rateLimitFailure=error.reason)
        if rates.vends_uncounted:
            return
        raise
    if found is not None:
        full = (one for one in counters if found.get(one.name, 0) + one.added > one.most)
        raise _later(next(full, counters[0]), ceil((minute + MINUTE - effects.now).total_seconds()))


def most_urls(grant: Grant, rates: Rates) -> int | None:
    """That one request may ask for; None: any number."""
    limits = (rates.stack.urls, grant.rate_limit.urls if grant.rate_limit else None)
    return min((most for most in limits if most is not None), default=None)


def _counters(limit: RateLimit | None, grant: str | None, counted: Counted) -> list[Counter]:
    if limit is None:
        return []
    counters = []
    if limit.requests is not None:
        counters.append(Counter("requests", grant, 1, limit.requests))
    if limit.urls is not None and counted.urls:
        counters.append(Counter("urls", grant, counted.urls, limit.urls))
    return counters


def _never(counter: Counter, counted: Counted) -> InvalidRequest:
    detail = f"{counter.added:,} URLs in one request, and the limit is {counter.limit}"
    return InvalidRequest(
        f"This asks for {detail}. Ask for fewer at a time.",
        faults=[Fault(counted.pointer, f"at most {counter.most:,} here")],
        reason="RateLimit",
    )


def _later(counter: Counter, seconds: int) -> TooManyRequests:
    whose = "Caller" if counter.grant is None else "Grant"
    return TooManyRequests(
        f"The limit is {counter.limit}. Try again in {seconds} seconds.",
        retry_after=seconds,
        reason=f"{whose}{counter.kind.capitalize()}",
    )
