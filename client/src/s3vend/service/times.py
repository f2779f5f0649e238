"""The times in an answer of the service."""

from datetime import datetime, timezone

from s3vend.errors import S3VendError


def parse_time(text: str) -> datetime:
    """Parse a time in the service's format (RFC 3339); the result is in UTC."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    except (AttributeError, ValueError, OverflowError):
        raise S3VendError(f"The service's answer has {text!r} in place of a time.") from None
