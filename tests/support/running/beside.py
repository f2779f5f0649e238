"""`make test`: the cloud tests on the terminal, and beside them the tests that need no local cloud.

A failure beside is named on the terminal at once; the whole report follows at the end.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from local.cloud import processes
from local.messages import say
from tests.support.running.signals import let_children_hear

LOG = Path(__file__).parents[3] / ".pytest_cache/beside.log"
SHOWN, BESIDE = ("tests/cloud",), ("--ignore=tests/cloud",)
ENDING_SECONDS = 60.0  # for fixtures to end what they started
LOOK_SECONDS = 0.1


def run(shown: Sequence[str], beside: Sequence[str], log: Path) -> int:
    """Run pytest twice at once, with these arguments, and leave nothing of either running.

    Returns:
        0 if both passed, 1 if not, 128 and more for the signal that ended both.
    """
    came = _signals()
    say("The tests that need no local cloud run beside the cloud tests, which are shown.")
    say("A failure beside is named at once; the report of all follows at the end.")
    log.parent.mkdir(exist_ok=True)
    runs: dict[str, processes.Child] = {}
    try:
        with log.open("wb") as report:
            runs["cloud tests"] = _pytest(shown, None)
            runs["tests beside"] = _pytest(["-p", "tests.support.running.at_once", *beside], report)
        _wait(runs, came)
    finally:
        for child in runs.values():
            processes.end(child.pid, child)
    sys.stdout.write(log.read_text(encoding="utf-8", errors="replace"))
    sys.stdout.flush()
    return 128 + came[0] if came else int(any(child.returncode for child in runs.values()))


def _signals() -> list[int]:
    """The signals that come and ask for the end; those that were ignored stay ignored."""
    came: list[int] = []
    for number in processes.SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: came.append(number))
    let_children_hear()
    return came


def _pytest(arguments: Sequence[str], report: IO[bytes] | None) -> processes.Child:
    # In a session of its own: Ctrl-C reaches it once, by `_wait`, and its fixtures clean up.
    return subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "pytest", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=report,
        start_new_session=True,
    )


def _wait(runs: dict[str, processes.Child], came: Sequence[int]) -> None:
    """Until all have ended, or do not end although they were interrupted."""
    living, deadline = dict(runs), None
    while living and (deadline is None or time.monotonic() < deadline):
        time.sleep(LOOK_SECONDS)
        for name, child in list(living.items()):
            if child.poll() is not None:
                del living[name]
                if child.returncode:
                    say(f"\nThe {name} ended with exit code {child.returncode}.")
        if came and deadline is None:
            say("\nInterrupted: the tests end what they started.")
            deadline = time.monotonic() + ENDING_SECONDS
            for child in living.values():
                child.send_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(run(SHOWN, BESIDE, LOG))
