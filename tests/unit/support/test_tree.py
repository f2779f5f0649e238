"""What is proven in a copy of the project is true of the project: the copy has all of it."""

import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT
from tests.support.running import tree


def test_a_copy_has_what_git_knows_and_what_is_new_and_nothing_else(tmp_path: Path) -> None:
    tree.copy(tmp_path)
    copied = {str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()}
    assert copied == {*tree.files()}
    assert copied >= {"LICENSE", "Makefile", "client/pyproject.toml", ".python-version"}
    assert not [name for name in copied if name.startswith((".venv", ".git/", ".pytest_cache"))]
    assert (tmp_path / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_a_new_file_is_copied_and_an_ignored_or_deleted_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for name in ("old", "gone", "new", "ignored"):
        (root / name).write_text(name)
    (root / ".gitignore").write_text("ignored\n")
    for words in (["init", "-q"], ["add", "old", "gone"]):
        subprocess.run(["git", *words], cwd=root, check=True)  # noqa: S603, S607 - git
    (root / "gone").unlink()
    monkeypatch.setattr(tree, "ROOT", root)
    assert {*tree.files()} == {".gitignore", "old", "new"}
