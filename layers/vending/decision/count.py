"""Counts requests and URLs against the rate limits, after the decision and before STS is called.

Every way to vend calls ``count``. A minute is a minute of the clock: within sixty seconds across
its end, a caller may get up to twice the limit.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import repeat
from math import ceil
from typing import NamedTuple

from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.decision.effects import HASH, Counter, Effects, Rates
from vending.errors import Fault, InvalidRequest, ServiceRefused, TooManyRequests, Unavailable
from vending.grants.grant import Grant
from vending.grants.rate_limit import RateLimit
from vending.ids import short_hash

MINUTE = timedelta(minutes=1)


class Counted(NamedTuple):
    """How many URLs one decision vends; the decision itself counts as one request."""

    urls: int = 0
    pointer: str = ""  # to the member of the body that asks for so many
    under: Sequence[int] = ()  # how many under each of several grants; else all under each


def count(
    caller: Caller, grants: Sequence[Grant], counted: Counted, record: Record, effects: Effects
) -> None:
    """Count one decision, if the stack or one of the grants has a rate limit.

    The caller is charged for all of it, each grant for its own URLs, all or nothing.

    Raises:
        InvalidRequest: the request asks for more URLs than a limit allows in any minute.
        TooManyRequests: the request exceeds what is left of this minute; nothing is counted.
        Unavailable: counting failed, and the stack does not vend without counting.
    """
    rates = effects.rates
    if not (rates.stack or any(grant.rate_limit for grant in grants)):
        return
    counters = _counters(rates.stack, None, counted.urls)
    for grant, urls in zip(grants, counted.under or repeat(counted.urls), strict=False):
        counters += _counters(grant.rate_limit, grant.id, urls)
    for counter in counters:
        if counter.added > counter.most:
            raise _too_many_urls(counter, counted)
    if not counters:
        return
    minute = effects.now.replace(second=0, microsecond=0)
    try:
        numbers = rates.add(short_hash(caller.identity.holder, HASH), minute, counters)
    except (ServiceRefused, Unavailable) as error:
        record.note(rateLimitFailure=error.reason)
        if rates.vends_uncounted:
            return
        raise
    if numbers is not None:
        full = (
            counter
            for counter in counters
            if numbers.get(counter.name, 0) + counter.added > counter.most
        )
        raise _limit_reached(
            next(full, counters[0]), ceil((minute + MINUTE - effects.now).total_seconds())
        )


def most_urls(grant: Grant, rates: Rates) -> int | None:
    """The maximum number of URLs that one request may ask for; None: no limit."""
    limits = (rates.stack.urls, grant.rate_limit.urls if grant.rate_limit else None)
    return min((most for most in limits if most is not None), default=None)


def _counters(limit: RateLimit | None, grant: str | None, urls: int) -> list[Counter]:
    if limit is None:
        return []
    counters = []
    if limit.requests is not None:
        counters.append(Counter("requests", grant, 1, limit.requests))
    if limit.urls is not None and urls:
        counters.append(Counter("urls", grant, urls, limit.urls))
    return counters


def _too_many_urls(counter: Counter, counted: Counted) -> InvalidRequest:
    return InvalidRequest(
        f"The request asks for {counter.added:,} URLs; the limit is {counter.limit}. Request "
        "fewer URLs at a time.",
        faults=[Fault(counted.pointer, f"at most {counter.most:,} URLs are allowed")],
        reason="RateLimit",
    )


def _limit_reached(counter: Counter, seconds: int) -> TooManyRequests:
    whose = "Caller" if counter.grant is None else "Grant"
    return TooManyRequests(
        f"This request exceeds the limit of {counter.limit}. Try again in {seconds} seconds.",
        retry_after=seconds,
        reason=f"{whose}{counter.kind.capitalize()}",
    )
