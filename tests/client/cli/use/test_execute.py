"""`exec`: the endpoint that only the command may ask, its environment, signals and exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import urllib3

from s3vend import AccessDenied, Problem, S3VendError, Unreachable
from s3vend.cli.use import child
from s3vend.cli.use.loopback import lending
from s3vend.service.credentials import parsed
from tests.client.conftest import Serve
from tests.client.typed import KEYS, answering, typed

pytestmark = pytest.mark.usefixtures("nobody")
PYTHON = sys.executable
LENT = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "secret/with+signs",
    "Token": "token'with\"quotes",
    "Expiration": "2099-01-01T00:00:00Z",
}


OTHER_WAYS = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    "S3VEND_TOKEN",
)


def ask(url: str, **headers: str) -> "tuple[int, dict[str, str]]":
    answer = urllib3.request("GET", url, headers=headers, retries=False)
    return answer.status, answer.json()


def test_whoever_has_the_token_gets_what_the_sdks_read() -> None:
    with lending(lambda: parsed(KEYS)) as endpoint:
        assert endpoint.url.startswith("http://127.0.0.1:")
        assert ask(endpoint.url, Authorization=endpoint.token) == (200, LENT)
        assert endpoint.token not in repr(endpoint)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"token": ""},
        {"token": "another"},
        {"token": "Bearer {token}"},
        {"token": "ö"},
        {"path": "/"},
        {"path": "/../x"},
    ],
)
def test_nobody_else_does(wrong: "dict[str, str]") -> None:
    with lending(lambda: parsed(KEYS)) as endpoint:
        root = endpoint.url[: endpoint.url.rindex("/")]
        url = root + wrong["path"] if "path" in wrong else endpoint.url
        token = wrong.get("token", endpoint.token if "path" in wrong else None)
        headers = {} if token is None else {"Authorization": token.format(token=endpoint.token)}
        status, said = ask(url, **headers)
        assert (status, said["code"]) == (403, "AccessDenied")
        for method in ("POST", "PUT", "HEAD"):
            known = {"Authorization": endpoint.token}
            answer = urllib3.request(method, endpoint.url, headers=known, retries=False)
            assert answer.status == 501


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Unreachable("the service could not be reached"), 503),
        (AccessDenied("POST /x", Problem(403, "AccessDenied", "No.", None, ())), 403),
    ],
)
def test_a_renewal_that_fails_is_told_to_the_sdk_and_to_stderr(
    error: S3VendError, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise error

    with lending(fails) as endpoint:  # type: ignore[arg-type]
        assert ask(endpoint.url, Authorization=endpoint.token)[0] == status
    assert "s3vend: the credentials could not be renewed" in capsys.readouterr().err


def test_the_command_has_one_way_to_credentials_and_no_other() -> None:
    own = dict.fromkeys(OTHER_WAYS, "x") | {"HOME": "/h", "AWS_CONFIG_FILE": "/mine"}
    endpoint = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "u"}
    assert child.environment(own, endpoint, "eu-west-1", keep_config=False) == {
        "HOME": "/h",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "u",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    kept = child.environment(own, endpoint, "eu-west-1", keep_config=True)
    assert kept["AWS_CONFIG_FILE"] == "/mine"


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
        env={**settings, "S3VEND_URL": served.url, "S3VEND_TOKEN": "a.b.c"},
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
