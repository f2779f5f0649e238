"""Whether a file has the content of an object, by its ETag."""

from datetime import datetime, timezone
from hashlib import md5
from pathlib import Path

import pytest

from s3vend.copying.planning.content import MIB, Content
from s3vend.errors import TransferError
from s3vend.listing.entries import Listed
from s3vend.tree.found import LocalFile

DATA = bytes(range(256)) * 4096 * 20  # 20 MiB


def digest(data: bytes) -> bytes:
    return md5(data).digest()  # noqa: S324 - as S3 does


def etag_of_parts(data: bytes, size: int) -> str:
    parts = [digest(data[at : at + size]) for at in range(0, len(data), size)]
    return f'"{digest(b"".join(parts)).hex()}-{len(parts)}"'


def listed(etag: str, size: int = len(DATA)) -> Listed:
    return Listed("s3://b/k", "k", size, datetime.now(timezone.utc), etag, "STANDARD")


@pytest.fixture
def file(tmp_path: Path) -> LocalFile:
    (tmp_path / "k").write_bytes(DATA)
    return LocalFile("k", tmp_path / "k", len(DATA), 0, ())


@pytest.mark.parametrize(
    "etag",
    [
        f'"{digest(DATA).hex()}"',
        digest(DATA).hex(),
        *(etag_of_parts(DATA, size * MIB) for size in (5, 8, 16, 20)),
        etag_of_parts(DATA, 7 * MIB),  # which nobody uses, but is what three even parts have
    ],
)
def test_an_equal_etag_proves_equal_content(file: LocalFile, etag: str) -> None:
    remarks: list[str] = []
    assert not Content(remarks.append).differs(file, listed(etag))
    assert remarks == []


@pytest.mark.parametrize(
    ("etag", "size", "says"),
    [
        (f'"{digest(b"x").hex()}"', len(DATA), ""),
        (f'"{digest(DATA).hex()}"', len(DATA) + 1, ""),
        ('"an-etag"', len(DATA), "its ETag is not an MD5"),
        (etag_of_parts(DATA, 6 * MIB + 1), len(DATA), "it has 4 parts"),
    ],
)
def test_what_differs_or_cannot_be_known_is_copied(
    file: LocalFile, etag: str, size: int, says: str
) -> None:
    remarks: list[str] = []
    content = Content(remarks.append)
    assert content.differs(file, listed(etag, size))
    assert content.differs(file, listed(etag, size))
    assert len(remarks) == bool(says)
    assert says in "".join(remarks)


def test_an_empty_file_has_a_content_too(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(b"")
    empty = LocalFile("k", tmp_path / "k", 0, 0, ())
    assert not Content(bool).differs(empty, listed(digest(b"").hex(), 0))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    gone = LocalFile("k", tmp_path / "k", 1, 0, ())
    with pytest.raises(TransferError, match="cannot be read"):
        Content(bool).differs(gone, listed(digest(b"").hex(), 1))
