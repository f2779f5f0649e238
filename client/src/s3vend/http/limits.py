"""How long to wait for an answer, and how often to ask again: from arguments or the environment."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from s3vend.errors import SettingsError
from s3vend.http.patience import Patience
from s3vend.http.wire import Wire

MOST_RETRIES, LONGEST = 100, 3600.0
_SECONDS = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(s?|m|h)")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


class Limits(NamedTuple):
    """The limits of every request to the service and to S3.

    ``retries`` is how often a request is sent again after a temporary error. ``timeout`` is in
    seconds: how long to wait for a connection, and then for each part of the answer; None is 5
    seconds for a connection and 60 for an answer.
    """

    retries: int = Patience().tries - 1
    timeout: float | None = None

    def wire(self) -> Wire:
        """Return a wire that waits so long."""
        return Wire() if self.timeout is None else Wire(connect=self.timeout, read=self.timeout)

    def patience(self) -> Patience:
        """Return the patience that asks so often."""
        return Patience(tries=1 + self.retries)


def limits(
    retries: int | None, timeout: float | str | None, environment: Mapping[str, str]
) -> Limits:
    """Return the limits: arguments come first, then S3VEND_RETRIES and S3VEND_TIMEOUT.

    Raises:
        SettingsError: a value is not a number, or out of range.
    """
    times: int | str | None = retries
    if times is None:
        times = environment.get("S3VEND_RETRIES") or Limits().retries
    seconds = environment.get("S3VEND_TIMEOUT") or None if timeout is None else timeout
    return Limits(_retries(str(times)), None if seconds is None else _seconds(str(seconds)))


def _retries(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_RETRIES):
        raise SettingsError(
            f"retries cannot be {text!r}; use 0 to {MOST_RETRIES} (--retries, S3VEND_RETRIES)."
        )
    return int(text)


def _seconds(text: str) -> float:
    match = _SECONDS.fullmatch(text)
    seconds = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if not 0 < seconds <= LONGEST:
        raise SettingsError(
            f"timeout cannot be {text!r}; use seconds or a unit, such as 30, 2.5s or 1m, up to 1h "
            "(--timeout, S3VEND_TIMEOUT)."
        )
    return seconds
