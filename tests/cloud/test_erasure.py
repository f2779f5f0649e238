"""The program of docs/auditors.md: a person's name leaves the history, and the past is still told."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloud import aws, environments
from local.cloud.client import Call, Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from local.stack.deploy import NAME, Stack
from local.stack.seed import BUCKET, Seeded
from tests.cloud.conftest import Apply
from tests.support.pages import pages

PERSON = f"arn:aws:iam::{ACCOUNT}:user/jane.doe"
ERASED = f"arn:aws:iam::{ACCOUNT}:user/erased-1"
GRANT = {
    "id": "of-a-person",
    "grantee": {"iam": PERSON},
    "scope": f"s3://{BUCKET}/reports/*",
    "permission": "READ",
}
[PROGRAM] = [one.text for one in pages()["docs/auditors.md"].blocks if one.language == "py"]


@pytest.fixture(scope="module")
def table(cloud: Cloud, stack: Stack) -> str:
    client = aws.session(cloud.root).client("cloudformation", endpoint_url=cloud.endpoint)
    resource = client.describe_stack_resource(
        StackName=NAME,
        LogicalResourceId="Table",
    )
    return str(resource["StackResourceDetail"]["PhysicalResourceId"])


def documents(cloud: Cloud, table: str) -> Iterator[str]:
    client = aws.session(cloud.root).client("dynamodb", endpoint_url=cloud.endpoint)
    for page in client.get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            yield json.dumps(item)


def erase(cloud: Cloud, table: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the program of our own page
        [sys.executable, "-c", PROGRAM, table, PERSON, ERASED],
        env=environments.client(cloud.endpoint, cloud.directory, cloud.root),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_person_is_erased_and_the_past_is_told_without_the_name(
    cloud: Cloud,
    table: str,
    seeded: Seeded,
    apply: Apply,
    call: Call,
    administrator: Credentials,
) -> None:
    apply({"version": 1, "grants": [GRANT]})
    time.sleep(1.1)  # the history is in whole seconds
    granted = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    refused = erase(cloud, table)
    assert refused.returncode == 1
    assert "grants: of-a-person has this text; remove it there first" in refused.stderr
    time.sleep(1.1)
    grants: list[dict[str, Any]] = call(
        "GET", "/admin/grants?limit=1000", None, administrator
    ).json["grants"]
    others = [one for one in grants if one["id"] != GRANT["id"]]
    apply({"version": 1, "grants": others, "prune": True})
    assert any(PERSON in one for one in documents(cloud, table))
    erased = erase(cloud, table)
    assert (erased.returncode, erased.stderr) == (0, "")
    assert len(erased.stdout.split()) == 2
    assert not any(PERSON in one for one in documents(cloud, table))
    assert erase(cloud, table).stdout == ""
    question = {"at": granted, "target": f"s3://{BUCKET}/reports/2026.csv", "permission": "READ"}
    answer = call("POST", "/admin/reach", question, administrator)
    assert answer.status == 200, answer.json
    told = json.dumps(answer.json)
    assert ERASED in told
    assert PERSON not in told
