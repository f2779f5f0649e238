"""Directories below one, which stay open; links below it are not followed."""

import os
from pathlib import Path

import pytest

from s3vend.files.below import KEPT, Below
from s3vend.files.ours import NotOurs


def test_directories_are_created_and_stay_the_same(tmp_path: Path) -> None:
    with Below(tmp_path / "new", make=True) as below:
        with below.at("a/b/c") as directory:
            os.close(directory.create("file"))
        with below.at("a/b/c") as again, below.at("") as root:
            assert again is directory
            assert root.path == tmp_path / "new"
    assert (tmp_path / "new/a/b/c/file").exists()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_only_some_stay_open(tmp_path: Path) -> None:
    before = descriptors()
    with Below(tmp_path, make=False) as below:
        for number in range(3 * KEPT):
            with below.at(f"d{number}") as directory:
                os.close(directory.create("file"))
        assert descriptors() <= before + KEPT + 3
        with below.at("d0") as first:  # which was closed
            assert first.has("file")
    assert descriptors() == before


@pytest.mark.parametrize("at", ["link", "link/deeper", "file", "file/deeper", "dangling"])
def test_what_is_no_directory_is_refused(tmp_path: Path, at: str) -> None:
    (tmp_path / "elsewhere/deeper").mkdir(parents=True)
    (tmp_path / "root").mkdir()
    (tmp_path / "root/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "root/dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "root/file").write_text("x")
    with (
        Below(tmp_path / "root", make=False) as below,
        pytest.raises(NotOurs, match="in place of a directory"),
        below.at(at),
    ):
        pass
    assert not (tmp_path / "nowhere").exists()


def test_nothing_is_created_where_it_is_not_wanted(tmp_path: Path) -> None:
    with (
        Below(tmp_path, make=False) as below,
        pytest.raises(FileNotFoundError),
        below.at("a/b", make=False),
    ):
        pass
    assert list(tmp_path.iterdir()) == []
