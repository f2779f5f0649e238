"""Small files on the disk, and what the file system refuses."""

import errno
import os
from datetime import datetime, timezone
from pathlib import Path

import pytest

from s3vend.errors import DiskFull, FileExists, TransferError
from s3vend.files.paths import open_directory
from s3vend.listing.entries import Listed
from s3vend.transfer.many.landing import explained, write_whole, written_at

MODIFIED = datetime(2026, 11, 28, 10, 20, 30, 123_000, tzinfo=timezone.utc)
LISTED = Listed("s3://b/k", "k", 1, MODIFIED, '"e"', "STANDARD")
NANOSECONDS = 1_795_861_230_123_000_000


def test_a_file_is_written_with_its_time(tmp_path: Path) -> None:
    with open_directory(tmp_path) as directory:
        write_whole(directory, "a", b"content", NANOSECONDS)
        with pytest.raises(FileExistsError):
            write_whole(directory, "a", b"other", NANOSECONDS)
    assert (tmp_path / "a").read_bytes() == b"content"
    assert (tmp_path / "a").stat().st_mtime_ns == NANOSECONDS


@pytest.mark.parametrize(
    ("mtime", "expected"),
    [
        (None, NANOSECONDS),
        ("1600000000", 1_600_000_000_000_000_000),
        ("1600000000.25", 1_600_000_000_250_000_000),
        ("1795861231", NANOSECONDS),  # after the object, which cannot be
        ("-5", NANOSECONDS),
        ("yesterday", NANOSECONDS),
    ],
)
def test_the_time_is_that_of_the_upload_or_of_the_object(
    mtime: "str | None", expected: int
) -> None:
    headers = {} if mtime is None else {"x-amz-meta-mtime": mtime}
    assert written_at(LISTED, headers) == expected


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (errno.ENOSPC, DiskFull, r"no room for x .*\. Free some space and run the command again\."),
        (errno.EEXIST, FileExists, "x already exists"),
        (errno.EISDIR, TransferError, "a directory has its name"),
        (errno.EACCES, TransferError, "Permission denied"),
    ],
)
def test_what_the_file_system_refuses_is_said(
    number: int, kind: "type[Exception]", text: str
) -> None:
    with pytest.raises(kind, match=text), explained(Path("x")):
        raise OSError(number, os.strerror(number))
