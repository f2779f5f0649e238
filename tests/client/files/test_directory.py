"""Files in an open directory: only those that are the user's own, and only the user's to write."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s3vend.files.ours import NotOurs
from s3vend.files.paths import open_directory, private_directory

OTHER = 12345
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def linked(path: Path) -> None:
    (path.parent / "victim").write_text("precious")
    path.symlink_to("victim")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def second_name(path: Path) -> None:
    (path.parent / "victim").write_text("precious")
    path.hardlink_to(path.parent / "victim")


def given_away(path: Path) -> None:
    path.write_text("theirs")
    os.chown(path, OTHER, -1)


def writable(mode: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_text("")
        path.chmod(mode)

    return make


@pytest.mark.invariant(18)
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (linked, "is a symbolic link"),
        (dangling, "is a symbolic link"),
        (second_name, "second name"),
        (Path.mkdir, "not a regular file"),
        (os.mkfifo, "not a regular file"),
        (writable(0o660), "others can write"),
        (writable(0o602), "others can write"),
        pytest.param(given_away, "belongs to another user", marks=needs_root),
    ],
)
def test_what_others_may_have_put_there_is_not_opened(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / "name")
    before = sorted(one.name for one in tmp_path.iterdir())
    with open_directory(tmp_path) as directory:
        for flags in (os.O_RDONLY, os.O_RDWR):
            with pytest.raises(NotOurs, match=reason):
                directory.open("name", flags)
        with pytest.raises(FileExistsError):
            directory.create("name")
    assert sorted(one.name for one in tmp_path.iterdir()) == before


@pytest.mark.invariant(18)
@pytest.mark.parametrize("make", [linked, dangling, second_name, os.mkfifo, writable(0o666)])
def test_what_is_written_replaces_a_name_and_never_goes_through_it(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "name")
    with open_directory(tmp_path) as directory:
        directory.write("name", b"new")
        assert directory.read("name") == b"new"
    assert stat.S_IMODE((tmp_path / "name").stat().st_mode) == 0o600
    assert not (tmp_path / "nowhere").exists()
    victim = tmp_path / "victim"
    assert not victim.exists() or victim.read_text() == "precious"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "name").mkdir()
    with open_directory(tmp_path) as directory, pytest.raises(OSError, match="directory"):
        directory.write("name", b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["name"]


@pytest.mark.invariant(18)
def test_a_directory_stays_the_one_that_was_opened(tmp_path: Path) -> None:
    """As when somebody who can write to the directory above swaps its name for a link."""
    inside, elsewhere = tmp_path / "inside", tmp_path / "elsewhere"
    inside.mkdir()
    elsewhere.mkdir()
    with open_directory(inside) as directory:
        inside.rename(tmp_path / "moved")
        inside.symlink_to(elsewhere)
        directory.write("name", b"new")
        os.close(directory.create("other"))
        directory.rename("other", "renamed")
        directory.sync()
        assert directory.has("renamed")
        assert not directory.has("other")
    assert list(elsewhere.iterdir()) == []
    assert sorted(one.name for one in (tmp_path / "moved").iterdir()) == ["name", "renamed"]


@pytest.mark.invariant(18)
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (linked, "is a symbolic link"),
        (dangling, "is a symbolic link"),
        (second_name, "second name"),
        (Path.mkdir, "not a regular file"),
    ],
)
def test_without_owners_and_modes_links_and_second_names_are_refused(
    tmp_path: Path,
    make: Callable[[Path], None],
    reason: str,
) -> None:
    """As on Windows, where a directory has no descriptor either."""
    make(tmp_path / "name")
    with private_directory(tmp_path / "s3vend", make=True, posix=False) as directory:
        directory.write("state", b"new")
        assert directory.read("state") == b"new"
        directory.rename("state", "other")
        directory.sync()
        assert (directory.fd, directory.has("state"), directory.has("other")) == (None, False, True)
    with open_directory(tmp_path, posix=False) as directory, pytest.raises(NotOurs, match=reason):
        directory.open("name")
    (tmp_path / "link").symlink_to("s3vend")
    with pytest.raises(NotOurs, match="is a symbolic link"):
        private_directory(tmp_path / "link", make=True, posix=False)


# What FAT, CIFS, FUSE, shared folders and unions of file systems answer.
NO_LINKS = [errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EPROTO, errno.EXDEV, errno.EMLINK]


@pytest.mark.parametrize("code", [None, *NO_LINKS])
def test_a_name_that_exists_is_not_given_to_another_file(
    code: "int | None", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*given: object, **named: object) -> None:
        assert code is not None
        raise OSError(code, os.strerror(code))

    if code is not None:
        monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "taken").write_text("another's")
    (tmp_path / "old").write_text("mine")
    with open_directory(tmp_path) as directory:
        for name in ("taken", "link"):
            with pytest.raises(FileExistsError):
                directory.rename_new("old", name)
        directory.rename_new("old", "new")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["link", "new", "taken"]
    assert (tmp_path / "new").read_text() == "mine"
    assert (tmp_path / "taken").read_text() == "another's"


def test_a_name_that_was_given_though_the_answer_was_lost_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def twice(*given: Any, **named: Any) -> None:  # as an NFS client sends it again
        link(*given, **named)
        link(*given, **named)

    monkeypatch.setattr(os, "link", twice)
    (tmp_path / "old").write_text("mine")
    with open_directory(tmp_path) as directory:
        directory.rename_new("old", "new")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new"]


@pytest.mark.parametrize(("code", "synced"), [(None, True), (errno.EINVAL, False)])
def test_it_is_known_whether_names_are_on_the_disk(
    code: "int | None", synced: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(fd: int) -> None:
        if code is not None:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    with open_directory(tmp_path) as directory:
        assert directory.sync() is synced
