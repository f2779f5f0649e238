"""What a file system does with names is found by trying."""

import unicodedata
from pathlib import Path

import pytest

from s3vend.files.directory import Directory
from s3vend.files.part_names import is_part_name
from s3vend.tree.probe import probe
from s3vend.tree.rules import LINUX, MACOS, WINDOWS, Rules


def test_a_file_system_that_keeps_names_apart_is_found_and_nothing_stays(tmp_path: Path) -> None:
    for rules in (LINUX, WINDOWS, MACOS):
        found = probe(tmp_path, rules)
        assert (found.folds_case, found.folds_unicode) == (False, False)
        assert (found.windows, found.unit) == (rules.windows, rules.unit)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("case", "form"), [(True, False), (False, True), (True, True)])
def test_a_file_system_that_takes_names_for_one_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: bool, form: bool
) -> None:
    def fold(name: str) -> str:
        lower = name.lower() if case else name
        return unicodedata.normalize("NFD", lower) if form else lower

    def has(self: Directory, name: str) -> bool:
        names = [one.name for one in self.path.iterdir()]
        assert all(map(is_part_name, names)), "else a sync at the same time would copy it"
        return fold(name) in map(fold, names)

    monkeypatch.setattr(Directory, "has", has)
    assert probe(tmp_path) == Rules(folds_case=case, folds_unicode=form)
    assert list(tmp_path.iterdir()) == []


def test_where_no_file_can_be_made_the_rules_stay(tmp_path: Path) -> None:
    assert probe(tmp_path / "missing", MACOS) == MACOS
    assert probe(Path("/proc"), WINDOWS) == WINDOWS
