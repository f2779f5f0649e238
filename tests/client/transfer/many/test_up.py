"""One file of many on its way up."""

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import s3vend
from s3vend.errors import FileChanged, TransferError, Unreachable
from s3vend.http.lanes.request import Request
from s3vend.http.wire import Answer
from s3vend.presigning.urls import Url
from s3vend.transfer.many import up
from s3vend.transfer.many.jobs import Job
from s3vend.transfer.storage import driven
from s3vend.tree.found import LocalFile, stamp_of
from tests.client.tokens import token


def file(path: Path) -> LocalFile:
    status = path.stat()
    return LocalFile(path.name, path, status.st_size, status.st_mtime_ns, stamp_of(status))


@pytest.mark.parametrize("size", [0, 1, 4096, 3_000_000])
def test_a_file_is_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * size)
    assert up._content(file(tmp_path / "a")) == b"x" * size  # noqa: SLF001


def test_a_file_that_was_written_since_it_was_found_goes_as_it_is_now(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = file(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"longer")
    assert up._content(found) == b"longer"  # noqa: SLF001


def test_a_file_that_another_one_or_a_link_replaced_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir/a").write_bytes(b"x")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/a").write_bytes(b"secret")
    found = file(tmp_path / "dir/a")
    (tmp_path / "dir").rename(tmp_path / "away")
    (tmp_path / "dir").symlink_to("secrets")
    with pytest.raises(FileChanged, match="was replaced after it was found"):
        up._content(found)  # noqa: SLF001
    way = up.Up("s3://b/p/", s3vend.connect(url="https://vend.example.com", token=token()))
    with pytest.raises(FileChanged, match="was replaced after it was found"):
        way.large(Job("a", found.size, found))


def test_a_file_that_is_being_written_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, read = tmp_path / "a", up._read  # noqa: SLF001
    path.write_bytes(b"x" * 100)

    def while_written(fd: int, size: int) -> bytes:
        data = read(fd, size)
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 1))
        return data

    monkeypatch.setattr(up, "_read", while_written)
    with pytest.raises(FileChanged, match="is being written"):
        up._content(file(path))  # noqa: SLF001


def test_a_file_that_vanished_or_became_something_else_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found = file(tmp_path / "a")
    (tmp_path / "a").unlink()
    with pytest.raises(TransferError, match="cannot be read: No such file"):
        up._content(found)  # noqa: SLF001
    os.mkfifo(tmp_path / "a")
    with pytest.raises(TransferError, match="no longer a file"):
        up._content(found)  # noqa: SLF001


@pytest.mark.parametrize(
    ("first", "told"),
    [(Unreachable("gone"), "answer about s3://b/p/a was lost"), (None, None)],
    ids=["the first answer was lost", "another object was there"],
)
def test_an_object_that_may_be_this_file_is_not_taken_for_another(
    tmp_path: Path, first: "Unreachable | None", told: "str | None"
) -> None:
    (tmp_path / "a").write_bytes(b"x")
    found, outcomes = file(tmp_path / "a"), [first] if first else []
    service = s3vend.connect(url="https://vend.example.com", token=token())
    way = up.Up("s3://b/p/", service, existing="skip")
    steps = way.small(Job("a", 1, found), Signed("https://s3.example.com/p/a"))

    def send(asked: Request) -> Answer:
        assert (asked.method, asked.body) == ("PUT", b"x")
        if outcomes:
            raise outcomes.pop()
        return Answer(412, {}, b"")

    if told is None:
        assert driven(steps, send).reason == "s3://b/p/a already exists"
    else:
        with pytest.raises(TransferError, match=told):
            driven(steps, send)


class Signed:
    """A URL that can be used for long."""

    def __init__(self, url: str) -> None:
        self.url = Url("PUT", url, {}, datetime.now(timezone.utc) + timedelta(hours=1))

    def renew(self) -> Url:
        return self.url


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/b.csv", "text/csv"),
        ("a/b.v1.2.csv.gz", "application/gzip"),
        ("a.csv/b", None),
        (".csv", None),
        ("b.", None),
    ],
)
def test_the_type_comes_from_the_ending(name: str, kind: "str | None") -> None:
    assert up._type_of(up._ending(name), None) == kind  # noqa: SLF001


def test_the_time_is_written_as_rclone_writes_it() -> None:
    assert up._seconds(1_600_000_000_000_000_001) == "1600000000.000000001"  # noqa: SLF001
