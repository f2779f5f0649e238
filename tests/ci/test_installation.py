"""The action, the component and the hook install s3vend as they would for others, from an index."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import s3vend
from tests.support.pages import ROOT
from tests.support.pipelines.github import Job
from tests.support.pipelines.gitlab import Runner, component, mirrored
from tests.support.pipelines.hosts import Host, github
from tests.support.pipelines.repositories import git, pull_request
from tests.unit.ci.test_github_check import FAULTY, FILE, OLD, WIDER, of

PRE_COMMIT = ROOT / ".venv-ci/bin/pre-commit"


@pytest.fixture
def host() -> Iterator[Host]:
    with github({}) as one:
        yield one


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A server's directory that has this project, and its commit."""
    directory = tmp_path_factory.mktemp("servers")
    return directory, mirrored(directory)


def test_the_action_installs_the_command_alone_and_once(tmp_path: Path, host: Host) -> None:
    request = pull_request(tmp_path / "repository", {FILE: OLD}, {FILE: WIDER})
    job = of(request, tmp_path / "runner", host, install=True)
    assert job.act(check=FILE) == 0, job.log
    assert job.outputs["gained"] == "1"
    code, _ = job.step("s3vend version; command -v s3vend", {})
    assert code == 0
    assert re.search(rf"^client +{re.escape(s3vend.__version__)}$", job.log, re.MULTILINE)
    [commands] = job.temp.glob("*/commands")
    assert [one.name for one in commands.iterdir()] == ["s3vend"]
    made = commands.stat().st_ctime_ns
    assert job.act(check=FILE) == 0
    assert commands.stat().st_ctime_ns == made


def test_an_index_that_fails_is_an_error_of_the_step(tmp_path: Path, host: Host) -> None:
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}  # fmt: skip
    job = Job(tmp_path / "runner", tmp_path, host, install=True, more=unreachable)
    assert job.act() == 1
    assert "::error title=s3vend::s3vend cannot be installed" in job.log


def test_the_component_installs_and_checks(tmp_path: Path, mirror: tuple[Path, str]) -> None:
    servers, sha = mirror
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    variables = {"CI_COMMIT_SHA": request.merge, "CI_MERGE_REQUEST_DIFF_BASE_SHA": request.base}
    runner = Runner(tmp_path / "runner", request.repository, servers, variables, install=True)
    made = component("s3vend-check", sha, {"project": "example-group/s3vend"})
    assert runner.run(made["s3vend-check"]) == 0, runner.log
    assert "can now READ some of s3://hogehoge-bucket/*" in runner.log


def test_the_hook_stops_a_commit_with_a_fault_and_no_other(
    tmp_path: Path, mirror: tuple[Path, str]
) -> None:
    servers, sha = mirror
    hooks = servers / "example-group/s3vend.git"
    request = pull_request(tmp_path / "project", {FILE: OLD}, {FILE: WIDER})
    project = request.repository
    entry = {"repo": f"file://{hooks}", "rev": sha, "hooks": [{"id": "s3vend-check"}]}
    (project / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [entry]}))
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "hooks"), "HOME": str(tmp_path)}

    def hook() -> tuple[int, str]:
        git(project, "add", "--all")
        ended = subprocess.run(  # noqa: S603
            [PRE_COMMIT, "run"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr

    (project / FILE).write_text(FAULTY)
    code, said = hook()
    assert code == 1, said
    assert "vending.yaml:8:5: error: /grants/0/permission: must be" in said
    (project / FILE).write_text(OLD)
    code, said = hook()
    assert code == 0, said
    git(project, "commit", "--quiet", "--no-verify", "--message", "x")
    (project / "other.txt").write_text("y")
    assert "Skipped" in hook()[1]
