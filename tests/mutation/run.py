"""Mutation testing of the modules that decide: small changes to their code, and which no test sees.

Run by ``make mutate``. Each module is changed one place at a time, in memory, and its tests have to
turn red; ``each`` runs them. The control comes first: the tests of every module pass without any
change, or no change is tried. Changes that nobody could notice stand in ``equivalent.toml`` with
the reason; any other that survives ends the run with exit code 1, once all have been tried. So does
a change that stands there although a test sees it: its reason is not true.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from math import inf
from pathlib import Path
from typing import NamedTuple

from tests.mutation.each import OUTPUT
from tests.support.running.tree import ROOT, copy

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
SECONDS = 120  # at least, for the tests of one change; an endless loop is seen by then
PATIENCE = 5  # times what the tests take without any change
AT_ONCE = 2
PASSED, SEEN = 0, (1, 2, -9)  # pytest's exit codes: failed, interrupted by an error, and endless
ASKED, ANSWER = "asked.json", "answer.json"
VALUES = "test_structure.py::test_values_are_frozen_and_take_no_other_members"
BODIES = "test_structure.py::test_bodies_are_frozen_and_refuse_what_they_do_not_know"
# By module: the tests that know it. The first entry runs alone, so that a change which it sees
# costs no other; it should be quick, since explained changes have to pass it.
MODULES = {
    "grants/keys": (
        "grants/test_keys.py",
        "urls/test_vend.py",
        "documents/test_document.py",
        VALUES,
    ),
    "grants/location": ("grants/test_location.py", VALUES),
    "grants/grant": ("grants/test_grant.py", VALUES),
    "decision/closest": ("decision/test_closest.py", VALUES),
    "decision/wanted": ("decision/test_wanted.py", "urls/test_vend.py", "audit", VALUES),
    "decision/fewest": ("decision/test_fewest.py",),
    "decision/nearest": ("decision/test_nearest.py", VALUES),
    "sessions/session": (
        "sessions/test_several_roles.py",
        *("sessions/test_session.py", "sessions/test_whose_session.py", VALUES),
    ),
    "sessions/durations": ("sessions/test_durations.py",),
    "sessions/policy": (POLICY := ("sessions/test_tagging.py", "sessions/test_policy.py", VALUES)),
    "sessions/conditions": POLICY,
    "sessions/statements": (*POLICY, "credentials/test_several_grants.py"),
    "denials/names": ("sessions/test_session.py",),
    "denials/revoked": ("denials/test_revoked.py", VALUES),
    "denials/holders": ("denials/test_holders.py", VALUES),
    "ids": ("test_ids.py",),
    "credentials/narrow": ("credentials/test_narrow.py", VALUES),
    "credentials/request": ("credentials/test_request.py", BODIES),
    "decision/decide": ("decision/test_decide.py", "decision/test_still_allowed.py"),
    "decision/reads": ("decision/test_reads.py", VALUES),
    "grants/never_lent": ("grants/test_never_lent.py", "catalogue/test_never_lent.py"),
    "documents/closing": ("documents/test_described.py", "documents/test_closing.py"),
    "reach/alphabets": (
        "reach/test_alphabets.py",
        *(
            REACH := (
                *("reach/test_search.py", "reach/test_document.py", "reach/test_population.py"),
                *("reach/test_who.py", "reach/test_compare.py", VALUES),
                "reach/test_by_counting.py",
            )
        ),
    ),
    "reach/population": ("reach/test_population.py", *REACH),
    "reach/pattern": ("reach/test_document.py", *REACH),
    "reach/case": REACH,
    "reach/solve": ("reach/test_who.py", *REACH),
    "reach/search": REACH,
    "reach/outside": ("reach/test_compare.py", *REACH),
    "reach/document": ("reach/test_document.py", *REACH),
    "reach/who": ("reach/test_who.py", *REACH),
    "reach/compare": ("reach/test_compare.py", *REACH),
    "questions/past": (QUESTIONS := ("questions", "catalogue/test_history.py")),
    "questions/caller": QUESTIONS,
    "questions/reach": QUESTIONS,
    "questions/doubts": ("questions/test_doubts.py", VALUES),
    "catalogue/history": QUESTIONS,
    "grants/expectation": (
        EXPECTED := ("grants/test_expectation.py", "expectations", "catalogue/test_expectations.py")
    ),
    "expectations/judge": EXPECTED,
    "expectations/expected": EXPECTED,
    "expectations/guard": EXPECTED,
    "drafts/groups": (
        STAGED := ("staging/test_writing.py", "drafts", "staging/test_commit.py", VALUES)
    ),
    "drafts/guarded": STAGED,
    "drafts/found": STAGED,
    "drafts/pages": ("drafts/test_pages.py", VALUES),
    "drafts/summary": STAGED,
    "drafts/whole": STAGED,
    "staging/commit": STAGED,
    "staging/planning": STAGED,
    "staging/revision": ("staging/test_revision.py", VALUES),
    "staging/stage": STAGED,
    "staging/writing": STAGED,
    "checking/changed": ("checking/test_changed.py", CHECKING := "checking", VALUES),
    "checking/check": ("checking/test_check.py", CHECKING, VALUES),
    "checking/findings": ("checking/test_findings.py", CHECKING, VALUES),
    "checking/joined": ("checking/test_joined.py", CHECKING, VALUES),
    "checking/overlaps": ("checking/test_overlaps.py", CHECKING, VALUES),
    "checking/promises": ("checking/test_promises.py", CHECKING),
    "checking/stack": ("checking/test_stack.py", CHECKING, VALUES),
    "checking/unneeded": ("checking/test_unneeded.py", CHECKING),
    "checking/words": ("checking/test_words.py", CHECKING, VALUES),
    "nearly": ("test_nearly.py",),
    "tenancy/judge": ("tenancy/test_advice.py", "tenancy/test_judge.py"),
    "bodies/body": ("bodies/test_body.py", BODIES),
    "answers": ("test_answers.py", VALUES),
    "plain": ("test_plain.py",),
}


class Change(NamedTuple):
    """A source of a module, and whether all its tests run with it, or the first entry alone."""

    source: str
    all_tests: bool


class Survivor(NamedTuple):
    """A change that no test has seen: the line before and after."""

    module: str
    before: str
    after: str

    def any(self) -> "Survivor":
        """Whatever the line is changed to."""
        return self._replace(after="")


class Control(NamedTuple):
    """How the tests of a module ended without any change; ``failed`` is what they printed then."""

    module: str
    seconds: float
    failed: str

    @property
    def limit(self) -> int:
        """The seconds that they may take with a change, before that counts as seen."""
        return max(SECONDS, round(PATIENCE * self.seconds))


class Outcome(NamedTuple):
    """What came of a module's changes."""

    module: str
    tries: int
    survivors: list[Survivor]


