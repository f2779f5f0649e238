"""Gives the functions what comes from the Lambda runtime: settings, clock, ids and stdout."""

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from secrets import token_bytes
from time import monotonic, time
from typing import NamedTuple, Self

from vending.audit.record import Record, RequestIds, audit_record
from vending.aws.api.responses import line
from vending.aws.services.measuring import METER
from vending.grants.rate_limit import RateLimit
from vending.ids import identifier

VERSION = "0.1.0"  # of this code, which callers are told; as in pyproject.toml


class Settings(NamedTuple):
    """The settings of a function, from the environment variables that the template sets."""

    region: str
    table: str
    role_arn: str
    grants_cache_seconds: int
    s3_endpoint: str  # empty, except on the local cloud
    sts_endpoint: str  # empty, except on the local cloud
    allow_local_issuers: bool
    assumable_roles_parameter: str  # the parameter's name in SSM
    never_lent_parameter: str  # the same, of patterns of buckets
    rate_limit: RateLimit  # for each caller, over all grants
    vends_uncounted: bool  # whether to vend when counting fails
    metrics_namespace: str
    sharing: bool  # whether the stack has shares

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; raises ``KeyError`` if a variable is missing."""
        return cls(
            region=environment["AWS_REGION"],
            table=environment["TABLE_NAME"],
            role_arn=environment["ROLE_ARN"],
            grants_cache_seconds=int(environment["GRANTS_CACHE_SECONDS"]),
            s3_endpoint=environment["S3_ENDPOINT"],
            sts_endpoint=environment["STS_ENDPOINT"],
            allow_local_issuers=environment["ALLOW_LOCAL_ISSUERS"] == "true",
            assumable_roles_parameter=environment["ASSUMABLE_ROLES_PARAMETER"],
            never_lent_parameter=environment["NEVER_LENT_PARAMETER"],
            rate_limit=RateLimit(
                requests=int(environment["RATE_LIMIT_REQUESTS"]) or None,
                urls=int(environment["RATE_LIMIT_URLS"]) or None,
            ),
            vends_uncounted=environment["RATE_LIMIT_FAILURE"] == "allow",
            metrics_namespace=environment["METRICS_NAMESPACE"],
            sharing=environment["SHARING"] == "true",
        )


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def clocks() -> tuple[float, float]:
    """Seconds by the clock that never goes back, and by the clock of the day."""
    return monotonic(), time()


def new_id() -> str:
    """A random id that cannot be guessed."""
    return identifier(token_bytes(10))


def emit(line: str) -> None:
    """Write one whole line to stdout."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def request_record(
    metrics_namespace: str, action: str, ids: RequestIds, *, failures_only: bool = False
) -> AbstractContextManager[Record]:
    """The audit record of a request, written to stdout with durations when the block ends.

    With ``failures_only`` it is written only if the block raises. For one step of a request use
    ``step_record``.
    """
    return audit_record(
        emit,
        action,
        ids=ids,
        vend_id=new_id(),
        time=now(),
        failures_only=failures_only,
        meter=METER,
        namespace=metrics_namespace,
        encode=line,
    )


def step_record(action: str, ids: RequestIds) -> AbstractContextManager[Record]:
    """The audit record of one step of a request, without durations and metrics."""
    return audit_record(emit, action, ids=ids, vend_id=new_id(), time=now())
