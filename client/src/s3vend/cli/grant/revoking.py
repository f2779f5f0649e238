"""A revocation that is sent late enough to cover all vends under the old grants."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from s3vend.service.connect import Service

ROUTE = "/admin/revocations"
LONGEST_WAIT = 120.0  # seconds; functions load a change well within this time


def revoke_after(
    service: "Service",
    revocation: Mapping[str, Any],
    environments_by: str | None,
    sleep: Callable[[float], object] = time.sleep,
) -> dict[str, Any]:
    """Send a revocation once the service's clock is past ``environments_by``; return the answer.

    Until then a function may still vend under the old grant that it has cached, and a revocation
    that is sent earlier would not cover that vend.
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
