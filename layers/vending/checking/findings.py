"""What a check finds: faults, failed tests and warnings, each with its file and its place in it."""

from dataclasses import dataclass
from typing import Literal

type Level = Literal["error", "warning"]

INVALID, TOO_LARGE, TEST_FAILED = "InvalidRequest", "TooLarge", "TestFailed"
TEST_FAILS = "TestFails"  # as the service warns


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, failed test or warning. ``pointer`` is that of a member of the file (RFC 6901)."""

    level: Level
    code: str
    file: int  # which of the files, counted from 0
    pointer: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """A setting of the stack that was not given, and on which an entry depends."""

    setting: str
    file: int
    pointer: str
    detail: str
