"""Where a download may be put, and what it leaves where it fails."""

import errno
import os
import sys
import time
from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.state import State
from tests.client.conftest import Asked, Reply, Serve
from tests.client.storing import TARGET, Stored, md5, names, serving_object


@pytest.mark.parametrize("path", ["/dev/null", "gone/file"])
def test_a_device_is_not_replaced_and_a_directory_not_invented(tmp_path: Path, path: str) -> None:
    with pytest.raises(s3vend.SettingsError):
        s3vend.download("s3://b/k", tmp_path / path, service=object())  # type: ignore[arg-type]


@pytest.mark.usefixtures("nobody")
def test_a_missing_directory_is_created_when_there_is_something_to_download(
    serve: Serve, tmp_path: Path
) -> None:
    stored, path = Stored([b"a"], etag=md5(b"a")), f"{tmp_path}/new/deep/"
    service = serving_object(stored, serve)
    stored.instead = lambda asked, reply: (404, {}, b"")
    with pytest.raises(s3vend.StorageError):
        s3vend.download(TARGET, path, service=service)
    assert not (tmp_path / "new").exists()
    stored.instead = lambda asked, reply: reply
    for _ in range(2):
        assert s3vend.download(TARGET, path, service=service).path == Path(path) / "report.csv"
    (tmp_path / "any").mkdir()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "any").stat().st_mode
    assert names(tmp_path / "new/deep") == ["report.csv"]


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("length", [255, 256])
def test_a_name_is_as_long_as_the_file_system_takes_it(
    length: int, serve: Serve, tmp_path: Path
) -> None:
    stored = Stored([b"a"], etag=md5(b"a"))
    service, target = serving_object(stored, serve), f"s3://b/in/{'é' * 127}{'x' * (length - 254)}"
    for path in (tmp_path, f"{tmp_path}/new/"):
        if length == 255:
            assert s3vend.download(target, path, service=service).path.read_bytes() == b"a"
        else:
            with pytest.raises(s3vend.S3VendError, match="File name too long"):
                s3vend.download(target, path, service=service)
    reading = [asked for asked in stored.seen if "range" in asked.headers]
    assert len(reading) == (2 if length == 255 else 0)


def refusing(asked: Asked, reply: Reply) -> Reply:
    """S3 answers to the first range alone."""
    first = "range" not in asked.headers or asked.headers["range"].startswith("bytes=0-")
    return reply if first else (404, {}, b"<Error><Code>NoSuchKey</Code></Error>")


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize("saved", [True, False])
def test_a_part_file_stays_only_where_a_later_run_can_find_it(
    saved: bool, serve: Serve, tmp_path: Path
) -> None:
    stored, remarks = Stored([b"a" * 10, b"b" * 10], instead=refusing), list[str]()
    service = serving_object(stored, serve)
    if not saved:
        (tmp_path / "state").write_text("in the way")
    path = tmp_path / "down/file"
    path.parent.mkdir()

    def once() -> "s3vend.Downloaded":
        return s3vend.download(
            TARGET, path, part_size=10, parallel=1, remark=remarks.append, service=service
        )

    with pytest.raises(s3vend.StorageError):
        once()
    assert [name.partition("-")[0] for name in names(path.parent)] == [".s3vend"] * saved
    stored.instead = lambda asked, reply: reply
    assert once().resumed == (10 if saved else 0)
    assert names(path.parent) == ["file"]
    assert sum("cannot be resumed" in said for said in remarks) == (0 if saved else 2)


@pytest.mark.usefixtures("nobody")
def test_ranges_that_may_not_be_on_the_disk_are_read_again(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, path = Stored([b"a" * 10, b"b" * 10], instead=refusing), tmp_path / "file"
    service, remarks = serving_object(stored, serve), list[str]()

    def fsync(fd: int) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "fsync", fsync)

    def once() -> "s3vend.Downloaded":
        return s3vend.download(
            TARGET, path, part_size=10, parallel=1, remark=remarks.append, service=service
        )

    with pytest.raises(s3vend.StorageError):
        once()
    stored.instead = lambda asked, reply: reply
    assert once().resumed == 0
    assert "cannot be asked to write it to the disk" in remarks[-1]


@pytest.mark.usefixtures("nobody")
def test_ranges_go_on_while_the_state_is_saved(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that takes its time to flush holds up nobody, and only what it has is saved."""
    stored = Stored([bytes([number]) * 10 for number in range(8)])
    service, path = serving_object(stored, serve), tmp_path / "file"
    arrived, stalls = set[int](), list[int]()

    def fsync(fd: int) -> None:
        """End when another range has arrived, if one is left to come."""
        del fd
        before = len(arrived)
        for _ in range(500):
            if before in (0, 8) or len(arrived) > before:
                return
            time.sleep(0.01)
        stalls.append(before)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(State, "is_due", lambda self, seconds: True)
    done = s3vend.download(
        TARGET,
        path,
        part_size=10,
        parallel=2,
        service=service,
        progress=lambda done, total: arrived.add(done) if done else None,
    )
    assert done.size == 80
    assert stalls == []


@pytest.mark.skipif(sys.platform != "linux", reason="Linux lists the open files of a process")
@pytest.mark.usefixtures("nobody")
def test_a_file_that_is_complete_is_open_no_longer(serve: Serve, tmp_path: Path) -> None:
    stored, path = Stored([b"a" * 10], etag=md5(b"a" * 10)), tmp_path / "file"
    s3vend.download(TARGET, path, service=serving_object(stored, serve))
    opened = list(Path("/proc/self/fd").iterdir())
    assert path not in [one.readlink() for one in opened if one.is_symlink()]


@pytest.mark.usefixtures("nobody")
def test_what_was_downloaded_is_kept_where_it_may_not_replace_what_appeared(
    serve: Serve, tmp_path: Path
) -> None:
    stored, path = Stored([b"a" * 10], etag=md5(b"a" * 10)), tmp_path / "file"
    service = serving_object(stored, serve)

    def appearing(asked: Asked, reply: Reply) -> Reply:
        path.write_text("another's") if "range" in asked.headers else None
        return reply

    stored.instead = appearing
    with pytest.raises(s3vend.FileExists, match="set overwrite to replace it"):
        s3vend.download(TARGET, path, overwrite=False, service=service)
    assert path.read_text() == "another's"
    assert s3vend.download(TARGET, path, service=service).resumed == 10
    assert path.read_bytes() == b"a" * 10
    assert names(tmp_path) == ["file", "state"]
