"""An error of a command as one object: for people, for programs (`-o json`), and its exit code."""

from dataclasses import dataclass

from s3vend import errors
from s3vend.cli.terminal.refusal import (
    INTERRUPTED,
    NOT_AUTHENTICATED,
    NOT_REACHABLE,
    REFUSED,
    USAGE,
    Refusal,
    code_of,
)
from s3vend.printable import printable, printable_lines
from s3vend.problem import Fault

# The codes of errors that the command finds, by exit code.
CODES = {
    REFUSED: "Refused",
    USAGE: "InvalidUsage",
    NOT_AUTHENTICATED: "NotAuthenticated",
    NOT_REACHABLE: "Unavailable",
    INTERRUPTED: "Interrupted",
    126: "NotExecutable",
    127: "CommandNotFound",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """An error. ``text`` is the whole message for people, which has the other members in it."""

    text: str
    exit_code: int
    code: str
    message: str
    hint: str | None = None
    request_id: str | None = None
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the members that docs/cli.md documents; each of them is always present."""
        return {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "requestId": self.request_id,
            "exitCode": self.exit_code,
            "faults": [{"pointer": fault.pointer, "detail": fault.detail} for fault in self.faults],
        }


def failure_of(error: BaseException, usage: int = USAGE, refused: int = REFUSED) -> Failure:
    """Return what the command says of an error; ``usage`` and ``refused`` are as in `exits`."""
    own = {USAGE: usage, REFUSED: refused}
    if isinstance(error, KeyboardInterrupt):
        error = Refusal("interrupted", INTERRUPTED)
    text = printable_lines(str(error))
    if isinstance(error, Refusal):
        code = own.get(error.code, error.code)
        name, number = error.name or CODES[error.code], error.request_id
        whole = f"{text}\nrequestId: {printable(number)}" if number else text
        return Failure(whole, code, name, text, None, number, error.faults)
    assert isinstance(error, errors.S3VendError)
    code = code_of(error)
    code = own.get(code, code)
    if isinstance(error, errors.ServiceError):
        problem, hint = error.problem, " ".join(filter(None, [error.advice, *error.notes]))
        return Failure(
            text, code, error.code, problem.detail, hint, problem.request_id, problem.faults
        )
    message, _, hint = text.partition("\n")
    name = error.code if isinstance(error, errors.StorageError) else type(error).__name__
    return Failure(text, code, name, message, " ".join(hint.split()) or None)
