"""The service's error answers, as `errors` and their readers have them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a request; ``pointer`` is a JSON pointer to it (RFC 6901)."""

    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """The service's error answer, `application/problem+json` (RFC 9457)."""

    status: int
    code: str
    detail: str
    request_id: str | None
    faults: tuple[Fault, ...]
    retry_after: float | None = None  # seconds
