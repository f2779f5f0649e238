"""`make mutate` concludes nothing from tests that fail without any change, or that did not run."""

import re
import shutil
from collections.abc import Mapping
from math import inf
from pathlib import Path

import pytest

from tests.mutation import run as mutation
from tests.mutation.run import (
    MODULES,
    SECONDS,
    Change,
    Control,
    Outcome,
    Survivor,
    codes,
    compare,
    control,
    difference,
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
    assert [
        name for name in mutation.tests_of(module) if not (ROOT / name.partition("::")[0]).exists()
    ] == []


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


LINE, OTHER = Survivor("grants", "@property", ""), Survivor("grants", "a < b", "a <= b")
ELSEWHERE = Survivor("closest", "a < b", "a <= b")


@pytest.mark.parametrize(
    ("survivors", "explained", "real", "seen"),
    [
        ([], {}, [], []),
        ([OTHER], {}, [OTHER], []),
        ([OTHER], {OTHER: inf}, [], []),
        ([OTHER, OTHER], {OTHER.any(): inf}, [], []),
        ([], {OTHER: inf}, [], [OTHER]),
        ([OTHER], {ELSEWHERE: inf}, [OTHER], []),
        ([LINE, LINE], {LINE: 2}, [], []),
        ([LINE, LINE, LINE], {LINE: 2}, [LINE], []),
        ([LINE], {LINE: 2}, [], [LINE]),
    ],
)
def test_a_change_is_explained_as_often_as_it_is_listed_and_none_that_is_seen(
    survivors: list[Survivor],
    explained: Mapping[Survivor, float],
    real: list[Survivor],
    seen: list[Survivor],
) -> None:
    assert compare(Outcome("grants", 10, survivors), explained) == (real, seen)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module of a project of its own, with tests in ``tests/unit``."""

    def copied(tree: Path) -> None:
        shutil.copytree(tmp_path, tree)
        shutil.copytree(ROOT / "tests/mutation", tree / "tests/mutation")

    file = tmp_path / place("room/module")
    for folder in (file.parent, tmp_path / "tests/unit"):
        folder.mkdir(parents=True)
    for package in (file.parent, file.parents[1]):  # else the core's own package is found
        (package / "__init__.py").touch()
    file.write_text("LIMIT = 1\n\n\ndef least(given):\n    return max(given, LIMIT)\n")
    monkeypatch.setattr(mutation, "copy", copied)
    monkeypatch.setattr(mutation, "ROOT", tmp_path)
    monkeypatch.setitem(MODULES, "room/module", ("test_first.py", "test_then.py"))
    return file


def write_tests(module: Path, first: str, then: str) -> None:
    """Both files of tests, of which only the second imports the module by another."""
    folder = module.parents[3] / "tests/unit"
    (module.parent / "other.py").write_text("from vending.room import module\n")
    imports = ("from vending.room.module import least", "from vending.room.other import module")
    for name, line, body in zip(("first", "then"), imports, (first, then), strict=True):
        text = f"{line}\n\n\ndef test_{name}():\n    {body}\n" if body else ""
        (folder / f"test_{name}.py").write_text(text)


@pytest.mark.parametrize(
    ("first", "then", "passed"),
    [
        ("assert least(3) == 3", "assert module.LIMIT == 1", True),
        ("assert least(3) == 4", "assert module.LIMIT == 1", False),
        ("assert least(3) == 3", "assert module.LIMIT == 2", False),
        ("", "", False),
    ],
    ids=["they pass", "one fails", "one of the others fails", "they are not there"],
)
def test_the_control_runs_a_module_s_tests_without_any_change(
    module: Path, first: str, then: str, passed: bool
) -> None:
    write_tests(module, first, then)
    found = control("room/module")
    assert (found.module, not found.failed) == ("room/module", passed)
    assert ("test_" in found.failed) is bool(first and not passed)
    assert found.limit >= SECONDS


def test_each_change_is_tried_with_the_first_tests_and_then_with_the_others(module: Path) -> None:
    write_tests(module, "assert least(3) == 3", "assert module.LIMIT == 1")
    source = module.read_text()
    changes = [
        Change(source, all_tests=True),
        Change(source.replace("max", "min"), all_tests=True),
        Change(source.replace("= 1", "= 2"), all_tests=True),
        Change(source.replace("= 1", "= 2"), all_tests=False),
        Change("an error", all_tests=True),
        Change(source, all_tests=True),
    ]
    found, _ = codes("room/module", changes, seconds=60)
    assert found == [0, 1, 1, 0, 2, 0]
    assert module.read_text() == source


def test_tests_that_do_not_end_have_seen_the_change(module: Path) -> None:
    write_tests(module, "assert least(3) == 3", "")
    endless = module.read_text().replace("return", "while True: pass\n    return")
    assert codes("room/module", [Change(endless, all_tests=False)], seconds=5)[0] == [-9]


def test_a_change_is_shown_by_its_lines() -> None:
    before = "one = 1\nif a < b:\n    two = 2\n"
    assert difference(before, before.replace("<", "<=")) == ("if a < b:", "if a <= b:")
    assert difference(before, before.replace("    two = 2\n", "")) == ("two = 2", "")


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


CHANGES = [OTHER, LINE]


def test_a_change_that_survived_is_told_from_ones_that_were_seen() -> None:
    assert outcome("grants", CHANGES, [1, 0]) == Outcome("grants", 2, [LINE])
    assert outcome("grants", CHANGES, [2, -9]) == Outcome("grants", 2, [])


@pytest.mark.parametrize("code", [3, 4, 5, 70, -11])
def test_a_change_whose_tests_did_not_run_is_not_one_that_was_seen(code: int) -> None:
    with pytest.raises(RuntimeError, match="grants"):
        outcome("grants", CHANGES, [1, code])


def test_a_module_without_any_change_proves_nothing() -> None:
    with pytest.raises(RuntimeError, match="grants"):
        outcome("grants", [], [])
