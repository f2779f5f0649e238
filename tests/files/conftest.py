"""A service on SeaweedFS and one on the local cloud, for copies of many files."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from local.cloud.ministack import ROOT
from tests.backends.lending import Lent, lent_by_seaweedfs, lent_by_the_local_cloud
from tests.support.killing import Storage

SEAWEEDFS, LOCAL_CLOUD = "SeaweedFS", "the local cloud"

type Tell = Callable[[str], None]


@pytest.fixture(scope="session", params=[SEAWEEDFS, LOCAL_CLOUD])
def lent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lent]:
    os.environ["PATH"] += f"{os.pathsep}{ROOT / '.venv-backends/bin'}"
    with ExitStack() as started:
        if request.param == SEAWEEDFS:
            place = tmp_path_factory.mktemp("weed")
            yield started.enter_context(lent_by_seaweedfs(place))[0]
        else:
            yield started.enter_context(lent_by_the_local_cloud())


@pytest.fixture(scope="session")
def storage(lent: Lent, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    made = Storage(lent.s3, lent.settings(tmp_path_factory.mktemp("home")))
    made.keep_versions()
    return made


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Prints what the page says of the run."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}")  # noqa: T201 - for docs/proof.md

    return say
