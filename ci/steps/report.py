"""Writes what a check found as Markdown, for a comment or for the summary of a job.

Others choose the texts: a pull request can have any Markdown, HTML or invisible character in its
ids and keys. So each text is one line of a block of code, in which GitHub and GitLab read none.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from s3vend.printable import printable
from steps.checking import CLOSES, OPENS, UNKNOWN, Checked, placed

COMMENT = 65_000  # bytes; GitHub takes 65,536 characters in a comment
SUMMARY = 1_000_000  # bytes; GitHub takes 1 MiB of each step
LONGEST = 500  # characters of a line: a key alone can have 1,024
_FRAME = 2_000  # bytes for the headings of all sections, and for what they say was left out
_LEVELS = ("error", "warning")


class Section(NamedTuple):
    """Lines below a heading; the sections that matter most come first."""

    heading: str
    language: str
    lines: list[str]


def marker(patterns: Sequence[str]) -> str:
    """Return the first line of a comment, by which a later run finds it again."""
    digest = hashlib.sha256("\n".join(patterns).encode()).hexdigest()[:16]
    return f"<!-- s3vend check {digest} -->"


def report(checked: Checked, title: str, most: int) -> str:
    """Return the report in at most ``most`` bytes; its first lines count what is left out too."""
    parts = [title, "", _conclusion(checked)]
    left = most - _FRAME - sum(len(part.encode()) + 1 for part in parts)
    for section in _sections(checked):
        lines = list[str]()
        for line in map(_line, section.lines):
            left -= len(line.encode()) + 1
            if left < 0:
                break
            lines.append(line)
        parts.append(_shown(section, lines))
    return "\n".join(parts) + "\n"


def _conclusion(checked: Checked) -> str:
    numbers = checked.numbers
    counted = [
        f"{numbers[name]} {one if numbers[name] == 1 else several}"
        for name, one, several in (
            ("errors", "error", "errors"),
            ("warnings", "warning", "warnings"),
        )
        if numbers[name]
    ]
    ends = f" {', '.join(counted)}." if counted else ""
    if checked.differences is None:
        if checked.not_compared or not counted:
            return f"Not compared with what was granted before.{ends}"
        return ends.strip()
    if not checked.differences:
        if numbers["errors"]:
            return f"Nothing is compared while there are errors.{ends}"
        return f"Nobody reaches more or less.{ends}"
    names = (("gained", "more"), ("lost", "less"), ("not-compared", "to look at yourself"))
    said = [f"{numbers[name]} {word}" for name, word in names if numbers[name]]
    return f"**Access changes: {', '.join(said)}.**{ends}"


def _sections(checked: Checked) -> Iterable[Section]:
    found = {level: [placed(one) for one in checked.at(level)] for level in _LEVELS}
    why = [checked.not_compared] if checked.not_compared else []
    for section in (
        Section("Not compared, because", "text", why),
        Section("More than before", "diff", checked.of(*OPENS)),
        Section("Look at this yourself: no answer is about it", "text", checked.of(*UNKNOWN)),
        Section("Errors", "text", found["error"]),
        Section("Less than before", "diff", checked.of(*CLOSES)),
        Section("Warnings", "text", found["warning"]),
        Section("Depends on settings of the stack", "text", checked.unknown_settings),
    ):
        if section.lines:
            yield section


def _shown(section: Section, lines: Sequence[str]) -> str:
    """Return the section with these of its lines, and with the number of the others."""
    more = len(section.lines) - len(lines)
    fence = _fence(lines)
    block = [f"{fence}{section.language}", *lines, fence] if lines else []
    rest = [f"{more} more; the job's log has all of them."] if more else []
    return "\n".join(["", f"**{section.heading}**", "", *block, *rest])


def _line(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"


def _fence(lines: Sequence[str]) -> str:
    """Return more backticks than any line has in a row."""
    runs = [len(run) for line in lines for run in re.findall("`+", line)]
    return "`" * max([3, *(run + 1 for run in runs)])
