"""kill -9 at random points of a copy of many files, then again: identical trees, nothing twice."""

import os
from pathlib import Path
from random import Random

import pytest

from tests.files.conftest import Tell
from tests.support.killing import Storage, downloads, made, uploads

FILES = int(os.environ.get("S3VEND_FILES", "2000"))
KILLS = int(os.environ.get("S3VEND_KILLS", "50"))
SEED = int(os.environ.get("S3VEND_SEED", str(Random().randrange(10**6))))


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("source"), FILES, Random(SEED))


def test_an_upload_that_is_killed_sends_each_file_once(
    storage: Storage, source: Path, tell: Tell
) -> None:
    found = uploads(storage, source, "killed-up", KILLS, Random(SEED))
    tell(f"up, {FILES} files, seed {SEED}: {found}; after {sorted(found.points)}")


def test_a_download_that_is_killed_writes_each_file_once(
    storage: Storage, source: Path, tell: Tell, tmp_path: Path
) -> None:
    uploads(storage, source, "killed-down", 0, Random(SEED))
    found = downloads(storage, "killed-down/0", tmp_path, KILLS, Random(SEED))
    tell(f"down, {FILES} files, seed {SEED}: {found}; after {sorted(found.points)}")
