"""Says which web pages may call the door ``web-identity`` (CORS): docs/adr/0028-browsers.md.

The list of origins is a variable of the API's stage, which API Gateway writes into every event.
https://fetch.spec.whatwg.org/#http-cors-protocol
"""

from collections.abc import Mapping
from typing import Any

from vending.aws.api.headers import header_values
from vending.aws.api.request_ids import own_id, request_ids
from vending.aws.api.responses import Response, problem
from vending.errors import AccessDenied

DOOR = "/web-identity/"
VARIABLE = "allowedOrigins"  # origins separated by commas, or ``ANY``
ANY = "any"  # a stage variable cannot contain *
EXPOSED = "Retry-After,x-amzn-RequestId,x-amz-apigw-id"
SECONDS = 3600  # for which browsers keep the answer to a preflight

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET,POST",
    "Access-Control-Allow-Headers": "authorization,content-type",
    "Access-Control-Max-Age": str(SECONDS),
    "Cache-Control": "no-store",
}


def answer_headers(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers of an answer that a script of an allowed origin may read; none at other doors."""
    if not _is_at_the_door(event):
        return {}
    allowed = _allowed(event)
    return {**allowed, "Access-Control-Expose-Headers": EXPOSED} if _names(allowed) else allowed


def preflight(event: Mapping[str, Any]) -> Response:
    """The answer to a browser that asks whether a page may send a request.

    Browsers accept a preflight by its headers and a status of 2xx; 403 refuses the page.
    """
    allowed = _allowed(event) if _is_at_the_door(event) else {}
    if _names(allowed):
        return {"statusCode": 204, "headers": {**allowed, **_PREFLIGHT}, "body": ""}
    context = event.get("requestContext") or {}
    refusal = AccessDenied(
        "Web pages of this origin may not call this API. The operator of the service lists the "
        "origins that may, in the parameter AllowedOrigins."
    )
    response = problem(refusal, own_id(request_ids(context)))
    return response | {"headers": {**response["headers"], **allowed}}


def _is_at_the_door(event: Mapping[str, Any]) -> bool:
    path = (event.get("requestContext") or {}).get("resourcePath")
    return str(path).startswith(DOOR)


def _allowed(event: Mapping[str, Any]) -> dict[str, str]:
    """The headers that name the origin, if it is allowed; nothing without a list.

    Origins are compared as they are: browsers send them in lower case and without a default port.
    """
    listed = str((event.get("stageVariables") or {}).get(VARIABLE) or "")
    if not listed:
        return {}
    if listed == ANY:
        return {"Access-Control-Allow-Origin": "*"}
    vary = {"Vary": "Origin"}  # another origin gets another answer
    match header_values(event, "Origin"):
        case [origin] if origin in listed.split(","):
            return {"Access-Control-Allow-Origin": origin, **vary}
    return vary


def _names(headers: Mapping[str, str]) -> bool:
    return "Access-Control-Allow-Origin" in headers
