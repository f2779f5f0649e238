"""Restores each bug in a copy of the project and runs the tests there: none may pass.

Until one is red: first the advisories and what tests the changed modules, then all others. With
``--all`` all run.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.historical.bugs import BUGS, Bug, patched
from tests.support.running.tree import ROOT, copy

AT_ONCE = 2
SECONDS = 1800  # for the tests of one bug, on a busy machine
PASSED, FAILED = 0, 1  # of pytest's exit codes; with any other the tests did not run
ADVISORIES, UNIT = "tests/advisories", "tests/unit"
# These look at pages, at the text of the sources and at the patches: they see that something has
# changed, which proves nothing.
LEFT_OUT = (
    *("docs/test_docs.py", "docs/test_stale_words.py", "docs/test_invariants.py"),
    *("proof/test_historical.py", "proof/test_mutation.py", "test_structure.py"),
    *("tools/test_generated.py", "tools/test_rooms.py"),
    "support",  # how tests run, which no bug changes
)

type Run = Callable[[Path, Sequence[str]], tuple[int, str]]


def tested(tree: Path, which: Sequence[str], *, to_the_end: bool) -> tuple[int, str]:
    """The exit code of these tests of a tree, and what they print."""
    command = [sys.executable, "-m", "pytest", *which, "-q", "--tb=no", "-rf"]
    command += [f"--ignore={UNIT}/{name}" for name in LEFT_OUT]
    command += [] if to_the_end else ["-x"]
    ended = subprocess.run(  # noqa: S603 - our own interpreter
        command, cwd=tree, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def nearest(bug: Bug) -> list[str]:
    """The tests of the rooms that a bug is in."""
    rooms = {Path(file).relative_to("layers/vending").parent for file, _, _ in bug.edits}
    found = {path for room in rooms for path in (ROOT / UNIT / room).glob("test_*.py")}
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def red(bug: Bug | None, run: Run, *, to_the_end: bool) -> list[str]:
    """The tests that fail with a bug, or without any.

    Raises ``RuntimeError`` where they did not run.
    """
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory)
        copy(tree)
        for path, text in patched(bug, tree) if bug else ():
            path.write_text(text, encoding="utf-8")
        near = [] if to_the_end or not bug else nearest(bug)
        first = failing(run(tree, [ADVISORIES, *near])) if near else []
        return first or failing(run(tree, [ADVISORIES, UNIT]))


def failing(ended: tuple[int, str]) -> list[str]:
    """The tests that failed; raises ``RuntimeError`` where they did not run."""
    code, said = ended
    found = dict.fromkeys(re.findall(r"^FAILED \S+?\.py::(\w+)", said, re.MULTILINE))
    if code not in (PASSED, FAILED) or bool(found) != (code == FAILED):
        raise RuntimeError(f"the tests did not run:\n{said}")
    return list(found)


def main(arguments: list[str], bugs: Sequence[Bug] = BUGS, run: Run | None = None) -> int:
    """A table of bugs and red tests; 1 where a bug turns none red, or no bug turns one red.

    The control comes first: a test that fails without any bug would fail with each of them.
    """
    to_the_end = arguments == ["--all"]
    look = partial(red, run=run or partial(tested, to_the_end=to_the_end), to_the_end=to_the_end)
    sys.stderr.write("First the tests run without any bug, which takes some minutes.\n")
    sys.stdout.write("| bug | seen at | red |\n|---|---|---|\n")
    sys.stdout.flush()
    control = look(None)
    row(None, control)
    if control:
        names = ", ".join(f"`{name}`" for name in control)
        sys.stdout.write(f"\n{names} fails without any bug, so no bug was restored.\n")
        return 1
    unseen = False
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for bug, tests in zip(bugs, pool.map(look, bugs), strict=True):
            unseen |= not tests
            row(bug, tests)
    return int(unseen)


def row(bug: Bug | None, tests: Sequence[str]) -> None:
    """Print a line of the table."""
    shown = ", ".join(f"`{name}`" for name in tests) or "**none**"
    sys.stdout.write(f"| {bug or 'none'} | {bug.seen_at if bug else ''} | {shown} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
