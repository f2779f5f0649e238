"""Answers browsers' preflights at the door ``web-identity``; exists only with AllowedOrigins."""

from typing import Any

from vending.aws.api.cors import preflight


def handler(event: dict[str, Any], _: object) -> dict[str, object]:
    """Entry point."""
    return preflight(event)
