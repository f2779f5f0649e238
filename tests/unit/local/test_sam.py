"""What SAM leaves in its temporary directory, here and by a program in its place."""

import os
from pathlib import Path

import pytest

from local.cloud.environments import PATH
from local.messages import LocalError
from local.stack import build, deploy


@pytest.fixture(autouse=True)
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary directory, as far as a program's environment names one."""
    temporary = tmp_path / "system"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    return temporary


def put_sam(directory: Path, then: str) -> str:
    """A program that leaves a directory as SAM does; returns the PATH on which it comes first."""
    directory.mkdir()
    sam = directory / "sam"
    sam.write_text(f'#!/bin/sh\nmktemp -d && ls -d "$TMPDIR"/* && {then}\n')
    sam.chmod(0o755)
    return f"{directory}{os.pathsep}{PATH}"


def test_a_deployment_leaves_nothing_but_its_log_wherever_it_goes(
    tmp_path: Path, system: Path
) -> None:
    """On AWS too, where the environment is the user's own."""
    ground = tmp_path / "ground"
    ground.mkdir()
    path = put_sam(tmp_path / "bin", "true")
    deploy_with({**os.environ, "PATH": path}, ground)
    assert list(system.iterdir()) == []
    [log] = ground.iterdir()
    assert len(log.read_text().split()) == 2, "SAM found no directory of its own"


def test_a_deployment_that_fails_leaves_nothing_but_its_log(tmp_path: Path, system: Path) -> None:
    ground = tmp_path / "ground"
    ground.mkdir()
    path = put_sam(tmp_path / "bin", "exit 3")
    with pytest.raises(LocalError, match="exit code 3"):
        deploy_with({**os.environ, "PATH": path}, ground)
    assert list(system.iterdir()) == []
    assert [one.name for one in ground.iterdir()] == ["log"]


def deploy_with(environment: dict[str, str], ground: Path) -> None:
    deploy.run_sam(
        ground / "template.json",
        {},
        name="s3vend",
        artifacts="artifacts",
        region="eu-central-1",
        log=ground / "log",
        environment=environment,
    )


def test_a_build_that_is_cut_off_leaves_nothing_but_its_log(
    tmp_path: Path, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = tmp_path / "builds"
    monkeypatch.setattr(build, "BUILDS", builds)
    monkeypatch.setattr(build, "PATH", put_sam(tmp_path / "bin", "kill -9 $$"))
    with pytest.raises(LocalError, match="exit code -9"):
        build.built()
    assert list(system.iterdir()) == []
    assert {one.name for one in builds.iterdir()} == {"lock", "sam-build.log"}
