"""The error for an answer of the service, by its code or status."""

from collections.abc import Mapping, Sequence

from s3vend.errors import (
    AccessDenied,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    PreconditionFailed,
    ServiceError,
    SetupRefused,
    TooManyRequests,
    Unavailable,
    UnexpectedAnswer,
)
from s3vend.problem import Problem

_BY_CODE: Mapping[str, type[ServiceError]] = {
    error.__name__: error
    for error in (
        *(InvalidRequest, NotAuthenticated, AccessDenied, NotFound, PreconditionFailed),
        *(TooManyRequests, Unavailable, UnexpectedAnswer),
    )
}
_BY_STATUS: Mapping[int, type[ServiceError]] = {
    400: InvalidRequest,
    401: NotAuthenticated,
    403: AccessDenied,
    404: NotFound,
    412: PreconditionFailed,
    413: InvalidRequest,
    424: SetupRefused,
    429: TooManyRequests,
    503: Unavailable,
}


def refusal(asked: str, problem: Problem, notes: Sequence[str] = ()) -> ServiceError:
    """Return the most specific `ServiceError` for the service's answer."""
    kind = _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status, ServiceError)
    return kind(asked, problem, notes)
