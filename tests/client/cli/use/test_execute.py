"""`exec`: its command, signals and exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.client.conftest import Serve
from tests.client.typed import KEYS, TOKEN, answering, typed

pytestmark = pytest.mark.usefixtures("nobody")
PYTHON = sys.executable


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ([PYTHON, "-c", "raise SystemExit(0)"], 0),
        ([PYTHON, "-c", "raise SystemExit(7)"], 7),
        ([PYTHON, "-c", "import os; os.kill(os.getpid(), 9)"], 137),
        (["/no/such/command"], 127),
        (["/"], 126),
    ],
)
def test_the_exit_code_is_the_command_s_own(command: "list[str]", code: int, at: Serve) -> None:
    at(answering({"POST /credentials": KEYS}))
    assert typed("exec", "s3://b/reports/*", "--", *command).code == code


def test_what_stands_behind_the_dashes_is_left_as_it_is(
    at: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    at(answering({"POST /credentials": KEYS}))
    shown = "import sys; print(sys.argv[1:])"
    assert typed("exec", "s3://b/k", "--", PYTHON, "-c", shown, "--output", "--", "-p").code == 0
    assert capfd.readouterr().out == "['--output', '--', '-p']\n"


def test_a_refusal_is_said_before_the_command_begins(at: Serve, tmp_path: Path) -> None:
    at(answering({}))
    mark = tmp_path / "begun"
    ended = typed("exec", "s3://b/k", "--", "touch", str(mark))
    assert (ended.code, mark.exists()) == (1, False)


WAITING = """
import os, signal, sys
wanted = getattr(signal, sys.argv[1])
signal.pthread_sigmask(signal.SIG_BLOCK, [wanted])
print("ready", "ASIA" in str(os.environ), os.getppid(), flush=True)
print(signal.Signals(signal.sigwait([wanted])).name, flush=True)
sys.exit(40)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGQUIT"])
def test_a_signal_reaches_the_command(name: str, at: Serve) -> None:
    served = at(answering({"POST /credentials": KEYS}))
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [PYTHON, "-m", "s3vend.cli", "exec", "s3://b/k", "--", PYTHON, "-c", WAITING, name],
        env={**settings, "S3VEND_URL": served.url, "S3VEND_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # no terminal, and nobody else is told
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == f"ready False {running.pid}\n"
        running.send_signal(getattr(signal, name))
        assert running.communicate(timeout=20)[0] == f"{name}\n"
        assert running.returncode == 40
    finally:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # the command too, if it was not told
        running.communicate()


def test_an_sdk_finds_the_credentials_and_asks_again_before_they_end(
    at: Serve, tmp_path: Path
) -> None:
    ends = []

    def lend(asked: object) -> object:
        ends.append(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 5)))
        keys = {**KEYS["credentials"], "expiration": ends[-1], "accessKeyId": f"ASIA{len(ends)}"}  # type: ignore[dict-item]
        return 200, {}, {**KEYS, "credentials": keys}

    at(answering({"POST /credentials": lend}))
    seen = tmp_path / "seen"
    program = (
        "import boto3, json, sys, time\n"
        "keys = boto3.Session().get_credentials()\n"
        "seen = []\n"
        "while len({key for key, _ in seen}) < 2 and len(seen) < 300:\n"
        "    seen.append([keys.get_frozen_credentials().access_key, keys.method])\n"
        "    time.sleep(0.1)\n"
        "open(sys.argv[1], 'w').write(json.dumps(seen))\n"
    )
    assert typed("exec", "s3://b/k", "--", PYTHON, "-c", program, str(seen)).code == 0
    found = json.loads(seen.read_text())
    assert {method for _, method in found} == {"container-role"}
    assert len({key for key, _ in found}) == 2