def place(module: str) -> str:
    """Where a module is in the tree."""
    return f"layers/vending/{module}.py"


def tests_of(module: str) -> list[str]:
    """Where the tests are that know a module."""
    return [f"tests/unit/{name}" for name in MODULES[module]]


def control(module: str) -> Control:
    """The tests of a module without any change."""
    began = time.monotonic()
    source = (ROOT / place(module)).read_text(encoding="utf-8")
    (code,), output = codes(module, [Change(source, all_tests=True)], seconds=None)
    return Control(module, time.monotonic() - began, output if code else "")


def tried(passed: Control) -> Outcome:
    """Every change of a module, each against its tests."""
    module, explained = passed.module, known()
    source = (ROOT / place(module)).read_text(encoding="utf-8")
    sources = changed_sources(module)
    survivors = [Survivor(module, *difference(source, one)) for one in sources]
    asked = [
        Change(text, all_tests=explained.keys().isdisjoint((one, one.any())))
        for text, one in zip(sources, survivors, strict=True)
    ]
    return outcome(module, survivors, codes(module, asked, passed.limit)[0])


def outcome(module: str, changes: Sequence[Survivor], codes: Sequence[int]) -> Outcome:
    """What pytest's exit codes say; raises ``RuntimeError`` where a change was not tried."""
    if not changes:
        raise RuntimeError(f"{module}: there is nothing to change in {place(module)}")
    for one, code in zip(changes, codes, strict=True):
        if code not in (PASSED, *SEEN):
            raise RuntimeError(f"{module}: the tests did not run with a change: {one}, {code}")
    survivors = [one for one, code in zip(changes, codes, strict=True) if code == PASSED]
    return Outcome(module, len(changes), survivors)


