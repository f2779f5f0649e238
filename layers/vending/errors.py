"""What can go wrong, sorted by whose fault; status, code and title in one place.

VendingError
├── RequestFault: the caller can mend the request
│   ├── InvalidRequest 400 · DurationNotAllowed 400 · PolicyTooLarge 400 · SeveralGrants 400
│   └── TooLarge 413 · NotFound 404 · PreconditionFailed 412
├── Refusal: the request is well formed, the answer is no
│   ├── NotAuthenticated 403 (TokenRefused 401)
│   ├── AccessDenied 403 · PresignOnly 403 · TooManyClaims 403
│   └── TooManyRequests 429
└── ServiceFault: ours, or of a service behind us
    ├── Unavailable 503
    └── InternalError 500
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

FAULTS = 100  # that an answer lists; more would drown the first ones


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request body: where (a JSON pointer, RFC 6901) and what would be right."""

    pointer: str
    detail: str


class VendingError(Exception):
    """Base of every error with an answer of its own.

    ``detail`` is public: it may tell the caller only what the caller sent or may know.
    ``reason`` is for the audit record alone.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    retry_after: int | None = None  # seconds

    def __init__(self, detail: str, *, faults: Sequence[Fault] = (), reason: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults[:FAULTS])
        self.reason = reason or self.code


class RequestFault(VendingError):
    """The caller can mend the request."""


class InvalidRequest(RequestFault):
    """The request does not have the form that the route takes; ``faults`` name the members."""

    status, code, title = 400, "InvalidRequest", "The request is not valid"


class DurationNotAllowed(RequestFault):
    """A duration outside the limits; the limit is in the detail."""

    status, code, title = 400, "DurationNotAllowed", "The duration is not allowed"


class PolicyTooLarge(RequestFault):
    """The session policy does not fit what STS takes; it is never widened to fit."""

    status, code, title = 400, "PolicyTooLarge", "The session policy would be too large"


class SeveralGrants(RequestFault):
    """The targets fall under several grants; one request is answered by one grant."""

    status, code, title = 400, "SeveralGrants", "The targets fall under several grants"


class TooLarge(RequestFault):
    """The body, or the answer that it asks for, is larger than what fits."""

    status, code, title = 413, "TooLarge", "Too large"


class NotFound(RequestFault):
    """No such thing, where the caller may know."""

    status, code, title = 404, "NotFound", "Not found"


class PreconditionFailed(RequestFault):
    """Somebody else has changed what this request builds on."""

    status, code, title = 412, "PreconditionFailed", "Changed in the meantime"


class Refusal(VendingError):
    """The request is well formed, the answer is no."""


class NotAuthenticated(Refusal):
    """The request context names no caller that this door takes."""

    status, code, title = 403, "NotAuthenticated", "Not authenticated"


class TokenRefused(NotAuthenticated):
    """The token was not accepted; ``reason`` says why, and the answer does not."""

    status = 401

    def __init__(self, reason: str) -> None:
        super().__init__("The token was not accepted.", reason=reason)


class AccessDenied(Refusal):
    """No grant covers this caller, target and permission."""

    status, code, title = 403, "AccessDenied", "Access denied"


class PresignOnly(Refusal):
    """The grant gives presigned URLs, but no credentials."""

    status, code, title = 403, "PresignOnly", "This grant gives presigned URLs only"


class TooManyClaims(Refusal):
    """The token's claims could match grants in more places than a decision reads."""

    status, code, title = 403, "TooManyClaims", "The token has too many claims"


class TooManyRequests(Refusal):
    """More than a rate limit allows in a minute; ``Retry-After`` says how much of it is left."""

    status, code, title = 429, "TooManyRequests", "Too many requests"
    retry_after = 60

    def __init__(self, detail: str, *, retry_after: int, reason: str) -> None:
        super().__init__(detail, reason=reason)
        self.retry_after = retry_after


class ServiceFault(VendingError):
    """Ours, or of a service behind us: the answer is a refusal, never more access."""


class Unavailable(ServiceFault):
    """A service behind us failed or is throttling; ``reason`` is its error code."""

    status, code, title = 503, "Unavailable", "Unavailable for the moment"
    retry_after = 2

    def __init__(self, reason: str) -> None:
        super().__init__("A service behind this one did not answer. Try again.", reason=reason)


class InternalError(ServiceFault):
    """A fault of this program; the answer carries the request id and nothing else."""

    status, code, title = 500, "InternalError", "Internal error"
