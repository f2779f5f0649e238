"""Credentials that end again and again under a long download and an upload of 200 parts."""

import hashlib
import json
import random

import pytest

from local.cloud import aws
from local.stack.seed import BUCKET
from tests.clients.conftest import Scene
from tests.clients.tools import HERE, TOOLS, Way

LIFE, PAUSE = 3, 0.05  # seconds of credentials, and of each request to S3
PARTS, BYTES = 200, 65_536
ENDPOINTS: tuple[Way, ...] = ("sts", "container")  # a process for each request takes too long
LARGE, TARGET = "tenants/acme/large", "tenants/acme/copied"
BY_NAME = {tool.name: tool for tool in TOOLS}
PROGRAMS = {
    "boto3": "programs/boto3_transfers.py",
    "AWS SDK for JavaScript 3": "javascript/transfers.mjs",
}


@pytest.mark.parametrize("way", ENDPOINTS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_no_failed_request_reaches_the_user(name: str, way: Way, scene: Scene) -> None:
    large = random.Random(1).randbytes(PARTS * BYTES)
    s3 = aws.s3(scene.cloud, scene.cloud.root)
    s3.put_object(Bucket=BUCKET, Key=LARGE, Body=large)
    s3.delete_object(Bucket=BUCKET, Key=TARGET)
    tool, program = BY_NAME[name], str(HERE / PROGRAMS[name])
    scene.between.begin(life=LIFE, pause=PAUSE)
    command = ["node" if program.endswith(".mjs") else tool.binary("python"), program]
    asked = {"LARGE": LARGE, "TARGET": TARGET, "PARTS": str(PARTS), "BYTES": str(BYTES)}
    done = scene.run(tool, way, command, {"BUCKET": BUCKET, **asked})
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sha256"] == hashlib.sha256(large).hexdigest()
    assert s3.get_object(Bucket=BUCKET, Key=TARGET)["Body"].read() == large
    assert len(scene.between.used) >= 3
    assert set(scene.between.vends) == {200}
