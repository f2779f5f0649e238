"""`make test` runs pytest twice at once: what it tells, and when, how it ends, and what is left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.cloud import processes
from tests.support.pages import ROOT
from tests.support.running.beside import BESIDE, IN_BOTH, shares

PROGRAM = """
import signal, sys
from pathlib import Path
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
from tests.support.running.beside import run
common = ("-q", "-p", "no:cacheprovider", "--rootdir", ".")
sys.exit(run([*common, "shown.py"], [*common, "beside.py"], Path("beside.log")))
"""
PASSES = "def test_it(): pass\n"
FAILS = "def test_it(): assert not 'a reason'\n"
UNREADABLE = "import nowhere\n"
KILLED = "import os\ndef test_it(): os.kill(os.getpid(), 9)\n"
# Until the file `go` is there; its child is in a session of its own, and it alone can end it.
WAITS = """
import pathlib, subprocess, sys, time, pytest

@pytest.fixture
def child():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    pathlib.Path(__file__).with_suffix(".pid").write_text(str(child.pid))
    yield
    time.sleep(0.5)
    child.kill()
    child.wait()

def test_that_waits(child):
    for _ in range(3000):
        if pathlib.Path("go").exists():
            return
        time.sleep(0.02)
    raise AssertionError("nobody said go")
"""
QUICK = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
SECONDS = 60  # on a busy machine

type Start = Callable[..., processes.Child]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(shown, beside, ignored, …)`: two files of tests; what is told is in `terminal`."""
    started = []

    def begin(shown: str, beside: str, *ignored: str) -> processes.Child:
        (tmp_path / "shown.py").write_text(shown)
        (tmp_path / "beside.py").write_text(beside)
        child = processes.spawn(
            [sys.executable, "-c", PROGRAM, *ignored],
            log=tmp_path / "terminal",
            environment={**os.environ, **QUICK, "PYTHONPATH": str(ROOT)},
            directory=tmp_path,
        )
        started.append(child)
        return child

    yield begin
    for child in started:
        if child.poll() is None:  # it is to end what it started
            child.terminate()
            child.wait(SECONDS)


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_file_of_tests_is_in_one_of_both_runs() -> None:
    here = {f"tests/cloud/{path.name}" for path in (ROOT / "tests/cloud").glob("test_*.py")}
    (cloud, *left_out), ignored = shares(ROOT)
    shown, beside = (
        here - {one.removeprefix("--ignore=") for one in share} for share in (left_out, ignored)
    )
    assert cloud == "tests/cloud"
    assert shown | beside == here
    assert shown & beside == {f"tests/cloud/{name}.py" for name in IN_BOTH}
    assert {f"tests/cloud/{name}.py" for name in BESIDE} < beside


@pytest.mark.parametrize(
    ("beside", "named"),
    [
        (FAILS, "\nFAILED beside.py::test_it\n"),
        (UNREADABLE, "\nFAILED beside.py\n"),
        (KILLED, "\nThe tests beside ended with exit code -9.\n"),
    ],
    ids=["a test fails", "a file cannot be read", "pytest is killed"],
)
def test_a_failure_beside_is_named_at_once(
    start: Start, tmp_path: Path, beside: str, named: str
) -> None:
    child = start(WAITS, beside)
    wait_for(lambda: named in (tmp_path / "terminal").read_text())
    assert child.poll() is None
    (tmp_path / "go").touch()
    assert child.wait(SECONDS) == 1
    told = (tmp_path / "terminal").read_text()
    assert told.index(named) < told.index("1 passed")
    assert told.endswith((tmp_path / "beside.log").read_text())


@pytest.mark.parametrize(
    ("shown", "beside", "code"),
    [
        (PASSES, PASSES, 0),
        (FAILS, PASSES, 1),
        (PASSES, FAILS, 1),
        (KILLED, PASSES, 1),
        ("", PASSES, 1),
        (PASSES, "", 1),
    ],
    ids=["both pass", "shown", "beside", "shown is killed", "none shown", "none beside"],
)
def test_the_exit_code_is_0_only_where_both_have_passed(
    start: Start, shown: str, beside: str, code: int
) -> None:
    assert start(shown, beside).wait(SECONDS) == code


@pytest.mark.parametrize("ignored", [(), ("SIGINT",)], ids=["at a terminal", "SIGINT is ignored"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_ends_both_and_what_they_started(
    start: Start, tmp_path: Path, number: signal.Signals, ignored: tuple[str, ...]
) -> None:
    pids = [tmp_path / "shown.pid", tmp_path / "beside.pid"]
    child = start(WAITS, WAITS, *ignored)
    wait_for(lambda: all(path.exists() and path.read_text() for path in pids))
    child.send_signal(number)
    if number.name in ignored:
        time.sleep(0.5)
        assert child.poll() is None
        (tmp_path / "go").touch()
        assert child.wait(SECONDS) == 0
    else:
        time.sleep(0.3)  # so that the second one comes while what the first one ended is cleaned up
        child.send_signal(number)
        assert child.wait(SECONDS) == 128 + number
        assert "Interrupted" in (tmp_path / "terminal").read_text()
    assert [processes.find(int(path.read_text())) for path in pids] == [None, None]


def test_make_test_is_what_is_tested_here() -> None:
    recipe = subprocess.check_output(["make", "-n", "test"], cwd=ROOT, text=True)  # noqa: S607 - make
    assert any(
        line.endswith("python -m tests.support.running.beside") for line in recipe.splitlines()
    )
