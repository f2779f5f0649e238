"""Versions of the clients, in their environments."""

import json
import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

from tests.clients import awscli2
from tests.clients.prefixed import DEBIAN, Row
from tests.clients.tools import HERE, PACKAGES, ROOT, Tool

NAMES = re.compile(r"[-_.]+")  # all the same in the name of a Python package


def of_tool(tool: Tool) -> str:
    """Of a client of the matrix."""
    if tool.environment == "javascript":
        return _of_javascript("@aws-sdk/client-s3")
    name = PACKAGES.get(tool.environment, tool.environment)
    found = _of_python(tool.environment, name)
    if tool.environment == "awscli2":
        return f"{awscli2.version(_environment(tool.environment))}, of {name} {found}"
    return found


def of_row(row: Row) -> str:
    """Of a tool below a prefix."""
    if row.environment in DEBIAN:
        return _of_debian(row.package)
    if row.environment == "javascript":
        return _of_javascript("@uppy/aws-s3")
    return _of_python(row.environment, row.package)


def _environment(name: str) -> Path:
    return ROOT / f".venv-clients-{name}"


def _of_python(environment: str, package: str) -> str:
    [place] = _environment(environment).glob("lib/*/site-packages")
    installed = distributions(path=[str(place)])
    found = {NAMES.sub("-", one.metadata["Name"]).lower(): one.version for one in installed}
    return found[NAMES.sub("-", package).lower()]


def _of_javascript(package: str) -> str:
    place = HERE / "javascript/node_modules" / package / "package.json"
    return str(json.loads(place.read_text())["version"])


def _of_debian(package: str) -> str:
    done = subprocess.run(  # noqa: S603 - of our own table
        ["dpkg-query", "-W", "-f=${Version}", package],  # noqa: S607 - Debian's own
        capture_output=True,
        text=True,
        check=True,
    )
    return f"Debian {done.stdout}"
