"""API Gateway's proxy events in, answers out; the request context is the only identity."""

from base64 import b64decode
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, Protocol

from vending.aws.api.responses import PROBLEMS, Answer, Wire, causes
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
    """Told a code, and members beside it; a logger's ``error`` is one."""

    def __call__(self, code: str, /, *, extra: Mapping[str, object]) -> None: ...


DOORS: tuple[Door, ...] = ("iam", "web-identity", "admin")
_STAGE = "This route takes requests through API Gateway's stage only."
_SIGN = "Sign with an IAM role or user; federated users and the root user are refused."
_WANTED: dict[Door, str] = {
    "iam": _SIGN,
    "admin": _SIGN,
    "web-identity": "Send a token of an issuer that this service trusts.",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A proxy event; nothing of it is trusted before it is asked for by a method."""

    event: Mapping[str, Any]

    @property
    def context(self) -> Mapping[str, Any]:
        return self.event.get("requestContext") or {}

    @property
    def id(self) -> str:
        return str(self.context.get("requestId", ""))

    @property
    def route(self) -> str:
        """Method and path as the API declares it; what the client wrote never chooses."""
        return f"{self.context.get('httpMethod')} {self.context.get('resourcePath')}"

    def caller(self) -> Caller:
        """Who API Gateway authenticated at this door.

        Raises:
            NotAuthenticated: nobody, or a test invocation from the console.
        """
        path = str(self.context.get("resourcePath"))
        door = next((door for door in DOORS if path.startswith(f"/{door}/")), None)
        if door is None:
            raise NotAuthenticated(_STAGE)
        context = self._identity()
        try:
            identity = self._web_identity() if door == "web-identity" else _iam_identity(context)
            return Caller(door, identity, _text(context, "sourceIp"), self._authorise_ms())
        except ValueError:
            raise NotAuthenticated(_WANTED[door]) from None

    def source_ip(self) -> str:
        """From where the request came to API Gateway; raises as ``caller``."""
        try:
            return _text(self._identity(), "sourceIp")
        except ValueError:
            raise NotAuthenticated(_STAGE) from None

    def header(self, name: str) -> list[str]:
        """All values of a header."""
        given = self.event.get("multiValueHeaders") or {}
        same = (values for one, values in given.items() if one.lower() == name.lower())
        return [value for values in same for value in values]

    def _identity(self) -> Mapping[str, Any]:
        if self.context.get("stage") in (None, "test-invoke-stage"):
            raise NotAuthenticated(_STAGE)
        return self.context.get("identity") or {}

    def _web_identity(self) -> WebIdentity:
        return WebIdentity.read(_text(self.context.get("authorizer") or {}, "caller"))

    def _authorise_ms(self) -> float | None:
        """As the authorizer said; API Gateway makes text of it."""
        try:
            took = float((self.context.get("authorizer") or {})["authoriseMs"])
        except (KeyError, TypeError, ValueError):
            return None
        return took if 0 <= took < inf else None

    def body(self) -> str:
        """The body as text; raises InvalidRequest where it is not UTF-8."""
        body = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return str(body)
        try:
            return b64decode(body, validate=True).decode()
        except ValueError:
            raise InvalidRequest("The body is not UTF-8 text.") from None

    def query(self, allowed: Collection[str] = ()) -> dict[str, str]:
        """The query parameters.

        Raises:
            InvalidRequest: one that the route does not take, or one given twice.
        """
        given = self.event.get("multiValueQueryStringParameters") or {}
        for name, values in given.items():
            if name not in allowed:
                raise InvalidRequest(f"There is no query parameter {name!r} here.")
            if len(values) != 1:
                raise InvalidRequest(f"The query parameter {name!r} is there twice.")
        return {name: values[0] for name, values in given.items()}

    def path(self, name: str) -> str:
        """A path parameter."""
        return str((self.event.get("pathParameters") or {}).get(name, ""))


def answer(
    event: Mapping[str, Any],
    routes: Mapping[str, Route],
    report: Report,
    *,
    wires: Mapping[str, Wire] | None = None,
    seconds: float = VEND,
) -> dict[str, object]:
    """What the route answers, as a proxy response; an error becomes a problem (RFC 9457).

    Routes in ``wires`` are answered as these say, also where they refuse. After so many
    ``seconds`` no service is waited for: the answer is there before Lambda ends all.

    ``report`` is told of faults of ours and of services behind us: never a message that might
    hold a secret, only types, codes and places in the code.
    """
    request = Request(event)
    wire = (wires or {}).get(request.route, PROBLEMS)
    try:
        route = routes.get(request.route, _no_such_route)
        with lasting(seconds):
            return wire.granted(route(request), request.id)
    except VendingError as error:
        if isinstance(error, ServiceFault):
            report(error.code, extra={"reason": error.reason, "causes": causes(error)})
        return wire.refused(error, request.id)
    except Exception as error:  # noqa: BLE001 - the last resort: an answer that tells nothing
        report("InternalError", extra={"causes": causes(error)})
        return wire.refused(InternalError("Something went wrong here."), request.id)


def _no_such_route(_: Request) -> Answer:
    raise InternalError("No such route in this function.")


def _iam_identity(context: Mapping[str, Any]) -> IamIdentity:
    return IamIdentity.read(*(_text(context, name) for name in ("userArn", "caller", "accountId")))


def _text(members: Mapping[str, Any], name: str) -> str:
    member = members.get(name)
    if not isinstance(member, str) or not member:
        raise ValueError("the request context lacks a member")
    return member
