"""A cloud with the stack on it, and programs that run on it with the tools of docs/clients.md."""

import os
import subprocess
from collections.abc import Iterator, Sequence
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
BLOCKS = pages()["docs/clients.md"].blocks
READER = "104857600123456789012"  # may read the reports
APPLICATION = "app"  # and may upload, too


@dataclass(frozen=True, slots=True)
class Scene:
    """A cloud with the stack on it."""

    cloud: Cloud
    stack: Stack

    def settings(self, subject: str) -> dict[str, str]:
        """The environment of a program with the tools, and a token of this subject."""
        return {
            **environments.NO_SETTINGS,
            "PATH": os.defpath,
            "HOME": str(self.cloud.directory / "tmp"),
            "PYTHONPATH": str(ROOT / "client/src"),
            "S3VEND_URL": self.stack.url,
            "S3VEND_TOKEN": self.cloud.issuer.token({"sub": subject}),
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_ALLOW_HTTP": "true",
            "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
            "AWS_REGION": REGION,
            "NO_PROXY": "127.0.0.1",
        }

    def run(
        self, *words: str, stdin: str = "", subject: str = READER
    ) -> "subprocess.CompletedProcess[str]":
        """Run Python with the tools, as somebody who may read the reports."""
        return subprocess.run(  # noqa: S603 - our own page, in our own interpreter
            [PYTHON, *words],
            env=self.settings(subject),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    environments.forget_own()
    with running() as cloud:
        stack = deploy(cloud, built(), {"TrustAssumeS3User": "false"})
        seeded = seeding.seed(cloud, stack)
        grantee = {"issuer": cloud.issuer.url, "subject": APPLICATION}
        scopes = {"READ": f"s3://{BUCKET}/reports/*", "WRITE": f"s3://{BUCKET}/uploads/*"}
        grants = [
            {"id": f"app-{permission.lower()}", "grantee": grantee}
            | {"scope": scope, "permission": permission}
            for permission, scope in scopes.items()
        ]
        seeding.apply(stack, {"version": 1, "grants": grants}, seeded.administrator)
        yield Scene(cloud, stack)


def titled(title: str) -> Block:
    """The file that the page shows under this name."""
    [block] = [one for one in BLOCKS if one.title == title]
    return block


def here(text: str) -> str:
    """A text of the page, for the bucket that is here."""
    return text.replace("bucket/", f"{BUCKET}/").replace('"bucket"', f'"{BUCKET}"')


def recipes(section: str) -> Sequence[Block]:
    """The recipes of a section, which read reports/2026.csv."""
    return [one for one in BLOCKS if one.language == "py" and one.section == section]
