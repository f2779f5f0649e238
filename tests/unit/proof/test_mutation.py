"""`make mutate` concludes nothing from tests that fail without any change, or that did not run."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.mutation import run as mutation
from tests.mutation.run import (
    MODULES,
    SECONDS,
    Control,
    Outcome,
    Survivor,
    control,
    known,
    main,
    outcome,
    place,
)
from tests.support.pages import pages
from tests.support.running.tree import ROOT


@pytest.mark.parametrize("module", MODULES)
def test_a_module_and_the_tests_that_know_it_are_there(module: str) -> None:
    assert (ROOT / place(module)).is_file()
    assert [name for name in mutation.tests_of(module) if not (ROOT / name).exists()] == []


def test_modules_that_the_page_and_the_list_of_equal_changes_name_are_tried() -> None:
    page = (
        pages()["docs/proof.md"]
        .text.partition("## Changing the code line by line")[2]
        .partition("\n## ")[0]
    )
    shown = set(re.findall(r"^\| `([a-z0-9_/]+)\.py` \|", page, re.MULTILINE))
    selected = set(re.findall(r'MODULES="([^"]+)"', page)[0].split())
    assert shown
    assert shown | selected | {change.module for change in known()} <= MODULES.keys()


@pytest.mark.parametrize("change", sorted(known()), ids=str)
def test_a_change_that_makes_no_difference_is_one_of_a_line_that_is_there(change: Survivor) -> None:
    text = (ROOT / place(change.module)).read_text(encoding="utf-8")
    assert change.before in " ".join(line.strip() for line in text.splitlines())


@pytest.mark.parametrize(
    ("test", "passed"),
    [("assert True", True), ("assert False", False), ("", False)],
    ids=["they pass", "one fails", "they are not there"],
)
def test_the_control_runs_a_module_s_tests_without_any_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, test: str, passed: bool
) -> None:
    file = tmp_path / "test_module.py"
    if test:
        file.write_text(f"def test_it(): {test}\n")
    monkeypatch.setattr(mutation, "copy", lambda tree: tree.mkdir())
    monkeypatch.setattr(mutation, "tests_of", lambda module: [str(file)])
    found = control("a-module")
    assert (found.module, not found.failed) == ("a-module", passed)
    assert ("test_module.py" in found.failed) is not passed
    assert found.limit >= SECONDS


def test_a_change_may_take_five_times_what_the_control_took() -> None:
    assert Control("a", 1.5, "").limit == SECONDS
    assert Control("a", SECONDS, "").limit == 5 * SECONDS


@pytest.mark.parametrize(
    ("failing", "survivors", "code"),
    [("", [], 0), ("", [Survivor("closest", "a < b", "a <= b")], 1), ("1 failed", [], 1)],
    ids=["all are seen", "one is not", "a control fails"],
)
def test_no_change_is_tried_unless_every_control_has_passed(
    failing: str, survivors: list[Survivor], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = []

    def look(module: str) -> Control:
        ran.append(f"control {module}")
        return Control(module, 1, failing if module == "closest" else "")

    def change(one: Control) -> Outcome:
        ran.append(f"changes {one.module}")
        return Outcome(one.module, 10, survivors if one.module == "closest" else [])

    assert main(["grants", "closest"], look, change) == code
    told = capsys.readouterr().out
    assert {*ran[:2]} == {"control grants", "control closest"}
    assert len(ran) == (2 if failing else 4)
    assert ("1 failed" in told) == bool(failing)
    assert ("closest fail without any change" in told) == bool(failing)
    assert ("NOT SEEN in closest" in told) == bool(survivors)


def line(**result: str) -> str:
    return json.dumps([{"job_id": "a"}, {"diff": "", **result} if result else None])


KILLED = {"worker_outcome": "normal", "test_outcome": "killed"}


def test_a_change_that_survived_is_told_from_one_that_was_seen() -> None:
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-    a < b\n+    a <= b"
    survived = {"worker_outcome": "normal", "test_outcome": "survived", "diff": diff}
    found = outcome("grants", [line(**KILLED), line(**survived)])
    assert found == Outcome("grants", 2, [Survivor("grants", "a < b", "a <= b")])


@pytest.mark.parametrize(
    "result",
    [
        {},
        KILLED | {"test_outcome": "incompetent"},
        KILLED | {"worker_outcome": "exception", "output": "No module named pytest"},
    ],
    ids=["it was not tried", "its tests did not run", "it could not be made"],
)
def test_a_change_whose_tests_did_not_run_is_not_one_that_was_seen(
    result: Mapping[str, str],
) -> None:
    with pytest.raises(RuntimeError, match="grants"):
        outcome("grants", [line(**KILLED), line(**result)])


def test_a_module_without_any_change_proves_nothing() -> None:
    with pytest.raises(RuntimeError, match="grants"):
        outcome("grants", [])
