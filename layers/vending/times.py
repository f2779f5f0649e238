"""Reads times of ISO 8601, and writes them in the form that AWS uses."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

EARLIEST, LATEST = 2000, 9998  # years that every parser of ISO 8601 reads, in every zone

_TWO_DIGITS = [f"{number:02}" for number in range(60)]


def read_time(text: str) -> datetime:
    """Read ISO 8601 in whole seconds with a zone, as UTC; raises ``ValueError``."""
    wrong = ValueError("must be a time in whole seconds with a zone, such as 2027-01-01T00:00:00Z")
    try:
        local = datetime.fromisoformat(text)
        utc = local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    if local.tzinfo is None or utc.microsecond or not EARLIEST <= utc.year <= LATEST:
        raise wrong
    return utc


def iso(time: datetime) -> str:
    """Format ``time`` in UTC and whole seconds, such as ``2026-11-23T12:00:00Z``."""
    utc, two = time.astimezone(UTC), _TWO_DIGITS
    return f"{_day(utc.toordinal())}T{two[utc.hour]}:{two[utc.minute]}:{two[utc.second]}Z"


@lru_cache(maxsize=100)  # every request writes three times, usually of one day
def _day(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


@lru_cache(maxsize=1000)  # every request adds two or three, usually the same
def span(seconds: int) -> timedelta:
    """The time that this many seconds take."""
    return timedelta(seconds=seconds)
