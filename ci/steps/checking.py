"""Runs `s3vend check` on the files of a commit, against those of an older one or the service."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from steps.commits import Commits
from steps.refused import Refused

SERVICE = "service"
CHECK = (sys.executable, "-I", "-m", "s3vend", "check", "--output=json")
OPENS, CLOSES, UNKNOWN = ("gained", "widened"), ("lost", "narrowed"), ("notCompared",)
EMPTY = "version: 1\n"  # what a commit without such a file grants


@dataclass(frozen=True, slots=True)
class Checked:
    """What `s3vend check` found; ``differences`` is None where nothing was compared."""

    findings: tuple[Mapping[str, Any], ...]
    differences: tuple[Mapping[str, Any], ...] | None
    not_checked: tuple[Mapping[str, Any], ...]
    not_compared: str = ""  # why, where it should have been

    def of(self, *kinds: str) -> list[str]:
        """Return the sentences of the differences of these kinds."""
        return [one["text"] for one in self.differences or () if one["kind"] in kinds]

    def at(self, level: str) -> list[Mapping[str, Any]]:
        """Return the findings of a level: `error` or `warning`."""
        return [one for one in self.findings if one["level"] == level]

    @property
    def unknown_settings(self) -> list[str]:
        """Settings of the stack that were not given, and on which the answer depends."""
        return [f"{one['setting']}: {one['file']}: {one['detail']}" for one in self.not_checked]

    @property
    def says_something(self) -> bool:
        """Whether a reviewer should see it: it is not just that nothing changes."""
        return bool(self.differences or self.findings or self.not_compared)

    @property
    def numbers(self) -> dict[str, int]:
        """How many there are of each, by the names of the action's outputs."""
        return {
            "gained": len(self.of(*OPENS)),
            "lost": len(self.of(*CLOSES)),
            "not-compared": len(self.of(*UNKNOWN)),
            "errors": len(self.at("error")),
            "warnings": len(self.at("warning")),
        }


@dataclass(frozen=True, slots=True)
class Question:
    """What to check: files of ``commit`` that match, against a commit, the service or nothing."""

    commits: Commits
    patterns: Sequence[str]
    commit: str
    against: str = ""
    settings: Sequence[str] = ()


def placed(found: Mapping[str, Any]) -> str:
    """Return a finding as a line with its place and its code."""
    where = f"{found['pointer']}: " if found["pointer"] else ""
    place = f"{found['file']}:{found['line']}:{found['column']}"
    return f"{place}: {where}{found['detail']} [{found['code']}]"


def check(
    question: Question, directory: Path, sarif: Path, environment: Mapping[str, str]
) -> Checked:
    """Check in a new directory, and write the findings as SARIF too.

    Raises:
        Refused: no file matches, or the command cannot check them.
    """
    new, old = directory / "new", directory / "old"
    for one in (new, old):
        one.mkdir(parents=True)
    files = question.commits.write(question.commit, question.patterns, new)
    if not files:
        raise Refused(f"no file of the commit matches {', '.join(map(ascii, question.patterns))}")
    settings = [f"--setting={one}" for one in question.settings]
    before = _before(question, old)
    against = [f"--against={old / name}" for name in before]
    if question.against == SERVICE:
        against = [f"--against={SERVICE}"]
    words = [f"--sarif={sarif}", *settings]
    ended, why = _run([*words, *against, "--", *files], new, environment), ""
    if before and not ended.stdout:
        # A pull request may mend files with which nothing can be compared; else it is an error.
        why = _fault([*settings, "--", *before], old, environment)
        ended = _run([*words, "--", *files], new, environment) if why else ended
    answer = _answer(ended)
    return Checked(
        tuple(answer["findings"]),
        tuple(answer["differences"]) if against and not why else None,
        tuple(answer["notChecked"]),
        why,
    )


def _before(question: Question, old: Path) -> list[str]:
    """Write the files of the commit to compare with, if there is one, and return their names."""
    if question.against in ("", SERVICE):
        return []
    if names := question.commits.write(question.against, question.patterns, old):
        return names
    (old / "nothing.yaml").write_text(EMPTY)
    return ["nothing.yaml"]


def _fault(words: Sequence[str], old: Path, environment: Mapping[str, str]) -> str:
    """Return the first fault of files, with its place; nothing if there is none."""
    findings = _answer(_run(words, old, environment))["findings"]
    return next((placed(one) for one in findings if one["level"] == "error"), "")


def _run(
    words: Sequence[str], directory: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CHECK, *words],
        cwd=directory,
        env=dict(environment),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _answer(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return what the command printed. Raises Refused with the error that it ended with."""
    if ended.stdout:
        answer: dict[str, Any] = json.loads(ended.stdout)
        return answer
    try:
        raise Refused(json.loads(ended.stderr.strip().splitlines()[-1])["message"])
    except (ValueError, LookupError, TypeError):
        raise Refused(f"s3vend check failed: {ended.stderr.strip()}") from None
