"""Reads the ids of a request, of which the client may have chosen one.

``requestId`` is the header ``x-amzn-RequestId``, which clients may set to a UUID of theirs, also to
that of another request. ``extendedRequestId`` is API Gateway's own:
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
"""

from collections.abc import Mapping
from typing import Any

from vending.audit.record import RequestIds


def request_ids(context: Mapping[str, Any]) -> RequestIds:
    """The ids in a request context, as the audit record has them."""
    given, own = str(context.get("requestId") or ""), str(context.get("extendedRequestId") or "")
    return {"requestId": given, "extendedRequestId": own} if own else {"requestId": given}


def own_id(ids: RequestIds) -> str:
    """The id that no client chose, for answers; the local cloud may have only the other one."""
    return ids.get("extendedRequestId") or ids["requestId"]
