"""The recipes of docs/clients.md, each in an interpreter that has the tool, against a real S3."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from local.cloud import environments
from local.cloud.environments import REGION
from local.cloud.ministack import ROOT, Cloud, running
from local.stack import seed as seeding
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET
from tests.support.pages import Block, pages

PYTHON = ROOT / ".venv-client_tools/bin/python"
RECIPES = [block for block in pages()["docs/clients.md"].blocks if block.language == "py"]
TOOLS = ("s3fs", "obstore", "polars", "duckdb", "pyarrow", "pyiceberg")
FOUND = "2026-01"  # what every recipe reads, in the tool's own form
BEFORE = """
import s3vend
keep = s3vend.fresh("s3://bucket/reports/*", permission="READ")
"""
# What a recipe needs here and not on AWS: no TLS, paths, and an extension that is no download.
LOCALLY = {
    "duckdb.connect()": "connected()",
    'scope="s3://bucket/reports/")': 'scope="s3://bucket/", **LOCAL)',  # the refused key, too
    "s3vend.pyarrow_keys(keep())": "{'endpoint_override': ENDPOINT} | s3vend.pyarrow_keys(keep())",
    "s3vend.pyiceberg_properties(keep())": (
        "{'s3.endpoint': ENDPOINT} | s3vend.pyiceberg_properties(keep())"
    ),
}
HERE = """
import os
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
LOCAL = {"endpoint": ENDPOINT.removeprefix("http://"), "use_ssl": "false", "url_style": "path"}
def connected():
    import duckdb, duckdb_extension_httpfs
    made = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    extensions = f"{duckdb_extension_httpfs.__path__[0]}/extensions/v{duckdb.__version__}"
    made.execute(f"LOAD '{extensions}/httpfs.duckdb_extension'")
    return made
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A cloud with the stack on it."""

    cloud: Cloud
    stack: Stack

    def run(self, code: str) -> "subprocess.CompletedProcess[str]":
        """Run it with the tools, as somebody who may read the reports."""
        token = self.cloud.issuer.token({"sub": "104857600123456789012"})
        settings = {
            **environments.NO_SETTINGS,
            "PATH": os.defpath,
            "HOME": str(self.cloud.directory / "tmp"),
            "PYTHONPATH": str(ROOT / "client/src"),
            "S3VEND_URL": self.stack.url,
            "S3VEND_TOKEN": token,
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
            "AWS_REGION": REGION,
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(  # noqa: S603 - our own page, in our own interpreter
            [PYTHON, "-c", code], env=settings, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "false"})
        seeding.seed(cloud, stack)
        yield Scene(cloud, stack)


def program(block: Block, key: str = "reports/2026.csv") -> str:
    """The recipe as a program that prints what its last line is worth."""
    text = block.text.replace("reports/2026.csv", key)
    for there, here in LOCALLY.items():
        text = text.replace(there, here)
    lines = text.rstrip().splitlines()
    last = max(at for at, line in enumerate(lines) if line and not line.startswith((" ", ")")))
    printing = [*lines[:last], f"print({'\n'.join(lines[last:])})"]
    return (
        (BEFORE + HERE + "\n".join(printing))
        .replace("bucket/", f"{BUCKET}/")
        .replace('"bucket"', f'"{BUCKET}"')
    )


def test_there_is_a_recipe_for_each_tool() -> None:
    assert len(RECIPES) == len(TOOLS)
    assert all(tool in block.text for tool, block in zip(TOOLS, RECIPES, strict=True))


@pytest.mark.parametrize("block", RECIPES, ids=TOOLS)
def test_a_recipe_reads_what_was_granted(scene: Scene, block: Block) -> None:
    done = scene.run(program(block))
    assert FOUND in done.stdout, done.stderr


@pytest.mark.parametrize("block", RECIPES, ids=TOOLS)
def test_and_nothing_else(scene: Scene, block: Block) -> None:
    done = scene.run(program(block, "reports-private/secret.csv"))
    assert done.returncode != 0
    assert "1000000" not in done.stdout
    assert "403" in done.stderr or "denied" in done.stderr.lower(), done.stderr
