"""A local cloud with the seeded stack, and what `sam local` needs to run its functions."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.cloud import environments
from local.cloud import ministack as clouds
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError
from local.stack import containers, keep
from local.stack.build import built
from local.stack.deploy import deploy
from local.stack.invoke import DOCKER, need_docker
from local.stack.seed import apply, seed
from tests.support.events import TESTS

SECONDS = 300  # for one invocation on a busy machine

type Sam = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Kept:
    """A cloud as `make local` keeps it: in its own directory, until the tests end."""

    directory: Path
    cloud: Cloud
    prepared: containers.Prepared


def pytest_sessionstart() -> None:
    """Say what to install where there is no Docker: tests that were asked for do not pass unrun."""
    try:
        need_docker(os.environ.get("DOCKER_HOST") or DOCKER)
    except LocalError as error:
        raise pytest.UsageError(f"`make test-invoke` ran no test. {error}") from None


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    environments.forget_own()
    directory = tmp_path_factory.mktemp("kept")
    cloud, child = clouds.launch(directory / "cloud", clouds.free_port())
    try:
        source = built()
        stack = deploy(cloud, source, keep.PARAMETERS)
        apply(stack, TESTS, seed(cloud, stack).administrator)
        keep.write_record(directory, cloud)
        yield Kept(directory, cloud, containers.prepare(cloud, source))
    finally:
        clouds.end(child)


@pytest.fixture(scope="session")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Sam:
    """`sam("build", …, directory=…)`: SAM, without any AWS settings of this machine."""
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        **environments.NO_SETTINGS,
        "PATH": environments.PATH,
        "SAM_CLI_TELEMETRY": "0",
        "TMPDIR": str(tmp_path_factory.mktemp("sam")),
    }

    def run(*arguments: str | Path, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            ["sam", *arguments],  # noqa: S607
            cwd=directory,
            env=settings,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    return run
