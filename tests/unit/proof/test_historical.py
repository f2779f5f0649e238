"""The patches that restore known bugs still fit; `make regressions` runs the tests with each."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.historical import __main__ as historical
from tests.historical.__main__ import LEFT_OUT, UNIT, failing, main, nearest
from tests.historical.bugs import BUGS, Bug, Rotten, patched
from tests.support.pages import ROOT, pages
from tests.support.running import tree

PROOF = pages()["docs/proof.md"].text
FILE, THERE, INSTEAD = "layers/vending/grants/keys.py", "KEY_BYTES = 1024", "KEY_BYTES = 2048"


@pytest.mark.parametrize("bug", BUGS, ids=str)
def test_a_patch_fits_the_sources_and_leaves_python(bug: Bug) -> None:
    files = patched(bug, ROOT)
    assert {path.relative_to(ROOT).parts[0] for path, _ in files} <= {"layers", "functions"}
    for path, text in files:
        ast.parse(text)
        assert text != path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("there", "count"), [("one", 2), ("three", 0)])
def test_a_patch_that_fits_nowhere_or_twice_is_rotten(
    tmp_path: Path, there: str, count: int
) -> None:
    (tmp_path / "a.py").write_text("one = one")
    with pytest.raises(Rotten, match=f"a bug: a.py has this {count} times"):
        patched(Bug("a bug", "", (("a.py", there, "two"),)), tmp_path)


def test_edits_of_one_file_add_up(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one = two")
    bug = Bug("a bug", "", (("a.py", "one", "three"), ("a.py", "three = two", "four")))
    assert patched(bug, tmp_path) == [(tmp_path / "a.py", "four")]


def test_the_page_has_a_row_for_every_bug_with_where_it_was_seen() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    rows = [line for line in PROOF.splitlines() if line.startswith("| ")]
    for bug in BUGS:
        [row] = [row for row in rows if row.startswith(f"| {bug} | {bug.seen_at} | `test_")]
        assert "**none**" not in row


@pytest.mark.parametrize(
    ("module", "tests"),
    [
        ("audit/meter", ["audit/test_meter", "audit/test_metrics", "audit/test_record"]),
        ("uploads/request", ["uploads/test_uploads"]),
        (
            "kept",
            [
                *("test_answers", "test_ids", "test_kept", "test_nearly", "test_plain"),
                *("test_structure", "test_times"),
            ],
        ),
    ],
)
def test_a_bug_is_looked_for_where_it_is_first(module: str, tests: list[str]) -> None:
    bug = Bug("a bug", "", ((f"layers/vending/{module}.py", "", ""),))
    assert nearest(bug) == [f"tests/unit/{test}.py" for test in tests]


def test_only_tests_that_ran_and_failed_are_red() -> None:
    said = "FAILED tests/unit/a.py::test_one[x y] - assert\nFAILED tests/unit/a.py::test_one[z]\n"
    assert failing((1, said)) == ["test_one"]
    assert failing((0, "5 passed")) == []
    for code, words in ((2, said), (2, ""), (1, "ERROR tests/unit/a.py"), (4, ""), (0, said)):
        with pytest.raises(RuntimeError):
            failing((code, words))


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_is_there(name: str) -> None:
    assert (ROOT / UNIT / name).exists()


def test_what_is_left_out_does_not_run(tmp_path: Path) -> None:
    for name in ("docs/test_docs", "test_structure", "support/test_a", "test_gateway"):
        file = tmp_path / UNIT / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"def test_{file.parent.name}_{file.stem}(): assert not 'run'\n")
    ended = historical.tested(tmp_path, [UNIT], to_the_end=True)
    assert failing(ended) == ["test_unit_test_gateway"]


def test_the_copy_passes_what_fails_where_a_file_is_missing(tmp_path: Path) -> None:
    test = "test_the_application_repository_takes_what_it_is_told"
    which = ["tests/unit/template/test_deploying.py", "-k", test]
    tree.copy(tmp_path)
    assert failing(historical.tested(tmp_path, which, to_the_end=True)) == []
    (tmp_path / "LICENSE").unlink()
    assert failing(historical.tested(tmp_path, which, to_the_end=True)) == [test]


@pytest.mark.parametrize(
    ("alone", "restored", "code"),
    [(0, 1, 0), (0, 0, 1), (1, 1, 1)],
    ids=["a bug is seen", "a bug is not seen", "tests fail without any bug"],
)
def test_a_bug_that_no_test_sees_is_a_failure(
    alone: int,
    restored: int,
    code: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tree, "files", lambda: [FILE])  # all that is looked at here
    ran = []

    def run(tree: Path, which: Sequence[str]) -> tuple[int, str]:
        is_restored = INSTEAD in (tree / FILE).read_text()
        ran.append(is_restored)
        ended = restored if is_restored else alone
        return ended, "FAILED tests/unit/a.py::test_one\n" * ended

    assert main([], [Bug("a bug", "", ((FILE, THERE, INSTEAD),))], run) == code
    told = capsys.readouterr().out
    assert ("| a bug |  | `test_one` |" in told) == bool(restored and not alone)
    assert ran[0] is False, "the control comes first"
    assert (True in ran) is not alone, "and where it fails, no bug is restored"
    assert ("`test_one` fails without any bug" in told) == bool(alone)
