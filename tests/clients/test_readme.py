"""The lines of the README that need the AWS CLI."""

import os
import subprocess
from pathlib import Path

import pytest

from local.cloud import environments
from local.cloud.client import Credentials
from local.cloud.ministack import Cloud
from local.stack import seed as seeding
from local.stack.deploy import Stack
from local.stack.seed import OBJECTS
from tests.clients.tools import ROOT, TOOLS, Tool
from tests.support.pages import pages

LINES = [
    line
    for block in pages()["README.md"].blocks
    if block.language == "sh"
    for line in block.text.splitlines()
    if " -- aws " in line
]
AWS_CLIS = [tool for tool in TOOLS if tool.name.startswith("AWS CLI")]


@pytest.fixture(scope="module")
def user(deployed: tuple[Cloud, Stack]) -> Credentials:
    """More keys of AssumeS3User."""
    cloud, stack = deployed
    return seeding.access_key(cloud, stack.outputs["UserName"])


@pytest.mark.parametrize("tool", AWS_CLIS, ids=lambda tool: tool.name)
def test_the_readme_synchronizes_a_prefix_with_the_aws_cli(
    tool: Tool, deployed: tuple[Cloud, Stack], user: Credentials, tmp_path: Path
) -> None:
    cloud, stack = deployed
    assert LINES
    settings = {
        **environments.NO_SETTINGS,
        "PATH": os.pathsep.join(
            [str(ROOT / ".venv/bin"), str(Path(tool.binary("aws")).parent), os.defpath]
        ),
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": user.access_key_id,
        "AWS_SECRET_ACCESS_KEY": user.secret_access_key,
        "AWS_REGION": environments.REGION,
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "NO_PROXY": "127.0.0.1",
        "S3VEND_URL": stack.url,
    }
    for line in LINES:
        subprocess.run(["bash", "-c", line], cwd=tmp_path, env=settings, check=True)  # noqa: S603, S607 - our page, any bash
    found = {
        path.relative_to(tmp_path).as_posix() for path in (tmp_path / "reports").rglob("*.csv")
    }
    assert found == {key for key in OBJECTS if key.startswith("reports/")}
