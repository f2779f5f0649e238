"""Times as ISO 8601, as AWS writes them."""

from datetime import UTC, datetime


def iso(time: datetime) -> str:
    """ISO 8601 in UTC, whole seconds, as AWS writes it."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
