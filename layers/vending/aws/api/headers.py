"""Reads headers of API Gateway's events, with all their values."""

from collections.abc import Mapping
from typing import Any


def header_values(event: Mapping[str, Any], name: str) -> list[str]:
    """All values of this header, whatever its case."""
    headers = event.get("multiValueHeaders") or {}
    same = (values for other, values in headers.items() if other.lower() == name.lower())
    return [value for values in same for value in values]
