"""Tests that send signals pass, whatever whoever started them ignores."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import ROOT

# What ignores signals and then becomes a command, as `nohup`, cron and a script's `&` do.
DEAF = """
import os, signal, sys
for name in sys.argv[1].split(","):
    signal.signal(getattr(signal, name), signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
# A process of the tests: it is sent the signal, and then says how a child of its own ended by it.
PARENT = """
import os, subprocess, sys, time
from tests.support.running.signals import let_children_hear
number = int(sys.argv[1])
let_children_hear()
os.kill(os.getpid(), number)
# No Python: it ignores SIGPIPE once it has started, which may be before the signal comes.
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
child.send_signal(number)
print(child.wait())
"""
SENT = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM")
# Their exit codes are lost where SIGCHLD is ignored: the kernel does not keep them.
IGNORED = ",".join((*SENT, "SIGPIPE", "SIGCHLD"))

SENDING = (
    "tests/client/cli/objects/test_copy.py::test_ctrl_c_says_how_to_go_on_and_leaves_nothing_half_done",
    "tests/client/cli/use/test_execute.py::test_a_signal_reaches_the_command",
    "tests/client/cli/use/test_execute.py::test_the_exit_code_is_the_command_s_own",
    "tests/client/transfer/test_crew.py::test_an_interruption_does_not_wait_for_a_thread_that_hangs",
    "tests/unit/local/test_processes.py::test_a_group_ends_with_all_its_members",
    "tests/unit/local/test_processes.py::test_a_second_signal_does_not_stop_the_ending",
)


def deaf(ignored: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A program of this interpreter, run to its end by what ignores these signals."""
    return subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", DEAF, ignored, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", [*SENT, "SIGPIPE"])
def test_a_child_hears_a_signal_that_its_parent_goes_on_ignoring(name: str) -> None:
    number = getattr(signal, name)
    ended = deaf(IGNORED, "-c", PARENT, str(int(number)))
    assert (ended.stdout, ended.stderr) == (f"{-number}\n", "")


def test_who_ignores_nothing_is_left_as_it_is() -> None:
    program = """
import signal
from tests.support.running.signals import let_children_hear
before = [signal.getsignal(number) for number in signal.valid_signals()]
let_children_hear()
print(before == [signal.getsignal(number) for number in signal.valid_signals()])
"""
    assert deaf("SIGPIPE", "-c", program).stdout == "True\n"


def test_what_sends_signals_passes_where_all_are_ignored(tmp_path: Path) -> None:
    # With a directory of its own, it does not remove those of earlier runs, which may take minutes.
    own = ("-p", "no:cacheprovider", "--basetemp", str(tmp_path / "own"))
    ended = deaf(IGNORED, "-m", "pytest", "-q", *own, *SENDING)
    assert ended.returncode == 0, ended.stdout
