"""Reads times of ISO 8601, and writes them in the form that AWS uses."""

from datetime import UTC, datetime

EARLIEST, LATEST = 2000, 9998  # years that every parser of ISO 8601 reads, in every zone


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
    return f"{time.astimezone(UTC).isoformat()[:19]}Z"
