"""Transfers whose state cannot be saved."""

from pathlib import Path

import pytest

from s3vend.files.directory import Directory
from s3vend.transfer.resuming import CANNOT_RESUME, saved_if_possible


def test_a_disk_that_is_full_for_a_while_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remarks: list[str] = []
    with saved_if_possible(tmp_path / "state.json", remarks.append) as state:
        with monkeypatch.context() as full:
            full.setattr(Directory, "write", no_room)
            state.write({})
            state.write({})
            assert not state.resumable
        state.write({"target": "a"})
        assert state.resumable
    [remark] = remarks
    assert remark.endswith(f"No space left on device. {CANNOT_RESUME}")


def no_room(*given: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_directory_that_cannot_be_made_is_said_and_the_transfer_goes_on(tmp_path: Path) -> None:
    (tmp_path / "s3vend").write_text("in the way")
    remarks: list[str] = []
    with saved_if_possible(tmp_path / "s3vend/state.json", remarks.append) as state:
        state.write({"target": "a"})
        assert state.read({}) is None
        assert not state.resumable
        assert not state.is_due(0)
        state.forget()
    assert CANNOT_RESUME in remarks[0]
