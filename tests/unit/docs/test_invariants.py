"""Each invariant of the threat model has its tests, and each marked test its invariant."""

from pathlib import Path

import pytest

from tests.support.pages import ROOT
from tools import __main__ as generated
from tools import invariants

PAGE = """| | invariant | proven by |
|---|---|---|
| 1 | Nothing leaks. | `test_old` |
| 2 | Either `*` or nothing. |  |
"""
TESTS = """import pytest
@pytest.mark.invariant(1, 2)
@pytest.mark.parametrize("one", [1])
def test_both(one): ...
@pytest.mark.invariant(2)
def test_one(): ...
def test_neither(): ...
"""


def test_the_invariants_name_the_tests_that_are_marked() -> None:
    assert generated.is_current(invariants.PATH, invariants.text()), "run make format"
    assert set(invariants.marked(ROOT / "tests")) >= set(range(1, 15))


def test_marks_are_written_beside_the_words_which_stay(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    text = invariants.written(PAGE, invariants.marked(tmp_path))
    assert "| 1 | Nothing leaks. | `test_both` |" in text
    assert "| 2 | Either `*` or nothing. | `test_both`, `test_one` |" in text
    assert "test_neither" not in text


@pytest.mark.parametrize(
    ("page", "numbers", "odd"),
    [
        (PAGE, (1,), "[2]"),
        (PAGE, (1, 2, 3), "[3]"),
        (PAGE, (), "[1, 2]"),
        (PAGE.replace("| 2 |", "| 1 |"), (1,), "[]"),
    ],
)
def test_no_invariant_is_without_a_test_and_no_mark_without_an_invariant(
    page: str, numbers: tuple[int, ...], odd: str
) -> None:
    with pytest.raises(ValueError, match="no row, no test, or two rows") as error:
        invariants.written(page, {one: ["test_some"] for one in numbers})
    assert str(error.value).endswith(odd)


def test_a_page_that_names_other_tests_is_told_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "threat-model.md"
    copy.write_text(invariants.PATH.read_text().replace("`test_a_refusal_calls_nobody`, ", ""))
    monkeypatch.setattr(invariants, "PATH", copy)
    monkeypatch.setattr(generated, "GENERATED", {copy: invariants.text})
    assert generated.main(["--check"]) == 1
    assert f"{copy} is not up to date; run 'make format'" in capsys.readouterr().err
    assert generated.main(["--chek"]) == 2
    assert generated.main([]) == 0
    assert generated.main(["--check"]) == 0
    copy.write_text(copy.read_text().replace("| 14 |", "| 99 |"))
    assert generated.main(["--check"]) == 1
    assert "[14, 99]" in capsys.readouterr().err
