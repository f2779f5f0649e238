"""The exit codes of the command, and the errors that it finds itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from s3vend.printable import printable

if TYPE_CHECKING:
    from s3vend.errors import S3VendError
    from s3vend.problem import Fault

REFUSED, USAGE, NOT_AUTHENTICATED, NOT_REACHABLE, INTERRUPTED = 1, 2, 3, 4, 130


class Refusal(Exception):
    """An error that the command itself finds; ``code`` is its exit code.

    ``name``, ``request_id`` and ``faults`` are those of the service's answer, if it is about one.
    A line break in a text, such as in the name of a file, is escaped: it would begin a line of its
    own.
    """

    def __init__(
        self,
        message: str,
        code: int = USAGE,
        *,
        lines: Sequence[str] = (),
        name: str | None = None,
        request_id: str | None = None,
        faults: "tuple[Fault, ...]" = (),
    ) -> None:
        self.code, self.name, self.request_id, self.faults = code, name, request_id, faults
        super().__init__("\n".join(map(printable, (message, *lines))))


def interrupted() -> Refusal:
    """Return the error for Ctrl-C in a command that resumes when it is run again."""
    return Refusal("interrupted; run the same command again to resume", INTERRUPTED)


def code_of(error: "S3VendError") -> int:
    """Return the exit code for an error of the client."""
    from s3vend import errors

    if isinstance(error, (errors.NotAuthenticated, errors.IdentityError)):
        return NOT_AUTHENTICATED
    unavailable = (errors.Unreachable, errors.Unavailable, errors.TooManyRequests)
    if isinstance(error, unavailable):
        return NOT_REACHABLE
    if isinstance(error, errors.ServiceError) and error.status >= 500:
        return NOT_REACHABLE
    wrong = (errors.SettingsError, errors.UnexpectedAnswer)  # such as the address
    return USAGE if isinstance(error, wrong) else REFUSED
