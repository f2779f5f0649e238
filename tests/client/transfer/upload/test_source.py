"""The file that is uploaded, and what may happen to it."""

from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.upload.source import source_of


def test_a_file_that_became_shorter_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    source = source_of(path)
    assert list(source.blocks(1, 3)) == [b"234"]
    path.write_bytes(b"12")
    with pytest.raises(s3vend.FileChanged, match="shorter"):
        list(source.blocks(0, 5))
    with pytest.raises(s3vend.FileChanged, match="was changed"):
        source.check()


def test_another_file_of_the_same_name_is_not_read(tmp_path: Path) -> None:
    path, other = tmp_path / "file", tmp_path / "other"
    path.write_bytes(b"12345")
    other.write_bytes(b"other")
    source = source_of(path)
    other.replace(path)
    with pytest.raises(s3vend.FileChanged, match="was replaced during the upload"):
        list(source.blocks(0, 5))


@pytest.mark.parametrize("make", ["nothing", "directory"])
def test_what_is_no_file_is_not_uploaded(tmp_path: Path, make: str) -> None:
    if make == "directory":
        (tmp_path / "x").mkdir()
    with pytest.raises(s3vend.TransferError, match="x "):
        source_of(tmp_path / "x")


def test_a_slash_after_a_file_is_a_fault_as_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(s3vend.TransferError, match="x/ cannot be read: Not a directory"):
        source_of(f"{tmp_path}/x/")


def test_a_directory_is_not_called_a_pipe(tmp_path: Path) -> None:
    with pytest.raises(s3vend.TransferError, match="is a directory; name one file"):
        source_of(tmp_path)
