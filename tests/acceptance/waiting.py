"""Waits for what AWS does later: in IAM, in CloudWatch, at the end of a deployment."""

import time
from collections.abc import Callable
from typing import Final

PAUSE: Final = 0.5
NOT_IN_FORCE: Final = "the policy is not in force"


def within(seconds: float, holds: Callable[[], bool]) -> float | None:
    """Return the seconds until it holds, or None if it does not in this time."""
    start = time.monotonic()
    while not holds():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(PAUSE)
    return time.monotonic() - start


def under(seconds: float, in_force: Callable[[], bool], observe: Callable[[], str]) -> str:
    """Return what is observed once a policy is in force: before, a refusal says nothing of it."""
    return NOT_IN_FORCE if within(seconds, in_force) is None else observe()
