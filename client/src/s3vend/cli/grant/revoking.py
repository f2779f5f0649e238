"""A revocation, sent when it reaches all that it should."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3vend.service.connect import Service

ROUTE = "/admin/revocations"
LONGEST_WAIT = 120.0  # seconds to wait for functions that have not heard; they hear within these


def revoke_after(
    service: "Service",
    revocation: Mapping[str, Any],
    environments_by: str | None,
    sleep: Callable[[float], object] = time.sleep,
) -> dict[str, Any]:
    """The answer to a revocation that is made after ``environments_by``, by the service's clock.

    Until then a function that has not heard of the change may vend by the old grant, and what it
    vends would outlive an earlier revocation.
    """
    from s3vend.service.credentials import parse_time

    if environments_by is None:
        return service.ask(ROUTE, revocation)
    end = parse_time(environments_by).timestamp()
    sleep(min(max(end - time.time(), 0.0), LONGEST_WAIT))
    answer = service.ask(ROUTE, revocation)
    early = end - parse_time(answer["revocation"]["createdAt"]).timestamp()
    if early > 0:  # this machine's clock is ahead
        sleep(min(early + 1.0, LONGEST_WAIT))
        answer = service.ask(ROUTE, revocation)
    return answer
