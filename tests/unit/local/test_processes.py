import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.cloud import processes


def members(group: int) -> list[int]:
    return [process.pid for process in processes.living() if process.group == group]


def spawn(script: str, directory: Path) -> processes.Child:
    return processes.spawn(
        ["bash", "-c", script], log=directory / "log", environment=os.environ, directory=directory
    )


def wait_for(text: str, log: Path) -> None:
    deadline = time.monotonic() + 10
    while text not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_group_ends_with_all_its_members(tmp_path: Path) -> None:
    child = spawn("sleep 60 & sleep 60 & echo ready; wait", tmp_path)
    wait_for("ready", tmp_path / "log")
    assert len(members(child.pid)) == 3
    processes.end(child.pid, child)
    assert members(child.pid) == []
    assert child.returncode == -signal.SIGTERM


def test_who_does_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    child = spawn("trap '' TERM; echo ready; while true; do sleep 0.05; done", tmp_path)
    wait_for("ready", tmp_path / "log")
    processes.end(child.pid, child, patience=0.3)
    assert members(child.pid) == []
    assert child.returncode == -signal.SIGKILL


def test_ending_what_has_ended_is_no_fault(tmp_path: Path) -> None:
    child = spawn("true", tmp_path)
    child.wait()
    processes.end(child.pid, child)


def test_a_command_runs_to_its_end_and_writes_its_log(tmp_path: Path) -> None:
    code = processes.run(
        ["bash", "-c", "echo out; echo fault >&2; exit 3"],
        log=tmp_path / "log",
        environment=os.environ,
        directory=tmp_path,
    )
    assert code == 3
    assert (tmp_path / "log").read_text() == "out\nfault\n"


def test_nothing_of_a_command_outlives_its_interruption(tmp_path: Path) -> None:
    script = f"echo $$; sleep 60 & kill -TERM {os.getpid()}; wait"
    with pytest.raises(KeyboardInterrupt, match="SIGTERM"), processes.interruptible():
        processes.run(
            ["bash", "-c", script],
            log=tmp_path / "log",
            environment=os.environ,
            directory=tmp_path,
        )
    assert members(int((tmp_path / "log").read_text())) == []


def test_a_signal_waits_for_the_end_of_an_undisturbed_block() -> None:
    seen = []

    def work() -> None:
        with processes.undisturbed():
            os.kill(os.getpid(), signal.SIGTERM)
            seen.append("inside")
        seen.append("after")

    with pytest.raises(KeyboardInterrupt, match="SIGTERM"), processes.interruptible():
        work()
    assert seen == ["inside"]


def test_a_second_signal_does_not_stop_the_ending() -> None:
    ended = []

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            ended.append("in order")

    with pytest.raises(KeyboardInterrupt, match="SIGINT"), processes.interruptible():
        work()
    assert ended == ["in order"]


def test_signals_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in processes.SIGNALS]
    with processes.interruptible():
        assert [signal.getsignal(number) for number in processes.SIGNALS] != before
    assert [signal.getsignal(number) for number in processes.SIGNALS] == before


def test_a_process_is_told_from_a_later_one_by_its_start() -> None:
    mine = processes.find(os.getpid())
    program = [sys.executable, "-c", "input()"]
    with subprocess.Popen(program, stdin=subprocess.PIPE) as child:  # noqa: S603 - our own
        later = processes.find(child.pid)
    assert mine is not None
    assert later is not None
    assert mine.started != later.started
