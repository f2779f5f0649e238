"""Mutation testing of the modules that decide: small changes to their code, and which no test sees.

Run by ``make mutate``. Each module is changed in a copy of the tree, one change at a time, and its
tests have to turn red. Changes that nobody could notice stand in ``equivalent.toml`` with the
reason; any other that survives ends the run with exit code 1, once all have been tried.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
SECONDS = 120  # for the tests of one change; an endless loop is seen by then
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
    "sessions/session": (SESSION := ("sessions", "credentials", STRUCTURE)),
    "sessions/durations": SESSION,
    "denials/names": SESSION,
    "ids": SESSION,
    "sessions/policy": ("sessions/test_policy.py", "credentials", "catalogue/test_usable.py"),
    "bodies/body": (BODY := ("bodies", "urls/test_vend.py", "credentials", STRUCTURE)),
    "credentials/request": BODY,
}
CONFIGURATION = """\
[cosmic-ray]
module-path = "layers/vending/{module}.py"
timeout = {seconds}
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider {tests}"
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


class Outcome(NamedTuple):
    """What came of a module's changes."""

    module: str
    tries: int
    survivors: list[Survivor]


def tried(module: str) -> Outcome:
    """Every change of a module, each against its tests."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as directory:
        tree = Path(directory) / "tree"
        copy(tree)
        tests = " ".join(f"tests/unit/{name}" for name in MODULES[module])
        (tree / "mutation.toml").write_text(
            CONFIGURATION.format(module=module, seconds=SECONDS, python=sys.executable, tests=tests)
        )
        for command in ("init", "exec"):
            cosmic_ray(command, "mutation.toml", "mutation.sqlite", tree=tree)
        lines = cosmic_ray("dump", "mutation.sqlite", tree=tree).splitlines()
    results = [result for _, result in map(json.loads, lines) if result]
    survivors = [
        Survivor(module, *changed(result["diff"]))
        for result in results
        if result["test_outcome"] == "survived"
    ]
    return Outcome(module, len(results), survivors)


def copy(tree: Path) -> None:
    """The files that git knows, as they are now."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)  # noqa: S607 - git
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)


def cosmic_ray(*arguments: str, tree: Path) -> str:
    """What the program prints; its failure is ours."""
    # Compiled files are told by second and size: a change within a second could be missed.
    settings = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["cosmic-ray", *arguments]
    return subprocess.check_output(command, cwd=tree, env=settings, text=True)  # noqa: S603 - ours


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
    """Prints a line for each module, then what survived unexplained; the exit code."""
    explained, unexplained = known(), []
    for outcome in outcomes:
        real = [one for one in outcome.survivors if explained.isdisjoint((one, one.any()))]
        unexplained += real
        killed = outcome.tries - len(outcome.survivors)
        judged = outcome.tries - (len(outcome.survivors) - len(real))
        sys.stdout.write(
            f"{outcome.module:20} {killed} of {outcome.tries} seen, "
            f"{len(outcome.survivors) - len(real)} equivalent: {killed / judged:.1%}\n"
        )
        sys.stdout.flush()
    for one in unexplained:
        sys.stdout.write(f"\nNOT SEEN in {one.module}\n  - {one.before}\n  + {one.after}\n")
    return 1 if unexplained else 0


def main(asked: list[str]) -> int:
    """The modules that are named, or all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return report(pool.map(tried, asked or MODULES))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
