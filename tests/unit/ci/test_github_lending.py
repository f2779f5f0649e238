"""The action where it lends: what it hands on, and what it says before it asks the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pipelines.github import REPOSITORY, Job
from tests.support.pipelines.hosts import Host, github

TARGET = "s3://hogehoge-bucket/reports/*"
URL = "https://vend.example.com/v1"


@pytest.fixture
def host() -> Iterator[Host]:
    with github({}) as one:
        yield one


def test_a_job_without_the_permission_is_told_which_one_it_lacks(
    tmp_path: Path, host: Host
) -> None:
    job = Job(tmp_path / "runner", tmp_path, host, token=False)
    assert job.act(url=URL, read=TARGET) == 1
    [error] = [one for one in job.commands if one.startswith("error")]
    assert "permissions:%0A  id-token: write%0A  contents: read" in error


@pytest.mark.parametrize("head", [None, {"full_name": "mallory/app"}])
def test_a_fork_is_told_that_no_permission_helps(
    tmp_path: Path, host: Host, head: dict[str, str] | None
) -> None:
    event = {"pull_request": {"head": {"repo": head}}}
    job = Job(tmp_path / "runner", tmp_path, host, "pull_request", event, token=False)
    assert job.act(url=URL, read=TARGET) == 1
    assert "no token to a pull request from a fork" in job.log
    assert "permissions:%0A" not in job.log


def test_a_branch_of_the_repository_is_no_fork(tmp_path: Path, host: Host) -> None:
    event = {"pull_request": {"head": {"repo": {"full_name": REPOSITORY}}}}
    job = Job(tmp_path / "runner", tmp_path, host, "pull_request", event, token=False)
    assert job.act(url=URL, read=TARGET) == 1
    assert "GitHub gives this job no token" in job.log


def test_without_targets_later_steps_get_the_address_and_the_command(
    tmp_path: Path, host: Host
) -> None:
    job = Job(tmp_path / "runner", tmp_path, host)
    before = {*job.environment}
    assert job.act(url=URL, audience="https://vend.example.com") == 0, job.log
    assert {*job.environment} - before == {"S3VEND_URL", "S3VEND_AUDIENCE"}
    code, _ = job.step("command -v s3vend", {})
    assert code == 0
    assert host.asked == []


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"url": URL, "run": "true"}, "run needs targets: set read, write or readwrite"),
        (
            {"url": URL, "read": TARGET, "against": "x"},
            "against has no effect here: it needs check",
        ),
        ({"url": URL, "read": TARGET, "setting": "Account=1"}, "it needs check, which is not set"),
        ({"url": URL, "duration": "15m"}, "it needs read, write or readwrite, which is not set"),
        ({"read": TARGET}, "set url, or the variable S3VEND_URL"),
        ({"url": "http://vend.example.com/v1", "read": TARGET}, "https"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_asked(
    tmp_path: Path, host: Host, inputs: dict[str, str], said: str
) -> None:
    job = Job(tmp_path / "runner", tmp_path, host)
    assert job.act(**inputs) != 0
    assert said in job.log
    assert host.asked == []


@pytest.mark.parametrize("name", ["url", "audience", "read", "duration", "run"])
def test_an_input_is_never_run(tmp_path: Path, host: Host, name: str) -> None:
    value = "x$(touch hacked)\"; touch hacked; '; touch hacked; `touch hacked`"
    given = {"url": "https://127.0.0.1:9/v1", "read": TARGET, name: value}
    job = Job(tmp_path / "runner", tmp_path, host, more={"S3VEND_RETRIES": "0"}, token=False)
    assert job.act(**given) == 1
    job.environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = "http://127.0.0.1:9/token?a=b"
    job.environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "x"
    assert job.act(**given) != 0
    assert not [*tmp_path.rglob("hacked")]


def test_a_value_with_lines_makes_no_variable_of_its_own(tmp_path: Path, host: Host) -> None:
    job = Job(tmp_path / "runner", tmp_path, host)
    value = "https://vend.example.com\nLD_PRELOAD=x\nEOF\nNODE_OPTIONS<<EOF"
    assert job.act(url=URL, audience=value) == 0
    assert job.environment["S3VEND_AUDIENCE"] == value
    assert not {"LD_PRELOAD", "NODE_OPTIONS"} & {*job.environment}
