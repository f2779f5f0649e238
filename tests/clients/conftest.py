"""The stack on a local cloud, and the proxy between it and the clients."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from local.cloud import aws, environments
from local.cloud.client import call
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud, running
from local.stack import seed as seeding
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET, OBJECTS
from tests.clients import across, versions
from tests.clients.between import Between, standing
from tests.clients.prefixed import CELLS as CELLS_BELOW
from tests.clients.prefixed import Row
from tests.clients.tools import CELLS, ROOT, Tool, Way, Where

RESULTS = Path(__file__).with_name("results.json")
PREFIXES = Path(__file__).with_name("prefixes.json")
ACROSS = Path(__file__).with_name("across.json")
INSIDE, OUTSIDE, MANY = "tenants/acme/orders.csv", "tenants/acme2/orders.csv", "tenants/acme/many/"
BODIES = {f"{MANY}{number}": f"part {number}".encode() for number in range(8)}
TENANT = {"groups": ["tenants"], "tenant_id": "acme"}
GRANT = "tenants"
ASKED = {"target": f"s3://{BUCKET}/tenants/acme/*", "permission": "READWRITE"}
COLUMNS = ("inside", "outside", "again")
COMMAND = f"{ROOT}/.venv/bin/s3vend"
LENT = f"s3://{BUCKET}/tenants/acme/*", "--permission", "READWRITE"
EXPORTED = f'eval "$({shlex.join([COMMAND, "credentials", *LENT, "--export"])})" && exec "$@"'
LENDING: dict[Way, list[str]] = {  # before a tool's own command
    "exec": [COMMAND, "exec", *LENT, "--"],
    "keys": ["bash", "-c", EXPORTED, "bash"],
}
PROCESS = " ".join([COMMAND, "credentials", *LENT, "--format", "process"])


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that a client is run with."""

    cloud: Cloud
    stack: Stack
    between: Between
    where: Where
    asked: Mapping[str, str] = field(default_factory=lambda: ASKED)  # of container credentials

    def settings(self, tool: Tool, way: Way) -> dict[str, str]:
        """The environment of a client that has a token and no AWS credentials."""
        secure = way in tool.secure
        base = self.between.secure_url if secure else self.between.url
        path = self.stack.url.removeprefix(self.cloud.endpoint)
        api = base + path
        known: dict[Way, dict[str, str]] = {
            "sts": {
                "AWS_ENDPOINT_URL_STS": f"{api}/sts/{GRANT}",
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(self.where.token),
                "AWS_ROLE_ARN": self.stack.outputs["RoleArn"],
            },
            "container": {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": (
                    f"{api}/web-identity/credentials?{urlencode(self.asked)}"
                ),
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(self.where.token),
            },
            "process": {
                "AWS_CONFIG_FILE": str(self.where.config),
                "S3VEND_URL": api,
                "S3VEND_TOKEN_FILE": str(self.where.token),
            },
            "exec": {"S3VEND_URL": api, "S3VEND_TOKEN_FILE": str(self.where.token)},
            "keys": {"S3VEND_URL": api, "S3VEND_TOKEN_FILE": str(self.where.token)},
            "page": {"S3VEND_PATH": path, "S3VEND_TOKEN_FILE": str(self.where.token)},
        }
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.where.directory),
            **environments.NO_SETTINGS,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL_S3": self.between.url,
            "NO_PROXY": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
            **({"SSL_CERT_FILE": str(self.between.certificate)} if secure else {}),
            **known[way],
            **tool.settings(self.where, way),
        }

    def run(
        self, tool: Tool, way: Way, command: list[str], more: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The client, to its end."""
        return subprocess.run(  # noqa: S603 - of our own table
            command,
            env=self.settings(tool, way) | dict(more or {}),
            cwd=self.where.directory,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


@pytest.fixture(scope="session")
def deployed() -> Iterator[tuple[Cloud, Stack]]:
    """Without throttling: clients that see an end in seconds ask before each request."""
    environments.forget_own()
    with running() as cloud:
        parameters = {"ThrottlingRate": "10000", "ThrottlingBurst": "5000"}
        stack = deploy(cloud, built(), parameters)
        seeding.seed(cloud, stack)
        s3 = aws.s3(cloud, cloud.root)
        for key, body in BODIES.items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        yield cloud, stack


@pytest.fixture(scope="session")
def between(
    deployed: tuple[Cloud, Stack], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Between]:
    with standing(deployed[0].endpoint, tmp_path_factory.mktemp("between")) as made:
        yield made


@pytest.fixture(scope="session")
def warm(between: Between, deployed: tuple[Cloud, Stack]) -> None:
    """Both functions have answered: botocore waits for container credentials for two seconds."""
    cloud, stack = deployed
    token = cloud.issuer.token(TENANT)
    call("POST", f"{stack.url}/sts/{GRANT}", f"Action=x&WebIdentityToken={token}")
    asked = urlencode({"target": f"s3://{BUCKET}/{INSIDE}", "permission": "READ"})
    headers = {"Authorization": token}
    call("GET", f"{stack.url}/web-identity/credentials?{asked}", headers=headers)


@pytest.fixture
def scene(deployed: tuple[Cloud, Stack], between: Between, warm: None, tmp_path: Path) -> Scene:
    cloud, stack = deployed
    token = tmp_path / "token"
    token.write_text(cloud.issuer.token(TENANT))
    config = tmp_path / "config"
    config.write_text(f"[default]\ncredential_process = {PROCESS}\n")
    directory = tmp_path / "copied"
    directory.mkdir()
    where = Where(between.url, token, config, directory, INSIDE, OUTSIDE, MANY)
    return Scene(cloud, stack, between, where)


class Results:
    """What each cell came to, written down when all have been run."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[str, str]] = {}

    def note(self, tool: Tool, way: Way, column: str) -> None:
        """A cell that holds."""
        row = self.cells.setdefault(f"{tool.name} / {way}", {"version": versions.of_tool(tool)})
        row[column] = "yes"

    def is_whole(self) -> bool:
        names = {f"{tool.name} / {way}" for tool, way in CELLS}
        return names == self.cells.keys() and all(
            row.keys() >= set(COLUMNS) for row in self.cells.values()
        )


@pytest.fixture(scope="session")
def results() -> Iterator[Results]:
    made = Results()
    yield made
    if made.is_whole():
        told = {"date": datetime.now(UTC).date().isoformat(), "cells": made.cells}
        RESULTS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


class Prefixes:
    """The rows below a prefix that have been run, written down when all have been."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def note(self, row: Row, way: Way) -> None:
        """A row that holds, with its version."""
        self.rows[f"{row.name} / {way}"] = versions.of_row(row)

    def is_whole(self) -> bool:
        return self.rows.keys() == {f"{row.name} / {way}" for row, way in CELLS_BELOW}


@pytest.fixture(scope="session")
def prefixes() -> Iterator[Prefixes]:
    made = Prefixes()
    yield made
    if made.is_whole():
        told = {"date": datetime.now(UTC).date().isoformat(), "rows": made.rows}
        PREFIXES.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


class Across:
    """The rows that read here and write there, written down when all have been run."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def note(self, name: str, version: str) -> None:
        """A cell that holds, with the tool's version."""
        self.rows[name] = version

    def is_whole(self) -> bool:
        wanted = {across.cell(row.name, "WRITE", way) for row, way in across.CELLS}
        wanted |= {across.cell(one.name, one.there, way) for one, way in across.COMMAND_CELLS}
        return self.rows.keys() == wanted


@pytest.fixture(scope="session")
def results_across() -> Iterator[Across]:
    made = Across()
    yield made
    if made.is_whole():
        told = {"date": datetime.now(UTC).date().isoformat(), "rows": made.rows}
        ACROSS.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


@pytest.fixture(scope="session")
def expected() -> bytes:
    """What is inside."""
    return OBJECTS[INSIDE]
