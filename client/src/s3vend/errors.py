"""The errors that the client raises. Each message says what failed, why, and what to do next.

S3VendError
├── SettingsError          an address, a profile or an argument cannot be used
├── IdentityError          no identity found, or the named one failed; `tried` lists the sources
├── Unreachable            no answer: no connection, no trusted certificate, or a timeout
├── ServiceError           the service answered with an error
│   ├── InvalidRequest · NotAuthenticated · AccessDenied · NotFound · PreconditionFailed
│   ├── UnexpectedAnswer     something else answered, such as at a wrong path
│   ├── SetupRefused       S3, STS or another service of AWS refuses what the service asks of it
│   └── TooManyRequests · Unavailable     still failing after several tries
└── TransferError          an upload, a download or a list failed
    ├── StorageError       S3 answered with an error
    ├── ChecksumMismatch · ObjectChanged · FileChanged
    └── DiskFull · FileExists

No message and no repr contains a token, a key, a signature or a whole presigned URL, nor a control
character from text that others choose.
"""

from collections.abc import Mapping, Sequence

from s3vend.hints import hint
from s3vend.printable import printable, without_secrets
from s3vend.problem import Problem


class S3VendError(Exception):
    """The base class of all errors that this package raises."""

    def __init__(self, message: str, lines: Sequence[str] = ()) -> None:
        texts = (printable(without_secrets(text)) for text in (message, *lines))
        super().__init__("\n".join(texts))

    def __reduce__(self) -> tuple[object, ...]:
        """Return how pickle makes the same error, though ``__init__`` takes other arguments."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


class SettingsError(S3VendError):
    """An address, a profile or an argument cannot be used."""


class IdentityError(S3VendError):
    """No identity was found, or the named one cannot be used.

    ``tried`` has one line for each source that was tried, in order.
    """

    def __init__(self, message: str, tried: Sequence[str] = ()) -> None:
        self.tried = tuple(map(printable, tried))
        super().__init__(message, [f"  - {line}" for line in self.tried])


class Unreachable(S3VendError):
    """No answer arrived, or only a part of one. ``most_tries``: how many tries make sense."""

    def __init__(self, message: str, most_tries: int = 1_000) -> None:
        self.most_tries = most_tries
        super().__init__(message)


class ServiceError(S3VendError):
    """The service refused the request, or failed.

    ``asked`` is the request's method, path and address; ``problem`` is the service's answer, and
    ``advice`` is what to do next. The message begins with what the service says, then says what to
    do, and ends with the request.
    """

    def __init__(self, asked: str, problem: Problem, notes: Sequence[str] = ()) -> None:
        self.asked, self.problem, self.notes = asked, problem, tuple(notes)
        self.advice = hint(asked, problem)
        lines = [f"  - {fault.pointer or '/'}: {fault.detail}" for fault in problem.faults]
        lines += [f"  {line}" for line in [self.advice, *notes] if line]
        lines.append(f"  {asked}: {problem.status} {problem.code}")
        if problem.request_id:
            lines.append(f"  requestId: {problem.request_id}")
        super().__init__(problem.detail or problem.code, lines)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def code(self) -> str:
        """The stable code, such as ``AccessDenied``."""
        return self.problem.code


class UnexpectedAnswer(ServiceError):
    """Something else than the service answered, such as at a wrong path."""


class InvalidRequest(ServiceError):
    """The request is malformed, or exceeds a limit."""


class NotAuthenticated(ServiceError):
    """The service does not accept the identity."""


class AccessDenied(ServiceError):
    """The service accepts the identity, but no grant allows the request, or it is blocked."""


class NotFound(ServiceError):
    """The resource does not exist, or belongs to another caller."""


class SetupRefused(ServiceError):
    """S3, STS or another service of AWS refuses what the service asks of it.

    Trying again does not help: the service's operator has to change its setup.
    """


class PreconditionFailed(ServiceError):
    """The resource has changed since it was read."""


class TooManyRequests(ServiceError):
    """A rate limit is exceeded, and several tries did not help."""


class Unavailable(ServiceError):
    """The service is temporarily unavailable."""


class TransferError(S3VendError):
    """An upload, a download or a list failed. Progress is kept if a later call can use it."""


class StorageError(TransferError):
    """S3 answered with an error."""

    _CAUSES: Mapping[int, str] = {
        403: (
            "The key may not exist, the access may have expired or been revoked, or a condition "
            "such as sourceIp may not be met"
        ),
        404: "The key does not exist",
        412: "The target already exists",
    }
    _BY_CODE: Mapping[str, str] = {
        "NoSuchBucket": "The bucket does not exist",
        "NoSuchUpload": "The upload in parts has ended or was aborted",
    }

    def __init__(self, action: str, status: int, code: str, message: str = "") -> None:
        self.status, self.code = status, code
        said = f": {message.rstrip('.')}" if message else ""  # a sentence, or a part of one
        answer = printable(f"{status} {code}{said}")
        cause = self._BY_CODE.get(code) or self._CAUSES.get(status)
        super().__init__(f"Could not {action}: S3 answered {answer}{f'. {cause}' if cause else ''}")


class ChecksumMismatch(TransferError):
    """The downloaded bytes differ from the object. Nothing is written to the final path."""


class ObjectChanged(TransferError):
    """The object was replaced during the download."""


class FileChanged(TransferError):
    """The file was changed during the upload."""


class FileExists(TransferError):
    """The path of a download has a file already, which may not be replaced."""


class DiskFull(TransferError):
    """The disk has no room for the file. Nothing is written to the final path."""
