import os
import stat
from argparse import ArgumentTypeError
from pathlib import Path

import pytest

from local.cloud import files, processes
from local.cloud.client import Credentials
from local.cloud.issuer import Issuer
from local.cloud.ministack import Cloud
from local.commands import port
from local.messages import LocalError
from local.stack import keep
from local.stack.deploy import Stack
from local.stack.seed import Seeded


def cloud(directory: Path, group: int) -> Cloud:
    place = directory / "cloud"
    issuer = Issuer("http://127.0.0.1:4567", place / "issuer")
    return Cloud("http://127.0.0.1:4566", place, Credentials("AKIA", "s"), group, issuer)


def test_the_env_file_holds_exactly_what_programs_need(tmp_path: Path) -> None:
    seeded = Seeded(Credentials("U", "u"), Credentials("A", "a"), Credentials("S", "s"))
    stack = Stack("s3vend", "http://127.0.0.1:4566/restapis/x/v1/_user_request_", {})
    assert keep.dotenv(cloud(tmp_path, 1), stack, seeded).splitlines() == [
        "S3VEND_URL=http://127.0.0.1:4566/restapis/x/v1/_user_request_",
        "AWS_ENDPOINT_URL=http://127.0.0.1:4566",
        "AWS_REGION=ap-northeast-1",
        "AWS_ACCESS_KEY_ID=U",
        "AWS_SECRET_ACCESS_KEY=u",
        "S3VEND_ISSUER=http://127.0.0.1:4567",
        "S3VEND_ADMIN_ACCESS_KEY_ID=A",
        "S3VEND_ADMIN_SECRET_ACCESS_KEY=a",
    ]


def test_keys_are_written_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text("old and longer")
    path.chmod(0o644)
    files.write_secret(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_recorded_process_is_found_again(tmp_path: Path) -> None:
    keep.write_record(tmp_path, cloud(tmp_path, os.getpid()))
    kept = keep.read_record(tmp_path)
    assert kept is not None
    assert kept.cloud == cloud(tmp_path, os.getpid())
    assert keep.lives(kept)


def test_a_later_process_with_the_same_id_is_not_taken_for_it(tmp_path: Path) -> None:
    keep.write_record(tmp_path, cloud(tmp_path, os.getpid()))
    kept = keep.read_record(tmp_path)
    assert kept is not None
    assert not keep.lives(kept._replace(started="1"))


def test_a_later_process_with_the_same_id_is_never_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = processes.spawn(
        ["sleep", "60"], log=tmp_path / "log", environment=os.environ, directory=tmp_path
    )
    try:
        keep.write_record(tmp_path, cloud(tmp_path, child.pid))
        record = tmp_path / keep.RECORD
        process = processes.find(child.pid)
        assert process is not None
        record.write_text(record.read_text().replace(process.started, "1"))
        keep.stop(tmp_path)
        assert child.poll() is None
        assert "ended without `make local-stop`" in capsys.readouterr().err
        assert not record.exists()
    finally:
        processes.end(child.pid, child)


def test_stopping_what_was_never_started_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep.stop(tmp_path / "nowhere")
    keep.stop(tmp_path)
    assert capsys.readouterr().err.count("No local cloud runs here.") == 2


def test_a_cloud_that_is_gone_is_not_recorded(tmp_path: Path) -> None:
    child = processes.spawn(
        ["true"], log=tmp_path / "log", environment=os.environ, directory=tmp_path
    )
    child.wait()
    with pytest.raises(LocalError, match="ended unexpectedly"):
        keep.write_record(tmp_path, cloud(tmp_path, child.pid))
    assert not (tmp_path / keep.RECORD).exists()


@pytest.mark.parametrize("port", [None, 4566])
def test_starting_what_runs_already_says_so_and_leaves_it(
    tmp_path: Path,
    port: int | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("local.cloud.ministack.answers", lambda cloud: True)
    keep.write_record(tmp_path, cloud(tmp_path, os.getpid()))
    before = keep.read_record(tmp_path)
    keep.start(tmp_path, port)
    assert keep.read_record(tmp_path) == before
    told = capsys.readouterr().err
    assert "The local cloud already runs at http://127.0.0.1:4566" in told
    assert f"{tmp_path / keep.ENV}" in told
    assert "make local-stop" in told


@pytest.mark.parametrize(
    ("port", "answers", "said"),
    [
        (4567, True, "already runs at http://127.0.0.1:4566, not on port 4567"),
        (4566, False, "does not answer"),
    ],
)
def test_what_runs_on_another_port_or_does_not_answer_is_no_success(
    tmp_path: Path, port: int, answers: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.cloud.ministack.answers", lambda cloud: answers)
    keep.write_record(tmp_path, cloud(tmp_path, os.getpid()))
    with pytest.raises(LocalError, match=f"{said}(.|\\n)*make local-stop"):
        keep.start(tmp_path, port)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"accessKeyId": "A"}'])
def test_a_damaged_record_is_said_to_be_one_and_stands_in_nobodys_way(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / keep.RECORD).write_text(text)
    assert keep.read_record(tmp_path) is None
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "-1", "65536", "abc", "", "٣", "9" * 5000])
def test_a_port_out_of_range_is_refused_with_the_range(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="1 to 65535"):
        port(text)
    assert port("4566") == 4566
