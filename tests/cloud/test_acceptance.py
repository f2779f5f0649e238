"""The acceptance run: the demo as its own process, and the run on AWS against a local cloud."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import aws, environments
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import ROOT, Cloud, running
from local.messages import LocalError
from tests.acceptance import account, stack
from tests.acceptance import aws as runs
from tests.acceptance.rows import Row, rows
from tests.acceptance.scene import Ground
from tests.support.pictures import at_a_terminal, is_current

STEPS = {row.step for row in rows() if not row.is_for_aws_alone}
COLUMNS = 120
SECONDS = 1200  # on a machine that is busy with others


@pytest.mark.invariant(14)
def test_the_demo_shows_every_step_as_expected_and_leaves_nothing_running(
    tmp_path: Path, left_running: Callable[..., list[str]]
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    errors = tmp_path / "errors"
    with errors.open("w") as stderr:
        demo, shown = at_a_terminal(
            [sys.executable, "-m", "tests.acceptance", "demo"],
            ROOT,
            {**os.environ, "TMPDIR": str(temporary)},
            columns=COLUMNS,
            stderr=stderr.fileno(),
            seconds=SECONDS,
        )
    said = errors.read_text()
    assert demo.returncode == 0, shown + said
    assert {int(number) for number in re.findall(r"^(\d+) ", said, re.MULTILINE)} == STEPS
    assert "Deploying the stack" in said
    assert "Deploying the stack" not in shown
    is_current("demo", [("make demo", shown)], COLUMNS)
    assert left_running(str(temporary)) == []
    assert list(temporary.iterdir()) == []


# ---- The run on AWS, against a local cloud --------------------------------------------------------


def left(cloud: Cloud) -> list[str]:
    """What is there beside what a new cloud has, by name."""
    found = [one["Name"] for one in aws.s3(cloud, cloud.root).list_buckets()["Buckets"]]
    iam = aws.iam(cloud)
    found += [one["UserName"] for one in iam.list_users()["Users"]]
    found += [one["RoleName"] for one in iam.list_roles()["Roles"]]
    found += [one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]]
    found += aws.dynamodb(cloud).list_tables()["TableNames"]
    functions = aws.functions(cloud)
    found += [one["FunctionName"] for one in functions.list_functions()["Functions"]]
    found += [one["LayerName"] for one in functions.list_layers()["Layers"]]
    logs = Ground.of_cloud(cloud).client("logs")
    found += [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]]
    stacks = aws.cloudformation(cloud).describe_stacks()["Stacks"]
    return found + [one["StackName"] for one in stacks]


@pytest.fixture(scope="module")
def empty() -> Iterator[Cloud]:
    """A cloud in which a run finds nothing, as in an empty account."""
    environments.forget_own()
    with running() as cloud:
        yield cloud


def setting(cloud: Cloud) -> dict[str, str]:
    """The environment of whoever starts a run, with the answer to its question."""
    return {
        **environments.client(cloud.endpoint, cloud.directory, cloud.root),
        "ACCOUNT": ACCOUNT,
    }


@pytest.fixture
def started(empty: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    for name, value in setting(empty).items():
        if name.startswith("AWS_") or name == "ACCOUNT":
            monkeypatch.setenv(name, value)
    return empty


def chosen(*names: str) -> tuple[Row, ...]:
    return tuple(row for row in rows() if row.id in names)


def test_a_run_shows_its_rows_and_removes_everything(
    started: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = left(started)
    some = chosen("vended", "never-lent", "parts", "no-invoke", "deployer-second", "untrusted")
    monkeypatch.setattr(runs, "rows", lambda: some)
    assert runs.run(tmp_path) == 0
    shown = capsys.readouterr()
    assert "6 of 6 as expected" in shown.out
    assert "together" in shown.err
    assert "Everything is removed." in shown.err
    assert left(started) == before


def test_rows_of_a_stack_that_is_not_as_it_should_be_differ(
    started: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The archive is granted to the user, and the role still trusts the user after the update."""
    before = left(started)
    own = stack.document

    def widened(ground: Ground) -> dict[str, Any]:
        made = own(ground)
        made["grants"][0]["scope"] = f"s3://{ground.bucket}/*"
        return made

    monkeypatch.setattr(stack, "document", widened)
    monkeypatch.setattr(stack, "SECOND", {})
    some = chosen("vended", "no-grant", "untrusted")
    monkeypatch.setattr(runs, "rows", lambda: some)
    assert runs.run(tmp_path) == 1
    shown = capsys.readouterr().out
    assert "1 of 3 as expected" in shown
    assert all(f"DIFFERS: {row.title}" in shown for row in some[1:])
    assert left(started) == before


def test_a_run_that_takes_too_long_ends_and_removes_everything(
    started: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = left(started)
    monkeypatch.setattr(runs, "rows", lambda: chosen("vended"))
    monkeypatch.setattr(account, "MINUTES", 3 / 60)  # while it deploys
    assert runs.run(tmp_path) == 1
    assert runs.NOT_RUN in capsys.readouterr().out
    assert left(started) == before


def test_ctrl_c_ends_a_run_and_removes_everything(empty: Cloud) -> None:
    before = left(empty)
    running_ = subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance", "aws"],
        env=setting(empty),
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running_.stderr is not None
    said = ""
    while "Deploying the stack" not in said:
        character = running_.stderr.read(1)
        assert character, said
        said += character
    time.sleep(2)  # amid it
    running_.send_signal(signal.SIGINT)
    while "Removing" not in said:
        said += running_.stderr.read(1)
    running_.send_signal(signal.SIGINT)  # which changes nothing
    said += running_.communicate()[1]
    assert running_.returncode == 130, said
    assert "Everything is removed." in said
    assert left(empty) == before


@pytest.mark.parametrize("answer", ["", "111122223333"])
def test_without_the_right_number_nothing_is_made(
    started: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    before = left(started)
    monkeypatch.setenv("ACCOUNT", answer)
    with pytest.raises(LocalError, match=r"Not confirmed|set ACCOUNT"):
        runs.run(tmp_path)
    assert left(started) == before


def test_only_a_run_can_be_removed(started: Cloud, tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="is not a run"):
        account.here(tmp_path, "s3vend")
