"""Mutation testing of the modules that decide: small changes to their code, and which no test sees.

Run by ``make mutate``. Each module is changed in a copy of the tree, one change at a time, and its
tests have to turn red. The control comes first: the tests of every module pass without any change,
or no change is tried. Changes that nobody could notice stand in ``equivalent.toml`` with the
reason; any other that survives ends the run with exit code 1, once all have been tried.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.support.running.tree import copy

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
SECONDS = 120  # at least, for the tests of one change; an endless loop is seen by then
PATIENCE = 5  # times what the tests take without any change
AT_ONCE = 2
# By module: the tests that know it, the quickest first.
STRUCTURE = "test_structure.py"
MODULES = {
    "grants/keys": (KEYS := ("grants", "urls", "documents", "catalogue/test_plan.py", STRUCTURE)),
    "grants/location": KEYS,
    "grants/grant": (
        "decision/test_closest.py",
        "documents",
        "catalogue",
        "credentials",
        STRUCTURE,
    ),
    "decision/closest": (
        CLOSEST := ("decision", "urls/test_vend.py", "docs/test_recipes.py", "audit", STRUCTURE)
    ),
    "decision/wanted": CLOSEST,
    "decision/fewest": CLOSEST,
    "sessions/session": (SESSION := ("sessions", "credentials", STRUCTURE)),
    "sessions/durations": SESSION,
    "denials/names": SESSION,
    "ids": SESSION,
    "times": SESSION,
    "sessions/policy": (
        POLICY := ("sessions/test_policy.py", "credentials", "catalogue/test_usable.py")
    ),
    "sessions/conditions": POLICY,
    "sessions/statements": POLICY,
    "credentials/narrow": ("credentials", "sessions"),
    "decision/decide": ("decision", "credentials", "urls/test_vend.py"),
    "decision/reads": ("decision", "revocations/test_two_environments.py"),
    "denials/revoked": ("revocations", "decision", "sessions"),
    "denials/holders": ("revocations", "denials", "decision"),
    "grants/never_lent": ("grants", "catalogue/test_never_lent.py", "template/test_never_lent.py"),
    "documents/closing": ("documents/test_closing.py", "catalogue"),
    "reach/alphabets": (
        REACH := (
            *("reach/test_alphabets.py", "reach/test_search.py", "reach/test_document.py"),
            *("reach/test_population.py", "reach/test_who.py", "reach/test_compare.py"),
            *("reach/test_by_counting.py", STRUCTURE),
        )
    ),
    "reach/population": REACH,
    "reach/pattern": REACH,
    "reach/case": REACH,
    "reach/solve": REACH,
    "reach/search": REACH,
    "reach/outside": REACH,
    "reach/document": REACH,
    "reach/who": REACH,
    "reach/compare": REACH,
    "questions/past": (QUESTIONS := ("questions", "catalogue/test_history.py")),
    "questions/caller": QUESTIONS,
    "questions/reach": QUESTIONS,
    "catalogue/history": QUESTIONS,
    "grants/expectation": (
        EXPECTED := ("expectations", "grants/test_expectation.py", "catalogue/test_expectations.py")
    ),
    "expectations/judge": EXPECTED,
    "expectations/expected": EXPECTED,
    "expectations/guard": EXPECTED,
    "tenancy/judge": ("tenancy", "docs/test_recipes.py"),
    "bodies/body": (BODY := ("bodies", "urls/test_vend.py", "credentials", STRUCTURE)),
    "credentials/request": BODY,
    "answers": ("test_answers.py", "urls", "uploads"),
}
CONFIGURATION = """\
[cosmic-ray]
module-path = "{place}"
timeout = {seconds}
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""


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


def command(module: str) -> list[str]:
    """What runs the tests of a module, until one fails."""
    return [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests_of(module)]


def control(module: str) -> Control:
    """The tests of a module without any change."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        tree = Path(directory) / "tree"
        copy(tree)
        began = time.monotonic()
        ended = subprocess.run(  # noqa: S603 - our own interpreter
            command(module), cwd=tree, capture_output=True, text=True, check=False
        )
    took = time.monotonic() - began
    return Control(module, took, ended.stdout + ended.stderr if ended.returncode else "")


def tried(passed: Control) -> Outcome:
    """Every change of a module, each against its tests."""
    module = passed.module
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        tree = Path(directory) / "tree"
        copy(tree)
        (tree / "mutation.toml").write_text(
            CONFIGURATION.format(
                place=place(module), seconds=passed.limit, command=shlex.join(command(module))
            )
        )
        for step in ("init", "exec"):
            cosmic_ray(step, "mutation.toml", "mutation.sqlite", tree=tree)
        return outcome(module, cosmic_ray("dump", "mutation.sqlite", tree=tree).splitlines())


def outcome(module: str, lines: Iterable[str]) -> Outcome:
    """What cosmic-ray's lines say; raises ``RuntimeError`` where a change was not tried."""
    results = [result or {} for _, result in map(json.loads, lines)]
    for result in results:
        ended = (result.get("worker_outcome"), result.get("test_outcome"))
        if ended not in {("normal", "killed"), ("normal", "survived")}:
            raise RuntimeError(f"{module}: the tests did not run with a change: {result}")
    if not results:
        raise RuntimeError(f"{module}: there is nothing to change in {place(module)}")
    survivors = [
        Survivor(module, *changed(result["diff"]))
        for result in results
        if result["test_outcome"] == "survived"
    ]
    return Outcome(module, len(results), survivors)


def cosmic_ray(*arguments: str, tree: Path) -> str:
    """What the program prints; its failure is ours."""
    # Compiled files are told by second and size: a change within a second could be missed.
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    words = ["cosmic-ray", *arguments]
    return subprocess.check_output(words, cwd=tree, env=settings, text=True)  # noqa: S603 - ours


def changed(diff: str) -> tuple[str, str]:
    """The lines that a change takes away and brings, without their indentation."""
    lines = diff.splitlines()[3:]  # below the names of the files
    old, new = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)).strip()
        for sign in "-+"
    )
    return old, new


def known() -> set[Survivor]:
    """The changes that make no difference; without ``after`` any change of that line."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["change"]
    return {Survivor(row["module"], row["before"], row.get("after", "")) for row in rows}


def report(outcomes: Iterator[Outcome]) -> int:
    """Prints a line for each module, with what survived unexplained; the exit code."""
    explained, code = known(), 0
    for outcome in outcomes:
        real = [one for one in outcome.survivors if explained.isdisjoint((one, one.any()))]
        killed = outcome.tries - len(outcome.survivors)
        judged = outcome.tries - (len(outcome.survivors) - len(real))
        sys.stdout.write(
            f"{outcome.module:20} {killed} of {outcome.tries} seen, "
            f"{len(outcome.survivors) - len(real)} equivalent: {killed / judged:.1%}\n"
        )
        for one in real:
            code = 1
            sys.stdout.write(f"NOT SEEN in {one.module}\n  - {one.before}\n  + {one.after}\n")
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
