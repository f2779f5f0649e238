"""Files that are named one by one."""

import os
from pathlib import Path

import pytest

from s3vend.copying.planning.given import file_at, once_each
from s3vend.errors import TransferError
from s3vend.tree.found import Skipped


def test_a_file_is_found_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("abc")
    found = file_at(tmp_path / "a.csv")
    assert (found.relative, found.size, found.path) == ("a.csv", 3, tmp_path / "a.csv")


def test_of_files_with_one_name_the_first_is_copied(tmp_path: Path) -> None:
    for name in ("x/a.csv", "y/a.csv", "y/b.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    files = [[file_at(tmp_path / name)] for name in ("x/a.csv", "y/a.csv", "y/b.csv")]
    first, second, third = once_each(files)
    assert (first.path, third.path) == (tmp_path / "x/a.csv", tmp_path / "y/b.csv")
    assert isinstance(second, Skipped)
    assert second.is_fault
    assert "another source has 'a.csv' too" in second.reason


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="cannot be read: No such file"):
        file_at(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TransferError, match="neither a file nor a directory"):
        file_at(tmp_path / "pipe")
    (tmp_path / "a\\b").write_text("x")
    with pytest.raises(TransferError, match="backslash"):
        file_at(tmp_path / "a\\b")
