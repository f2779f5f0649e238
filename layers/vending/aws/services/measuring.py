"""The meter of this execution environment; it also counts calls to STS."""

from time import perf_counter
from typing import Any

from vending.audit.meter import Meter
from vending.errors import Unavailable

METER = Meter(perf_counter)  # one is enough, since an environment serves one request at a time

THROTTLED = frozenset(
    {
        *("Throttling", "ThrottlingException", "ThrottledException"),
        *("RequestThrottled", "RequestThrottledException", "RequestLimitExceeded"),
        *("TooManyRequestsException", "SlowDown"),
    }
)


def count_sts(client: Any) -> None:
    """Count each try of this client's calls to STS, including botocore's silent retries."""
    client.meta.events.register("response-received.sts", _count)


def _count(
    parsed_response: dict[str, Any] | None = None, exception: object = None, **_: object
) -> None:
    if isinstance(exception, Unavailable):
        return  # there was no time left for the call
    METER.count("stsCalls")
    if ((parsed_response or {}).get("Error") or {}).get("Code") in THROTTLED:
        METER.count("stsThrottles")
