"""A local cloud with the seeded stack and the page's grants, and the image of `s3vend serve`."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.cloud import environments
from local.cloud.ministack import ROOT, Cloud, running
from local.messages import LocalError
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.invoke import DOCKER, need_docker
from local.stack.seed import apply, seed
from tests.kubernetes import cluster

TAG = "s3vend-of-the-tests"


@dataclass(frozen=True)
class Scene:
    cloud: Cloud
    stack: Stack


def pytest_sessionstart() -> None:
    """Say what to install where there is no Docker: tests that were asked for do not pass unrun."""
    try:
        need_docker(os.environ.get("DOCKER_HOST") or DOCKER)
    except LocalError as error:
        raise pytest.UsageError(f"`make test-kubernetes` ran no test. {error}") from None


@pytest.fixture(scope="session")
def image() -> str:
    """The image, built by the target that the page names, where nobody else may read new files."""
    ended = subprocess.run(  # noqa: S603 - our own target
        ["make", "--no-print-directory", "image", f"TAG={TAG}"],  # noqa: S607
        cwd=ROOT,
        env={**os.environ, "BASE": os.environ["S3VEND_BASE"]},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return TAG


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, built(), {"GrantsCacheSeconds": "2"})
        apply(stack, cluster.grants(), seed(cloud, stack).administrator)
        yield Scene(cloud, stack)
