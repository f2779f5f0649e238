"""Paths: no link of another user is followed, and a private directory is nobody else's."""

import os
import stat
from pathlib import Path

import pytest

from s3vend.files.ours import NotOurs
from s3vend.files.paths import expanded, open_directory, private_directory
from tests.client.files.test_directory import OTHER, needs_root


def given_away(path: Path) -> None:
    path.mkdir()
    os.chown(path, OTHER, -1)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.iterdir())


def test_links_of_ones_own_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "absolute").symlink_to(tmp_path / "real")
    (tmp_path / "real/relative").symlink_to("../real/./deep")
    monkeypatch.chdir(tmp_path)
    for path in (
        tmp_path / "absolute/relative",
        Path("absolute/relative"),
        Path("real/deep/../deep"),
    ):
        with open_directory(path) as directory:
            directory.write("name", b"new")
        (tmp_path / "real/deep/name").unlink()


@pytest.mark.invariant(18)
@needs_root
@pytest.mark.parametrize("place", ["link", "link/deep"])
def test_a_link_of_another_user_is_not_followed(tmp_path: Path, place: str) -> None:
    (tmp_path / "real/deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    os.chown(tmp_path / "link", OTHER, -1, follow_symlinks=False)
    with pytest.raises(NotOurs, match="link is a symbolic link of another user"):
        open_directory(tmp_path / place)
    with pytest.raises(NotOurs, match="link is a symbolic link of another user"):
        private_directory(tmp_path / place / "s3vend", make=True)
    assert names(tmp_path / "real") == ["deep"]
    assert names(tmp_path / "real/deep") == []


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        open_directory(tmp_path / "a")


@pytest.mark.parametrize("path", ["gone", "gone/deep", "file"])
def test_what_is_not_a_directory_is_named(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="irectory") as refused:
        open_directory(tmp_path / path)
    assert refused.value.filename == str(tmp_path / path)


def test_a_private_directory_is_made_for_the_user_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with private_directory(tmp_path / "a/b/s3vend", make=True) as directory:
            directory.write("name", b"new")
    finally:
        os.umask(before)
    for path in ("a", "a/b", "a/b/s3vend"):
        assert stat.S_IMODE((tmp_path / path).stat().st_mode) == 0o700
    with pytest.raises(FileNotFoundError):
        private_directory(tmp_path / "gone")


@pytest.mark.invariant(18)
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.symlink_to("real"), "is a symbolic link"),
        (lambda path: (path.mkdir(), path.chmod(0o770)), "others can write"),
        (lambda path: (path.mkdir(), path.chmod(0o1777)), "others can write"),
        pytest.param(
            given_away,
            "belongs to another user",
            marks=needs_root,
        ),
    ],
)
def test_a_directory_that_others_can_change_is_not_private(
    tmp_path: Path, make: "object", reason: str
) -> None:
    (tmp_path / "real").mkdir()
    make(tmp_path / "s3vend")  # type: ignore[operator]
    for made in (True, False):
        with pytest.raises(NotOurs, match=reason):
            private_directory(tmp_path / "s3vend", make=made)
    assert names(tmp_path / "real") == []


def test_a_user_whom_the_system_does_not_know_has_the_home_of_a_container(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/h")
    assert expanded("~/a/b") == Path("/h/a/b")
    assert expanded("a/~/b") == Path("a/~/b")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.getuid", lambda: 54321)
    assert expanded("~/a/b") == Path("/a/b")
    assert expanded("~nobody-has-this-name/a") == Path("~nobody-has-this-name/a")
