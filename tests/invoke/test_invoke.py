"""Functions in real containers: every event, SAM's own commands, and `make invoke`."""

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from local.cloud import environments, processes
from local.cloud.client import call
from local.cloud.ministack import ROOT, free_port
from local.stack import template
from local.stack.invoke import function_of
from tests.invoke import opened
from tests.invoke.conftest import SECONDS, Kept, Sam
from tests.support import events
from tests.support.running import tree

TEMPLATE = template.read(ROOT / "template.yaml")

type Invoke = Callable[[Path], Any]


@pytest.fixture(scope="module")
def warm(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """Invoke a function through one `sam local start-lambda`, which keeps its containers."""
    port, log = free_port(), tmp_path_factory.mktemp("warm") / "log"
    child = processes.spawn(
        [
            *("sam", "local", "start-lambda", "--port", str(port)),
            *("--template-file", kept.prepared.template, "--env-vars", kept.prepared.variables),
            *("--warm-containers", "LAZY", "--no-watch"),
        ],
        log=log,
        environment=environments.client(kept.cloud.endpoint, kept.cloud.directory, kept.cloud.root),
        directory=ROOT,
    )
    client = boto3.client(
        "lambda",
        region_name=environments.REGION,
        endpoint_url=f"http://127.0.0.1:{port}",
        config=Config(
            signature_version=UNSIGNED, retries={"max_attempts": 0}, read_timeout=SECONDS
        ),
    )

    def invoke(path: Path) -> Any:
        request = json.loads(path.read_text())
        answer = client.invoke(
            FunctionName=function_of(request, TEMPLATE), Payload=json.dumps(request).encode()
        )
        return json.loads(answer["Payload"].read())

    try:
        until_listening(port, child, log)
        yield invoke
    finally:
        processes.end(child.pid, child, patience=120)  # it stops its containers one by one


def until_listening(port: int, child: processes.Child, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            call("GET", f"http://127.0.0.1:{port}/")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(log.read_text())


@pytest.mark.parametrize("path", events.EVENTS, ids=lambda path: path.stem)
def test_an_event_is_answered_and_what_is_vended_opens_s3(
    path: Path, warm: Invoke, kept: Kept
) -> None:
    response = warm(path)
    events.check(path, response)
    opened.check(path.stem, response, kept.cloud)


@pytest.mark.parametrize("path", events.SCHEDULED, ids=lambda path: path.stem)
def test_an_event_of_eventbridge_is_done(path: Path, warm: Invoke) -> None:
    assert warm(path) is None


def test_the_authorizer_raises_what_api_gateway_answers_with_401(warm: Invoke) -> None:
    assert warm(events.REFUSED)["errorMessage"] == "Unauthorized"


@pytest.mark.parametrize("name", ["credentials", "presigned-urls", "reconciliation"])
def test_plain_sam_local_invoke_answers(name: str, sam: Sam, kept: Kept) -> None:
    event = ROOT / f"events/{name}.json"
    ended = sam(
        *("local", "invoke", function_of(json.loads(event.read_text()), TEMPLATE)),
        *("--event", event, "--template-file", kept.prepared.template),
        *("--env-vars", kept.prepared.variables),
    )
    assert ended.returncode == 0, ended.stderr
    response = json.loads(ended.stdout)
    if name == "reconciliation":
        assert response is None
    else:
        events.check(event, response)
        opened.check(name, response, kept.cloud)


@pytest.mark.parametrize(("name", "code"), [("grants", 0), ("authorizer", 1)])
def test_make_invoke_tells_by_its_exit_code(name: str, code: int, kept: Kept) -> None:
    ended = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-m", "local", "invoke", "--directory", str(kept.directory)),
            f"events/{name}.json",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert ended.returncode == code, ended.stderr
    assert json.loads(ended.stdout)
    assert ("failed: it raised Unauthorized" in ended.stderr) is (code == 1)


@pytest.mark.skipif(
    platform.machine() != "x86_64", reason="samconfig.toml names arm64 by hand on an ARM machine"
)
def test_sam_build_and_sam_local_invoke_work_as_they_are_typed(sam: Sam, tmp_path: Path) -> None:
    """Without the local cloud and without AWS: the function runs, and says that it lacks AWS."""
    tree.copy(tmp_path / "project")
    built = sam("build", directory=tmp_path / "project")
    assert built.returncode == 0, built.stderr
    ended = sam(
        *("local", "invoke", "CredentialsFunction", "--event", "events/credentials.json"),
        directory=tmp_path / "project",
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(json.loads(ended.stdout)["body"])["code"] == "Unavailable"
