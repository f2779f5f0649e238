"""The file that is downloaded, and a disk without room for it."""

import errno
import os
from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.download.landing import Landing


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
    with Landing(tmp_path / "file") as landing:
        landing.make(5)
        [part] = tmp_path.glob(".s3vend-*")
        assert part.stat().st_mode & 0o777 == 0o600
        with landing.writing(0, 5) as write:
            write(b"ab")
            write(b"cde")
        assert b"".join(landing.blocks()) == b"abcde"
        landing.finish()
    assert (tmp_path / "file").read_bytes() == b"abcde"
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "other").stat().st_mode
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "other"]


def test_a_part_file_that_cannot_be_renamed_can_be_taken_up_again(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Landing(tmp_path / "file") as landing:
            landing.make(5)
            saved = landing.identity
            (tmp_path / "file").mkdir()
            with pytest.raises(s3vend.TransferError, match="cannot be written"):
                landing.finish()
        (tmp_path / "file").rmdir()
        remarks: list[str] = []
        with Landing(tmp_path / "file") as landing:
            assert landing.resume(saved, remarks.append)
            landing.finish()
    finally:
        os.umask(before)
    assert remarks == []
    assert (tmp_path / "file").read_bytes() == bytes(5)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666
