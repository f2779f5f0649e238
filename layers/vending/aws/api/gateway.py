"""Reads API Gateway's proxy events and writes responses; identity only from the context."""

from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

from vending.audit.record import RequestIds
from vending.aws.api.cors import answer_headers
from vending.aws.api.headers import header_values
from vending.aws.api.query import check_query
from vending.aws.api.request_ids import own_id, request_ids
from vending.aws.api.responses import PROBLEMS, Answer, Response, Wire, causes
from vending.aws.services.deadline import VEND, lasting
from vending.callers.caller import Caller, Door
from vending.callers.identity import IamIdentity, WebIdentity
from vending.errors import (
    InternalError,
    InvalidRequest,
    NotAuthenticated,
    ServiceFault,
    VendingError,
)

type Route = Callable[["Request"], Answer]


class Report(Protocol):
    """A function such as ``Logger.error``: logs a code with extra members."""

    def __call__(self, code: str, /, *, extra: Mapping[str, object]) -> None: ...


DOORS: tuple[Door, ...] = ("iam", "web-identity", "admin")
_STAGE = "Call this route through the API's stage; test invocations are refused."
_SIGN = "Sign as an IAM role or user; federated users and the root user are refused."
_ADVICE: dict[Door, str] = {
    "iam": _SIGN,
    "admin": _SIGN,
    "web-identity": "Send a token from an issuer that this service trusts.",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A proxy event, to be read only through these methods and properties."""

    event: Mapping[str, Any]
    context: Mapping[str, Any] = field(init=False)  # which API Gateway writes
    ids: RequestIds = field(init=False)  # of the request, as the audit record has them

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", self.event.get("requestContext") or {})
        object.__setattr__(self, "ids", request_ids(self.context))

    @property
    def id(self) -> str:
        """API Gateway's own id of the request, which every answer has."""
        return own_id(self.ids)

    @property
    def route(self) -> str:
        """The method, and the path as the API declares it, never as the client wrote it."""
        return f"{self.context.get('httpMethod')} {self.context.get('resourcePath')}"

    def caller(self) -> Caller:
        """The caller that API Gateway authenticated at this door.

        Raises:
            NotAuthenticated: there is none, or this is a test invocation from the console.
        """
        path = str(self.context.get("resourcePath"))
        door = next((door for door in DOORS if path.startswith(f"/{door}/")), None)
        if door is None:
            raise NotAuthenticated(_STAGE)
        context = self._identity()
        try:
            source_ip = _text(context, "sourceIp")
            if door != "web-identity":
                return Caller(door, _iam_identity(context), source_ip)
            authorizer = self.context.get("authorizer") or {}
            identity = WebIdentity.read(_text(authorizer, "caller"))
            return Caller(door, identity, source_ip, _authorise_ms(authorizer))
        except ValueError:
            raise NotAuthenticated(_ADVICE[door]) from None

    def source_ip(self) -> str:
        """The client's IP address as API Gateway sees it; raises as ``caller``."""
        try:
            return _text(self._identity(), "sourceIp")
        except ValueError:
            raise NotAuthenticated(_STAGE) from None

    def header(self, name: str) -> list[str]:
        """All values of this header, whatever its case."""
        return header_values(self.event, name)

    def _identity(self) -> Mapping[str, Any]:
        if self.context.get("stage") in (None, "test-invoke-stage"):
            raise NotAuthenticated(_STAGE)
        return self.context.get("identity") or {}

    def body(self) -> str:
        """The body as text; raises ``InvalidRequest`` if it is not UTF-8."""
        body = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return str(body)
        try:
            return b64decode(body, validate=True).decode()
        except ValueError:
            raise InvalidRequest("The body is not UTF-8 text.") from None

    def query(self, allowed: Collection[str] = ()) -> dict[str, str]:
        """The query parameters by name; raises as ``query_lists``."""
        return {name: values[0] for name, values in self.query_lists(allowed).items()}

    def query_lists(
        self, allowed: Collection[str], repeated: Collection[str] = ()
    ) -> dict[str, list[str]]:
        """The values of each query parameter by name; raises as ``check_query``."""
        if not (parameters := self.event.get("multiValueQueryStringParameters")):
            return {}
        check_query(parameters, allowed, repeated)
        return {name: list(values) for name, values in parameters.items()}

    def path(self, name: str) -> str:
        """The path parameter of this name."""
        return str((self.event.get("pathParameters") or {}).get(name, ""))


def answer(
    event: Mapping[str, Any],
    routes: Mapping[str, Route],
    report: Report,
    *,
    wires: Mapping[str, Wire] | None = None,
    seconds: float = VEND,
) -> Response:
    """Call the route and write its answer as a proxy response; errors become problems (RFC 9457).

    Pages of allowed origins may read either. ``wires`` names the routes with another format for
    answers and errors. ``seconds`` limits all calls to services together, so that the function
    answers before Lambda stops it.

    ``report`` logs faults of this service and of services behind it: error types, codes and places
    in the code, but no messages, which may contain secrets.
    """
    request = Request(event)
    wire = wires.get(request.route, PROBLEMS) if wires else PROBLEMS
    response = _respond(request, routes, report, wire, seconds)
    if more := answer_headers(event):
        return response | {"headers": {**response["headers"], **more}}
    return response


def _respond(
    request: Request, routes: Mapping[str, Route], report: Report, wire: Wire, seconds: float
) -> Response:
    try:
        route = routes.get(request.route, _unknown_route)
        with lasting(seconds):
            return wire.write_answer(route(request), request.id)
    except VendingError as error:
        if isinstance(error, ServiceFault):
            report(error.code, extra=_reported(request, error) | {"reason": error.reason})
        return wire.write_error(error, request.id)
    except Exception as error:  # noqa: BLE001 - every other error gets an answer without details
        report("InternalError", extra=_reported(request, error))
        return wire.write_error(InternalError("Something went wrong here."), request.id)


def _reported(request: Request, error: Exception) -> dict[str, object]:
    """Where an error comes from, and the id that leads to the record of its request."""
    return {"extendedRequestId": request.id, "causes": causes(error)}


def _unknown_route(_: Request) -> Answer:
    raise InternalError("No such route in this function.")


def _iam_identity(context: Mapping[str, Any]) -> IamIdentity:
    return IamIdentity.read(*[_text(context, name) for name in ("userArn", "caller", "accountId")])


def _authorise_ms(authorizer: Mapping[str, Any]) -> float | None:
    """How long the authorizer took, in milliseconds; API Gateway passes it as text."""
    try:
        took = float(authorizer["authoriseMs"])
    except (KeyError, TypeError, ValueError):
        return None
    return took if 0 <= took < inf else None


def _text(members: Mapping[str, Any], name: str) -> str:
    member = members.get(name)
    if not isinstance(member, str) or not member:
        raise ValueError("the request context lacks a member")
    return member
