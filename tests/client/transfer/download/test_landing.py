"""The file that is downloaded, and a disk without room for it."""

import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

import s3vend
from s3vend.files.paths import open_directory
from s3vend.transfer.download.landing import Landing
from s3vend.transfer.download.part import new_part


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_and_another_fault_is_not_called_so(tmp_path: Path, code: int) -> None:
    with Landing(tmp_path / "file") as landing:
        landing.make(10)
        with pytest.raises(s3vend.DiskFull, match="7 bytes are missing"), landing.writing(3, 7):
            raise OSError(code, os.strerror(code))
        broken = pytest.raises(s3vend.TransferError, match="cannot be written")
        with broken as other, landing.writing(3, 7):
            raise OSError(errno.EIO, "broken")
        assert type(other.value) is s3vend.TransferError


def test_more_than_is_free_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(s3vend.DiskFull, match="are free"), Landing(tmp_path / "file") as landing:
        landing.make(2**62)
    assert list(tmp_path.iterdir()) == []


def test_a_file_gets_its_name_and_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    remarks: list[str] = []
    with Landing(tmp_path / "file") as landing:
        landing.make(5)
        [part] = tmp_path.glob(".s3vend-*")
        assert part.stat().st_mode & 0o777 == 0o600
        with landing.writing(0, 5) as write:
            write(b"ab")
            write(b"cde")
        assert b"".join(landing.blocks()) == b"abcde"
        landing.finish(remarks.append)
    assert (tmp_path / "file").read_bytes() == b"abcde"
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "other"]
    assert remarks == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems cannot be asked")
@pytest.mark.parametrize("code", [None, errno.EINVAL, errno.EIO])
def test_a_range_is_written_to_the_disk_while_others_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: "int | None"
) -> None:
    """Whether the system does so makes no difference to the bytes."""
    asked: list[tuple[int, ...]] = []

    def advise(fd: int, *said: int) -> None:
        del fd
        asked.append(said)
        if code is not None:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "posix_fadvise", advise)
    with Landing(tmp_path / "file") as landing:
        landing.make(9)
        with landing.writing(4, 5) as write:
            write(b"ef")
            write(b"ghi")
        with landing.writing(2, 0):
            pass
        assert b"".join(landing.blocks()) == b"\0\0\0\0efghi"
    assert asked == [(4, 5, os.POSIX_FADV_DONTNEED)]


def test_a_part_file_that_cannot_be_renamed_can_be_taken_up_again(tmp_path: Path) -> None:
    before, remarks = os.umask(0), list[str]()
    try:
        with Landing(tmp_path / "file") as landing:
            landing.make(5)
            saved = landing.saved
            (tmp_path / "file").mkdir()
            with pytest.raises(s3vend.TransferError, match="cannot be written"):
                landing.finish(remarks.append)
        (tmp_path / "file").rmdir()
        with Landing(tmp_path / "file") as landing:
            assert landing.resume(saved, remarks.append)
            landing.finish(remarks.append)
    finally:
        os.umask(before)
    assert remarks == []
    assert (tmp_path / "file").read_bytes() == bytes(5)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666


def landed(path: Path, *, overwrite: bool = True, meanwhile: "str | None" = None) -> "list[str]":
    """A download of a byte; what was remarked."""
    remarks: list[str] = []
    with Landing(path) as landing:
        landing.check_existing(None, overwrite=overwrite)
        landing.make(1)
        if meanwhile is not None:
            path.write_text(meanwhile)
        landing.finish(remarks.append)
    return remarks


@pytest.mark.parametrize("links", [True, False])
def test_what_appears_during_a_download_is_replaced_only_where_that_was_asked(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:  # as on FAT, and on many file systems of FUSE
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    path = tmp_path / "file"
    assert landed(path, overwrite=False) == []
    path.unlink()
    with pytest.raises(s3vend.FileExists, match="file already exists"):
        landed(path, overwrite=False, meanwhile="another's")
    assert path.read_text() == "another's"
    assert landed(path, meanwhile="another's") == []
    assert path.read_bytes() == b"\0"


def test_a_run_continues_with_what_an_earlier_one_was_to_replace(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    with Landing(path) as landing:
        landing.check_existing(None, overwrite=True)
        landing.make(1)
        saved = landing.saved
    with Landing(path) as landing:
        landing.check_existing(saved, overwrite=False)
        assert landing.resume(saved, print)
        landing.finish(print)
    assert path.read_bytes() == b"\0"
    path.write_text("another's")
    with Landing(path) as landing, pytest.raises(s3vend.FileExists):
        landing.check_existing(saved, overwrite=False)


def test_what_was_to_be_replaced_and_changed_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    with Landing(path) as landing:
        landing.check_existing(None, overwrite=True)
        landing.make(1)
        saved = landing.saved
        landing.check_existing(saved, overwrite=False)
        path.write_text("written meanwhile")
        with pytest.raises(s3vend.FileExists):
            landing.finish(print)
    assert path.read_text() == "written meanwhile"


def test_what_appears_in_the_last_moment_is_not_replaced(tmp_path: Path) -> None:
    with open_directory(tmp_path) as directory:
        part = new_part(directory, 1)
        (tmp_path / "file").write_text("another's")
        with pytest.raises(FileExistsError):
            list(part.rename("file", replace=False))
        part.close()
    assert (tmp_path / "file").read_text() == "another's"


def failing(code: int) -> Callable[..., None]:
    def fail(*given: object, **named: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.EPERM, errno.ENOSYS])
@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("fsync", "cannot be asked to write it to the disk"),
        ("fchmod", "cannot set its permissions"),
    ],
)
def test_a_file_system_that_cannot_do_everything_gets_the_file_and_that_is_said(
    function: str, said: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, function, failing(code))
    [remark] = landed(tmp_path / "file")
    assert said in remark
    assert (tmp_path / "file").read_bytes() == b"\0"


def test_a_disk_that_fails_to_write_is_not_taken_for_such_a_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing(errno.EIO))
    with pytest.raises(s3vend.TransferError, match="cannot be written"):
        landed(tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_file_system_that_does_not_know_its_size_is_not_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(total=0, free=0))
    assert landed(tmp_path / "file") == []