def codes(module: str, changes: Sequence[Change], seconds: float | None) -> tuple[list[int], str]:
    """How the tests of a module end with each change, and what those printed that ran last."""
    first, *others = tests_of(module)
    steps = [[first], *([others] if others else [])]
    sources = [(one.source, len(steps) if one.all_tests else 1) for one in changes]
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        tree = Path(directory) / "tree"
        copy(tree)
        (tree / ASKED).write_text(json.dumps([steps, sources, seconds]), encoding="utf-8")
        name = f"vending.{module.replace('/', '.')}"
        words = [sys.executable, "-m", "tests.mutation.each", name, place(module), ASKED, ANSWER]
        paths = os.pathsep.join((".", "layers"))
        ended = subprocess.run(  # noqa: S603 - our own interpreter
            words,
            cwd=tree,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode:
            raise RuntimeError(f"{module}: {ended.stdout}{ended.stderr}")
        found: list[int] = json.loads((tree / ANSWER).read_text(encoding="utf-8"))
        output = tree / OUTPUT
        return found, output.read_text(encoding="utf-8", errors="replace")


def changed_sources(module: str) -> list[str]:
    """The sources of a module with one change each, by cosmic-ray in its own environment."""
    python = Path(shutil.which("cosmic-ray") or "").with_name("python")
    words = [str(python), "tests/mutation/changes.py", place(module)]
    sources: list[str] = json.loads(subprocess.check_output(words, cwd=ROOT))  # noqa: S603 - ours
    return sources


def difference(before: str, after: str) -> tuple[str, str]:
    """The lines that a change takes away and brings, without their indentation."""
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[3:]
    old, new = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)).strip()
        for sign in "-+"
    )
    return old, new


def known() -> dict[Survivor, float]:
    """The changes that make no difference, and how often each is there; infinity: at least once.

    Without ``after`` any change of that line.
    """
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["change"]
    return {
        Survivor(row["module"], row["before"], row.get("after", "")): row.get("times", inf)
        for row in rows
    }


def compare(
    outcome: Outcome, explained: Mapping[Survivor, float]
) -> tuple[list[Survivor], list[Survivor]]:
    """The survivors that nothing explains, and the explained changes that were seen."""
    left = {one: times for one, times in explained.items() if one.module == outcome.module}
    met, real = set[Survivor](), []
    for one in outcome.survivors:
        listed = next((each for each in (one, one.any()) if left.get(each)), None)
        if listed:
            met.add(listed)
            left[listed] -= 1
        else:
            real.append(one)
    seen = [one for one, times in left.items() if one not in met or times not in (0, inf)]
    return real, seen


def report(outcomes: Iterator[Outcome]) -> int:
    """Prints a line for each module, with what survived unexplained; the exit code."""
    explained, code = known(), 0
    for outcome in outcomes:
        real, seen = compare(outcome, explained)
        killed = outcome.tries - len(outcome.survivors)
        judged = outcome.tries - (len(outcome.survivors) - len(real))
        sys.stdout.write(
            f"{outcome.module:20} {killed} of {outcome.tries} seen, "
            f"{len(outcome.survivors) - len(real)} equivalent: {killed / judged:.1%}\n"
        )
        for words, changes in (("NOT SEEN in", real), ("EXPLAINED, BUT SEEN in", seen)):
            for one in changes:
                code = 1
                sys.stdout.write(f"{words} {one.module}\n  - {one.before}\n  + {one.after}\n")
        sys.stdout.flush()
    return code


def main(
    asked: Sequence[str],
    look: Callable[[str], Control] = control,
    change: Callable[[Control], Outcome] = tried,
) -> int:
    """The modules that are named, or all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        controls = list(pool.map(look, asked or MODULES))
        failing = [one for one in controls if one.failed]
        for one in failing:
            sys.stdout.write(
                f"{one.failed}\nThe tests of {one.module} fail without any change: "
                "no change was tried.\n"
            )
        return 1 if failing else report(pool.map(change, controls))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
