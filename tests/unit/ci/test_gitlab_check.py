"""The component's check of a merge request, run as GitLab's runner would."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.pipelines.gitlab import JOB_TOKEN, Runner, component, mirrored
from tests.support.pipelines.hosts import GITLAB_TOKEN, Host, git_server, gitlab
from tests.support.pipelines.repositories import PullRequest, pull_request
from tests.unit.ci.test_github_check import FAULTY, FILE, OLD, WIDER

JOB = "s3vend-check"

type Check = Callable[..., tuple[int, Runner]]


@pytest.fixture
def host() -> Iterator[Host]:
    with gitlab() as one:
        yield one


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A server's directory that has this project, and its commit."""
    directory = tmp_path_factory.mktemp("servers")
    return directory, mirrored(directory)


@pytest.fixture
def check(tmp_path: Path, host: Host, mirror: tuple[Path, str]) -> Check:
    """`check(request, inputs…)`: run the job in a merge request."""
    servers, sha = mirror

    def run(request: PullRequest, *, token: str = "", **inputs: str) -> tuple[int, Runner]:
        variables = {
            "CI_API_V4_URL": host.url,
            "CI_COMMIT_SHA": request.merge,
            "CI_COMMIT_REF_NAME": "$(touch hacked)",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": request.base,
            "CI_MERGE_REQUEST_IID": "3",
            "CI_MERGE_REQUEST_PROJECT_ID": "20123456",
            **({"S3VEND_COMMENT_TOKEN": token} if token else {}),
        }
        runner = Runner(tmp_path / "runner", request.repository, servers, variables)
        made = component("s3vend-check", sha, {"project": "example-group/s3vend", **inputs})
        return runner.run(made[inputs.get("job", JOB)]), runner

    return run


def quality(request: PullRequest) -> Any:
    return json.loads((request.repository / "s3vend-code-quality.json").read_text())


def test_who_reaches_more_is_in_the_log_and_without_a_token_nothing_is_asked(
    tmp_path: Path, check: Check, host: Host
) -> None:
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    code, runner = check(request)
    assert code == 0, runner.log
    assert "+ role Analyst can now READ some of s3://hogehoge-bucket/*" in runner.log
    assert quality(request) == []
    assert host.asked == []
    assert JOB_TOKEN not in runner.log


def test_a_comment_is_written_once_and_updated(tmp_path: Path, check: Check, host: Host) -> None:
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    somebody = {"id": 1, "body": "", "author": {"id": 8}}
    host.comments.append(somebody)
    for _ in range(2):
        code, runner = check(request, token=GITLAB_TOKEN)
        assert code == 0, runner.log
    assert host.written() == ["POST"]
    somebody["body"] = host.comments[1]["body"]  # not even with our marker
    host.comments[1]["body"] = host.comments[1]["body"].partition("\n")[0]
    assert check(request, token=GITLAB_TOKEN)[0] == 0
    assert host.written() == ["POST", "PUT"]
    assert "can now READ" in host.comments[1]["body"]
    assert GITLAB_TOKEN not in runner.log


def test_a_fault_fails_the_job_and_is_in_the_report_of_code_quality(
    tmp_path: Path, check: Check
) -> None:
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: FAULTY})
    code, runner = check(request)
    assert code == 1, runner.log
    [found] = quality(request)
    assert found["severity"] == "blocker"
    assert found["location"] == {"path": FILE, "lines": {"begin": 8}}
    assert found["check_name"] == "InvalidRequest"


def test_a_token_that_may_not_comment_fails_nothing(
    tmp_path: Path, check: Check, host: Host
) -> None:
    host.may_comment = False
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    code, runner = check(request, token=GITLAB_TOKEN)
    assert code == 0, runner.log
    assert "no comment: GET /user: Unauthorized (401)" in runner.log


def test_a_report_that_a_commit_has_as_a_link_is_not_followed(tmp_path: Path, check: Check) -> None:
    other = tmp_path / "other"
    other.write_text("as it was")
    request = pull_request(tmp_path / "project", {FILE: OLD}, {"s3vend-code-quality.json": other})
    code, runner = check(request)
    assert code == 0, runner.log
    assert other.read_text() == "as it was"
    assert quality(request) == []


@pytest.mark.parametrize("name", ["files", "setting"])
def test_an_input_is_never_run(tmp_path: Path, check: Check, name: str) -> None:
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    value = "x=$(touch hacked)\"; touch hacked; `touch hacked`; '; touch hacked"
    code, _ = check(request, **{name: value})
    assert code == 1
    assert not [*tmp_path.rglob("hacked")]


def test_a_private_mirror_is_read_with_the_jobs_token_which_is_in_no_command_line(
    tmp_path: Path, mirror: tuple[Path, str]
) -> None:
    servers, sha = mirror
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    with git_server(servers, "gitlab-ci-token", JOB_TOKEN) as url:
        variables = {
            "CI_COMMIT_SHA": request.merge,
            "CI_SERVER_URL": url,
            "GIT_TRACE": "1",  # command lines, also of what git starts
            "GIT_TERMINAL_PROMPT": "0",
        }
        runner = Runner(tmp_path / "runner", request.repository, servers, variables)
        made = component("s3vend-check", sha, {"project": "example-group/s3vend"})
        assert runner.run(made[JOB]) == 0, runner.log
    assert "git-remote-http" in runner.log
    assert JOB_TOKEN not in runner.log
    assert not [one for one in tmp_path.rglob("config") if JOB_TOKEN in one.read_text()]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("", "files names no file: write a path or a pattern, such as vending.yaml"),
        ("grants/*.yaml", "no file of the commit matches 'grants/*.yaml'"),
    ],
)
def test_files_that_are_not_there_fail_the_job(
    files: str, said: str, tmp_path: Path, check: Check
) -> None:
    code, runner = check(pull_request(tmp_path / "project", {FILE: OLD}, {FILE: OLD}), files=files)
    assert code != 0
    assert said in runner.log


def test_a_base_that_is_not_in_the_clone_is_named(tmp_path: Path, check: Check) -> None:
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    code, runner = check(request._replace(base="0" * 40))
    assert code == 1
    assert "set GIT_DEPTH to 0" in runner.log
