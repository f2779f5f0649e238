"""A copy of many files that is killed at random points; `make test-files` does this at length."""

import os
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from local.cloud import environments
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import Apply
from tests.support.killing import Storage, downloads, made, uploads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "counting-bucket"  # of its own, since it keeps versions
FILES, KILLS, SEED = 60, 3, 2026


@pytest.fixture(scope="module")
def storage(
    cloud: Cloud,
    stack: Stack,
    s3: "S3Client",
    apply: Apply,
    tmp_path_factory: pytest.TempPathFactory,
) -> Storage:
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    grantee = {"issuer": cloud.issuer.url, "subject": "killed"}
    grant = {"id": "killed", "grantee": grantee, "permission": "READWRITE"}
    place = {"scope": f"s3://{BUCKET}/*"}
    apply({"version": 1, "locations": [place | {"region": REGION}], "grants": [grant | place]})
    environment = {
        **environments.NO_SETTINGS,
        "PATH": os.defpath,
        "HOME": str(tmp_path_factory.mktemp("home")),
        "S3VEND_URL": stack.url,
        "S3VEND_TOKEN": cloud.issuer.token({"sub": "killed"}),
        "NO_PROXY": "127.0.0.1",
    }
    made = Storage(s3, environment, BUCKET)
    made.keep_versions()
    return made


def test_copies_that_are_killed_send_and_write_each_file_once(
    storage: Storage, tmp_path: Path
) -> None:
    source = made(tmp_path / "source", FILES, Random(SEED))
    up = uploads(storage, source, "killed", KILLS, Random(SEED))
    (tmp_path / "down").mkdir()
    down = downloads(storage, "killed/0", tmp_path / "down", KILLS, Random(SEED))
    assert len(up.points) == len(down.points) == KILLS
