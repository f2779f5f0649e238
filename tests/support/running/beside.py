"""`make test`: most cloud tests on the terminal, and all other tests beside them, on two cores.

Each run has a local cloud of its own. A failure beside is named on the terminal at once; the whole
report follows at the end.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from local.cloud import processes
from local.messages import say
from tests.support.running.signals import let_children_hear

ROOT = Path(__file__).parents[3]
LOG = ROOT / ".pytest_cache/beside.log"
CLOUD = "tests/cloud"
BESIDE = {  # of the cloud tests, so that both runs take about as long
    "test_browsers",
    "test_client",
    "test_client_transfers",
    "test_kubernetes",
    "test_local_cloud",
    "test_pipelines",
}
IN_BOTH = {"test_secrets"}  # which looks back at its run
ENDING_SECONDS = 60.0  # for fixtures to end what they started
LOOK_SECONDS = 0.1


def shares(root: Path) -> tuple[list[str], list[str]]:
    """The arguments of both runs; together they run every test."""
    names = {path.stem for path in (root / CLOUD).glob("test_*.py")}
    return [CLOUD, *_ignored(BESIDE)], _ignored(names - BESIDE - IN_BOTH)


def _ignored(names: Iterable[str]) -> list[str]:
    return [f"--ignore={CLOUD}/{name}.py" for name in sorted(names)]


def run(shown: Sequence[str], beside: Sequence[str], log: Path) -> int:
    """Run pytest twice at once, with these arguments, and leave nothing of either running.

    Returns:
        0 if both passed, 1 if not, 128 and more for the signal that ended both.
    """
    came = _signals()
    say("Most cloud tests are shown here; all other tests run beside them.")
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
        [sys.executable, "-m", "pytest", "--durations=25", "--durations-min=5", *arguments],
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
    sys.exit(run(*shares(ROOT), LOG))
