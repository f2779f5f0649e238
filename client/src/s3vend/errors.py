"""What can go wrong for whoever uses the client: what was tried, what was said, what to do.

S3VendError
├── SettingsError          what the client was told does not hold together
├── IdentityError          nobody to be: `tried` says why, source by source
├── Unreachable            no answer: no connection, no TLS, too late
├── ServiceError           the service answered with an error
│   ├── InvalidRequest · NotAuthenticated · AccessDenied · NotFound · PreconditionFailed
│   └── TooManyRequests · Unavailable     tried several times, and still so
└── TransferError
    ├── StorageError       S3 answered with an error
    ├── ChecksumMismatch · ObjectChanged · FileChanged
    └── DiskFull

No message and no repr has a token, a key, a signature or a whole presigned URL in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class S3VendError(Exception):
    """Anything that this package raises on purpose."""


class SettingsError(S3VendError):
    """An address, profile or argument that cannot be used."""


class IdentityError(S3VendError):
    """No identity. ``tried`` has a line for each source, in their order."""

    def __init__(self, said: str, tried: Sequence[str] = ()) -> None:
        self.tried = tuple(tried)
        super().__init__("\n".join([said, *(f"  - {one}" for one in tried)]))


class Unreachable(S3VendError):
    """No answer came."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request, and where: a JSON pointer."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What the service said: `application/problem+json`."""

    status: int
    code: str
    detail: str
    request_id: str | None
    faults: tuple[Fault, ...]
    retry_after: float | None = None  # seconds


class ServiceError(S3VendError):
    """The service refused or failed. ``problem`` is what it said; the message says it all."""

    advice: str = "Try again later; if it stays, give the requestId to the service's operator."

    def __init__(self, asked: str, problem: Problem, notes: Sequence[str] = ()) -> None:
        self.asked, self.problem = asked, problem
        said = f"{asked}: {problem.status} {problem.code}: {problem.detail}"
        lines = [f"  - {one.pointer or '/'}: {one.detail}" for one in problem.faults]
        lines += [f"  {one}" for one in [*notes, self.advice]]
        if problem.request_id:
            lines.append(f"  requestId: {problem.request_id}")
        super().__init__("\n".join([said, *lines]))

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """The stable code, such as ``AccessDenied``."""
        return self.problem.code


class InvalidRequest(ServiceError):
    """The request is not what the service takes, or asks for more than is allowed."""

    advice = "Change what the lines above name."


class NotAuthenticated(ServiceError):
    """The service did not take the identity."""

    advice = (
        "Is it the identity that you meant? Name one with S3VEND_TOKEN_FILE or a profile. "
        "A token must be for the audience that the service's operator has configured."
    )


class AccessDenied(ServiceError):
    """The identity was taken, and no grant of it covers this."""

    advice = "Ask the service's operator for a grant on this target with this permission."


class NotFound(ServiceError):
    """No such thing, or it is not yours."""

    advice = "Check the address of the service (S3VEND_URL) and the name."


class PreconditionFailed(ServiceError):
    """Somebody else has changed it."""

    advice = "Read it again, then repeat."


class TooManyRequests(ServiceError):
    """Too fast, and waiting did not help."""

    advice = "Send fewer requests at once, or wait as long as it says."


class Unavailable(ServiceError):
    """The service cannot answer just now."""


class TransferError(S3VendError):
    """A transfer did not end well; what it had so far is kept where that is of use."""


class StorageError(TransferError):
    """S3 answered with an error."""

    _WHAT: Mapping[int, str] = {
        403: "The grant may have ended, or its conditions (such as sourceIp) do not hold here",
        404: "There is no such key, or no such upload",
        412: "Something is at the target already",
    }

    def __init__(self, doing: str, status: int, code: str, message: str = "") -> None:
        self.status, self.code = status, code
        said = f": {message}" if message else ""
        does = f". {self._WHAT[status]}" if status in self._WHAT else ""
        super().__init__(f"S3 was asked to {doing}, and answered {status} {code}{said}{does}")


class ChecksumMismatch(TransferError):
    """What arrived is not what was sent. Nothing stands under the final name."""


class ObjectChanged(TransferError):
    """The object became another one while it was downloaded."""


class FileChanged(TransferError):
    """The file became another one while it was uploaded."""


class DiskFull(TransferError):
    """No room for the file; nothing stands under the final name."""


_BY_CODE: Mapping[str, type[ServiceError]] = {
    one.__name__: one
    for one in (InvalidRequest, NotAuthenticated, AccessDenied, NotFound, PreconditionFailed)
} | {"TooManyRequests": TooManyRequests, "Unavailable": Unavailable}
_BY_STATUS: Mapping[int, type[ServiceError]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: AccessDenied,
    404: NotFound,
    412: PreconditionFailed,
    413: InvalidRequest,
    429: TooManyRequests,
    503: Unavailable,
}


def refusal(asked: str, problem: Problem, notes: Sequence[str] = ()) -> ServiceError:
    """The error for what the service said, the most special that there is."""
    found = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status, ServiceError)
    return found(asked, problem, notes)
