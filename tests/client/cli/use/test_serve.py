"""`serve`, as a process of its own: what it prints, renews and refuses, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from s3vend import S3VendError, Unreachable
from s3vend.cli.use.serve import keep_fresh
from s3vend.service.credentials import Credentials
from tests.client.cli.use.test_endpoint import vended as vended_until
from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.tokens import token
from tests.client.typed import KEYS, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")
FULL_URI, FILE = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"
SHORT, LONG = 3.0, 900.0  # seconds that credentials are valid
Running = tuple["subprocess.Popen[str]", dict[str, str]]


@contextmanager
def serving(
    served: Served, directory: Path, *more: str, identity: "str | None" = None
) -> Iterator[Running]:
    """A running `serve`, and the variables that it prints as soon as it answers."""
    path = directory / "token-of-the-pod"
    if identity is None:
        path.write_text(token())
    words = ["serve", "s3://b/reports/*", "--port", "0", "--output", "json", *more]
    words += ["--authorization-file", str(directory / "endpoint/token")]
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *words],
        env={**settings, "S3VEND_URL": served.url, "S3VEND_TOKEN_FILE": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        yield running, json.loads(line) if line else {}
    finally:
        running.kill()
        running.communicate()


def credentials(variables: "dict[str, str]") -> "tuple[int, dict[str, str]]":
    headers = {"Authorization": Path(variables[FILE]).read_text()}
    answer = urllib3.request("GET", variables[FULL_URI], headers=headers, retries=False)
    return answer.status, answer.json()


def vended(day: str) -> Credentials:
    return vended_until(f"2099-01-{day}T00:00:00Z")


def second_credentials(variables: "dict[str, str]") -> "tuple[int, str]":
    """The answer that follows the first credentials, which expire soon."""
    for _ in range(400):
        status, members = credentials(variables)
        if (status, members.get("AccessKeyId")) != (200, "ASIA1"):
            return status, members.get("AccessKeyId", members.get("message", ""))
        time.sleep(0.05)
    raise AssertionError("the credentials were not renewed")


def keys(number: int, life: float) -> Reply:
    """Credentials that are told apart by a number and expire after so many seconds."""
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + life))
    vended = {**KEYS["credentials"], "expiration": expiration, "accessKeyId": f"ASIA{number}"}  # type: ignore[dict-item]
    return 200, {}, {**KEYS, "credentials": vended}


def test_it_serves_until_sigterm_and_leaves_no_token_behind(at: Serve, tmp_path: Path) -> None:
    with serving(at(answering({"POST /credentials": KEYS})), tmp_path) as (running, variables):
        assert credentials(variables)[1]["AccessKeyId"] == "ASIAEXAMPLE"
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
        assert not Path(variables[FILE]).exists()
        with pytest.raises(urllib3.exceptions.MaxRetryError):
            urllib3.request("GET", variables[FULL_URI], retries=1)


def test_ctrl_c_ends_it_too(at: Serve, tmp_path: Path) -> None:
    with serving(at(answering({"POST /credentials": KEYS})), tmp_path) as (running, variables):
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130
        assert not Path(variables[FILE]).exists()


def test_sigterm_ends_it_while_it_waits_for_the_service(at: Serve, tmp_path: Path) -> None:
    """As the first process of a container it would otherwise live until it is killed."""

    def slow(asked: Asked) -> Reply:
        running[0].send_signal(signal.SIGTERM)
        time.sleep(5)
        return 200, {}, KEYS

    running: list[subprocess.Popen[str]] = []
    served = at(answering({"POST /credentials": slow}))
    path = tmp_path / "token-of-the-pod"
    path.write_text(token())
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath}
    words = ["serve", "s3://b/k", "--port", "0", "--authorization-file", str(tmp_path / "e/token")]
    started = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *words],
        env={**settings, "S3VEND_URL": served.url, "S3VEND_TOKEN_FILE": str(path)},
        text=True,
    )
    running.append(started)
    try:
        assert started.wait(20) == 0
        assert not (tmp_path / "e").exists()
    finally:
        started.kill()
        started.wait()


def test_sigterm_in_a_request_lets_the_request_have_its_answer(at: Serve, tmp_path: Path) -> None:
    vends: list[int] = []

    def lend(asked: Asked) -> Reply:
        vends.append(len(vends) + 1)
        if len(vends) > 1:
            running.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        return keys(len(vends), SHORT if len(vends) == 1 else LONG)

    with serving(at(answering({"POST /credentials": lend})), tmp_path) as (running, variables):
        assert second_credentials(variables) == (200, "ASIA2")
        assert running.wait(20) == 0


def test_a_refusal_is_said_before_anything_is_served_or_written(at: Serve, tmp_path: Path) -> None:
    denied = problem(403, "AccessDenied", "None of your grants allows READ on s3://b/reports/*.")
    with serving(at(answering({"POST /credentials": denied})), tmp_path) as (running, variables):
        assert (running.wait(20), variables) == (1, {})
        assert not (tmp_path / "endpoint").exists()


def test_a_second_start_on_the_same_port_leaves_the_first_as_it_is(
    at: Serve, tmp_path: Path
) -> None:
    served = at(answering({"POST /credentials": KEYS}))
    with serving(served, tmp_path) as (_, variables):
        port = variables[FULL_URI].rpartition(":")[2].partition("/")[0]
        asked = len(served.asked)
        with serving(served, tmp_path, "--port", port) as (second, none):
            assert (second.wait(20), none) == (2, {})
        assert len(served.asked) == asked
        assert credentials(variables)[0] == 200


def test_the_pod_s_token_is_read_again_when_kubernetes_has_replaced_it(
    at: Serve, tmp_path: Path
) -> None:
    seen: list[str] = []

    def lend(asked: Asked) -> Reply:
        seen.append(asked.headers["authorization"])
        return keys(len(seen), SHORT if len(seen) == 1 else LONG)

    path = tmp_path / "token-of-the-pod"
    first, second = token(exp=time.time() + 30, iat=time.time() - 600), token(jti="another")
    path.write_text(first)
    served = at(answering({"POST /credentials": lend}))
    with serving(served, tmp_path, identity="written") as (_, variables):
        path.write_text(second)
        assert second_credentials(variables) == (200, "ASIA2")
    assert seen == [f"Bearer {first}", f"Bearer {second}"]


def test_a_clock_that_is_hours_ahead_is_said_at_the_start(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"POST /credentials": lambda asked: keys(1, -3600.0)}))
    with serving(served, tmp_path) as (running, _):
        assert running.wait(20) == 3
        assert running.stderr is not None
        assert "Set the clock" in running.stderr.read()


def test_boto3_takes_its_credentials_from_the_two_variables(at: Serve, tmp_path: Path) -> None:
    program = "import boto3; k = boto3.Session().get_credentials(); print(k.method, k.access_key)"
    with serving(at(answering({"POST /credentials": KEYS})), tmp_path) as (_, variables):
        found = subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", program],
            env={"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            check=True,
        )
    assert found.stdout == "container-role ASIAEXAMPLE\n"


class Enough(Exception):
    """The test has seen enough."""


def test_a_renewal_is_said_and_a_failure_is_not_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers: list[object] = [vended("01"), vended("01"), Unreachable("down"), vended("02")]

    def fresh() -> Credentials:
        found = answers.pop(0)
        if isinstance(found, Credentials):
            return found
        assert isinstance(found, S3VendError)
        raise found

    def pause(seconds: float) -> None:
        if not answers:
            raise Enough

    with pytest.raises(Enough):
        keep_fresh(fresh, quiet=False, pause=pause)
    assert capsys.readouterr().err.splitlines() == [
        "s3vend: cannot renew: down",
        "s3vend: renewed; the credentials are valid until 2099-01-02T00:00:00Z",
    ]


@pytest.mark.parametrize("more", [["s3://b/k"], ["--read", "s3://b/k"], ["--duration", "15m"]])
def test_a_probe_takes_nothing_that_it_would_ignore(more: "list[str]", tmp_path: Path) -> None:
    file = str(tmp_path / "token")
    ended = typed("serve", "--probe", "--authorization-file", file, *more)
    assert ended.code == 2
    assert "--probe asks the endpoint that runs; remove TARGET and its options" in ended.err


def test_a_probe_is_ready_while_it_runs_and_not_after(at: Serve, tmp_path: Path) -> None:
    with serving(at(answering({"POST /credentials": KEYS})), tmp_path) as (running, variables):
        port = variables[FULL_URI].rpartition(":")[2].partition("/")[0]
        words: Sequence[str] = (
            *("serve", "--probe", "--port", port),
            *("--authorization-file", variables[FILE]),
        )
        ready = typed(*words)
        assert (ready.code, ready.out) == (
            0,
            "ready; the credentials are valid until 2099-01-01T00:00:00Z\n",
        )
        assert typed(*words, "--output", "json").json["ready"] is True
        running.send_signal(signal.SIGTERM)
        running.wait(20)
        assert typed(*words).code == 4
