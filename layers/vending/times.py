"""Writes times as ISO 8601, in the form that AWS uses."""

from datetime import UTC, datetime


def iso(time: datetime) -> str:
    """Format ``time`` in UTC and whole seconds, such as ``2026-11-23T12:00:00Z``."""
    return f"{time.astimezone(UTC).isoformat()[:19]}Z"
