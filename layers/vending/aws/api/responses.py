"""Answers and errors as API Gateway's proxy responses."""

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import orjson

from vending.errors import VendingError

type Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Wire:
    """How answers and errors of a route are written; each is told the request's id."""

    granted: Callable[[Answer, str], dict[str, object]]
    refused: Callable[[VendingError, str], dict[str, object]]


_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def problem(error: VendingError, request_id: str) -> dict[str, object]:
    """The error as ``application/problem+json``."""
    members: Answer = {
        "type": "about:blank",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "requestId": request_id,
    }
    if error.faults:
        members["errors"] = [asdict(fault) for fault in error.faults]
    return response(error.status, "application/problem+json", json.dumps(members), later(error))


def sdk_error(error: VendingError, request_id: str) -> dict[str, object]:
    """The error as AWS's SDKs read it from a container's credentials endpoint.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """
    faults = "".join(f" {fault.pointer}: {fault.detail}" for fault in error.faults)
    message = f"{error.detail}{faults} (request {request_id})"
    members: Answer = {"code": error.code, "message": message}
    return response(error.status, "application/json", json.dumps(members), later(error))


def members(answer: Answer, _: str) -> dict[str, object]:
    """The answer as JSON."""
    return response(200, "application/json", encoded(answer))


def causes(error: BaseException) -> list[str]:
    """The error and what led to it: types and places, no messages."""
    found: list[str] = []
    link: BaseException | None = error
    while link:
        frame = traceback.extract_tb(link.__traceback__)[-1:]
        place = f" at {frame[0].name}:{frame[0].lineno}" if frame else ""
        found.append(type(link).__name__ + place)
        link = link.__cause__ or link.__context__
    return found


def encoded(members: Answer) -> str:
    """As JSON; a thousand URLs would take the standard encoder longer than the signing did."""
    try:
        return orjson.dumps(members).decode()
    except TypeError:  # lone surrogates and integers over 64 bits, as a pinned JWKS may have them
        return json.dumps(members)


def line(members: Mapping[str, object]) -> str:
    """As JSON on one line, in ASCII as the standard encoder writes it, in a tenth of its time."""
    try:
        text = orjson.dumps(members)
    except TypeError:  # as above
        text = b"\x7f"
    if text.isascii() and b"\x7f" not in text:  # which the standard encoder escapes
        return text.decode("ascii")
    return json.dumps(members, separators=(",", ":"))


def later(error: VendingError) -> dict[str, str]:
    """The header that says when to try again, where that may help."""
    return {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}


def response(
    status: int, content_type: str, body: str, more: Mapping[str, str] | None = None
) -> dict[str, object]:
    """As API Gateway takes it."""
    return {
        "statusCode": status,
        "headers": {**_HEADERS, "Content-Type": content_type, **(more or {})},
        "body": body,
    }


PROBLEMS = Wire(members, problem)
SDKS = Wire(members, sdk_error)
