"""The errors that have an answer of their own, by whose fault they are; the only list of codes.

VendingError
├── RequestFault: the caller can correct the request
│   ├── InvalidRequest 400 · DurationNotAllowed 400 · PolicyTooLarge 400 · SeveralGrants 400
│   └── TooLarge 413 · NotFound 404 · PreconditionFailed 412 · ChangeRunning 409
├── Refusal: the request is well formed, but it is refused
│   ├── NotAuthenticated 403 (TokenRefused 401) · AccessDenied 403 (Blocked) · PresignOnly 403
│   └── TooManyClaims 403 · ShareOver 410 · TooManyRequests 429 · JustRevoked 503
└── ServiceFault: this service failed, or a service that it depends on
    └── ServiceRefused 424 (RoleRefused, StorageRefused) · Unavailable 503 · InternalError 500
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

FAULTS = 100  # listed in one answer; more would bury the first ones


class Fault(NamedTuple):
    """One fault of a request."""

    pointer: str  # to the member (RFC 6901)
    detail: str


class VendingError(Exception):
    """Base class. ``detail`` is public: what the caller may know; ``reason`` is for the record."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[str]
    retry_after: int | None = None  # seconds

    def __init__(
        self, detail: str, *, faults: Sequence[Fault] = (), reason: str = "", retry_after: int = 0
    ) -> None:
        super().__init__(detail)
        self.detail, self.reason = detail, reason or self.code
        self.faults, self.retry_after = tuple(faults[:FAULTS]), retry_after or self.retry_after


class RequestFault(VendingError):
    """The caller can correct the request."""


class InvalidRequest(RequestFault):
    """The request does not have the form that the route accepts; ``faults`` name the members."""

    status, code, title = 400, "InvalidRequest", "The request is not valid"


class DurationNotAllowed(RequestFault):
    """The duration is outside the limits; ``detail`` names them."""

    status, code, title = 400, "DurationNotAllowed", "The duration is not allowed"


class PolicyTooLarge(RequestFault):
    """The session policy is longer than STS accepts; it is never widened to fit."""

    status, code, title = 400, "PolicyTooLarge", "The session policy would be too large"


class SeveralGrants(RequestFault):
    """The targets need more grants than one session can serve, or some that do not combine."""

    status, code, title = 400, "SeveralGrants", "The targets fall under several grants"


class TooLarge(RequestFault):
    """The body, the answer to it, or the number of grants that it needs is over the limit."""

    status, code, title = 413, "TooLarge", "Too large"


class NotFound(RequestFault):
    """The requested item does not exist, and the caller may know that."""

    status, code, title = 404, "NotFound", "Not found"


class PreconditionFailed(RequestFault):
    """The state that this request is based on has changed since the caller read it."""

    status, code, title = 412, "PreconditionFailed", "Changed in the meantime"


class ChangeRunning(RequestFault):
    """A staged change is being written; whatever else changes entries has to wait for it."""

    status, code, title = 409, "ChangeRunning", "A staged change is being written"


class Refusal(VendingError):
    """The request is well formed, but it is refused."""


class NotAuthenticated(Refusal):
    """The request context names no caller that this door accepts."""

    status, code, title = 403, "NotAuthenticated", "Not authenticated"


class TokenRefused(NotAuthenticated):
    """The token is not accepted; the audit record says why, the answer does not."""

    status = 401

    def __init__(self, reason: str, more: str = "") -> None:
        super().__init__("The token was not accepted.", reason=reason + more)


class AccessDenied(Refusal):
    """No grant covers this caller, target and permission."""

    status, code, title = 403, "AccessDenied", "Access denied"


class Blocked(AccessDenied):
    """An administrator has blocked the caller: no grant helps while the block lasts."""

    code, title = "Blocked", "Blocked by an administrator"


class PresignOnly(Refusal):
    """The grant allows presigned URLs, but not credentials."""

    status, code, title = 403, "PresignOnly", "This grant gives presigned URLs only"


class TooManyClaims(Refusal):
    """The token's claims make more grantee keys than one decision reads."""

    status, code, title = 403, "TooManyClaims", "The token has too many claims"


class ShareOver(Refusal):
    """The share has ended for good: no use of its link is given any more."""

    status, code, title = 410, "ShareOver", "The link is over"


class TooManyRequests(Refusal):
    """A rate limit is used up; ``Retry-After`` is the number of seconds left in the minute."""

    status, code, title, retry_after = 429, "TooManyRequests", "Too many requests", 60


class JustRevoked(Refusal):
    """A session made now would be revoked too; one made ``retry_after`` seconds later is not."""

    status, code, title, retry_after = 503, "JustRevoked", "Access was just revoked", 3

    def __init__(self, retry_after: int) -> None:
        detail = "An administrator has just revoked this access, and nothing vended now would work."
        super().__init__(f"{detail} Try again in {retry_after} seconds.", retry_after=retry_after)


class ServiceFault(VendingError):
    """This service failed, or a service that it depends on: access is refused, never widened."""


class ServiceRefused(ServiceFault):
    """A service of the stack said no, such as DynamoDB; trying again does not help."""

    status, code, title = 424, "ServiceRefused", "The service is not set up correctly"
    who = "A service behind this one refuses its request"

    def __init__(self, refused: str, look_at: str = "the policies of this stack") -> None:
        detail = f"{self.who} ({refused}). Trying again does not help. The service's operator can "
        super().__init__(f"{detail}look at {look_at}.", reason=f"{self.code}: {refused}")


class RoleRefused(ServiceRefused):
    """STS said no to lending the location's role; it is kept apart from an STS that fails."""

    code, title, who = "RoleRefused", "The role is not lent", "STS refuses to lend a role"


class StorageRefused(ServiceRefused):
    """S3 said no to starting an upload; it is kept apart from an S3 that does not answer."""

    code, title, who = "StorageRefused", "S3 refuses this", "S3 refuses to start this upload"


class Unavailable(ServiceFault):
    """A service that this one depends on failed or throttled; ``reason`` is its error code."""

    status, code, title, retry_after = 503, "Unavailable", "Unavailable for the moment", 2

    def __init__(self, reason: str) -> None:
        detail = "The service cannot complete this request right now. Try again in a few seconds."
        super().__init__(detail, reason=reason)


class InternalError(ServiceFault):
    """This service failed unexpectedly; the answer contains the request id and nothing else."""

    status, code, title = 500, "InternalError", "Internal error"
