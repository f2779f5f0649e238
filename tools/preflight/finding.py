"""What a check has found, and how it is shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a finding counts."""

    GOOD = "ok"
    NOTE = "note"  # it deploys; somebody may want to know
    UNSEEN = "not seen"  # the account did not answer, so nobody knows
    CHANGE = "CHANGE"  # the deployment fails, or allows more than it says


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about the account, and what to do."""

    kind: Kind
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}" + (f"\n    {self.do}" if self.do else "")


EVERYTHING, SOMETHING, UNKNOWN = 0, 1, 2  # exit codes: nothing to change, a change, not all seen


type Findings = Iterator[Finding]


def good(says: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(Kind.GOOD, says)


def note(says: str, do: str = "") -> Finding:
    """Return a finding that stops nothing."""
    return Finding(Kind.NOTE, says, do)


def change(says: str, do: str) -> Finding:
    """Return a finding without whose change the deployment fails or allows too much."""
    return Finding(Kind.CHANGE, says, do)


def verdict(findings: Iterable[Finding]) -> tuple[str, int]:
    """Return the last line, and the exit code."""
    kinds = [one.kind for one in findings]
    changes, unseen = kinds.count(Kind.CHANGE), kinds.count(Kind.UNSEEN)
    checks = "1 check" if unseen == 1 else f"{unseen} checks"
    not_all = f"{checks} could not be made." if unseen else ""
    if changes:
        return f"{changes} to change before you deploy. {not_all}".strip(), SOMETHING
    if unseen:
        return f"Nothing to change was seen, but {not_all}", UNKNOWN
    return "Nothing to change: deploy.", EVERYTHING


ORDER: Final = (Kind.GOOD, Kind.NOTE, Kind.UNSEEN, Kind.CHANGE)  # what matters comes last
