"""What a transfer keeps for the next run."""

import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

import s3vend
from s3vend.transfer.state import State, state_file


def test_a_state_is_read_for_the_same_transfer_alone(tmp_path: Path) -> None:
    with State(tmp_path / "deep/state.json") as state:
        assert state.read({}) is None
        state.write({"target": "a", "sent": {}})
        assert state.read({"target": "a"}) == {"version": 1, "target": "a", "sent": {}}
        assert state.read({"target": "b"}) is None
        state.path.write_text("{")
        assert state.read({}) is None
        state.path.write_text('{"version": 2}')
        assert state.read({}) is None
        state.forget()
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with State(path), pytest.raises(s3vend.TransferError, match="Another process"):
        State(path).__enter__()
    with State(path):
        pass


def test_names_of_files_need_not_be_text(tmp_path: Path) -> None:
    assert state_file("upload", "s3://b/k", os.fsdecode(b"/\xff")) != state_file("upload", "/")


def test_a_state_that_cannot_be_saved_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "s3vend").write_text("a file")
    with pytest.raises(s3vend.TransferError, match="Set XDG_STATE_HOME") as refused:
        State(tmp_path / "s3vend/state.json").__enter__()
    assert str(tmp_path / "s3vend") in str(refused.value)


def flock(code: int) -> Callable[[int, int], None]:
    def fail(fd: int, operation: int) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(
    "code", [errno.ENOLCK, errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EPERM]
)
def test_a_file_system_without_locks_keeps_the_state_and_that_is_said(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", flock(code))
    remarks: list[str] = []
    with State(tmp_path / "state.json", remarks.append) as state:
        state.write({"target": "a"})
    with State(tmp_path / "state.json") as state:
        assert state.read({"target": "a"})
    [remark] = remarks
    assert "has no locks" in remark


@pytest.mark.parametrize("code", [errno.EAGAIN, errno.EACCES])
def test_a_lock_that_another_process_has_is_not_taken_for_none(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", flock(code))
    with pytest.raises(s3vend.TransferError, match="Another process"):
        State(tmp_path / "state.json").__enter__()


def test_a_lock_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", flock(errno.EIO))
    with pytest.raises(s3vend.TransferError, match="Cannot save the state"):
        State(tmp_path / "state.json").__enter__()
