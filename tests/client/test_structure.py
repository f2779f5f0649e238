"""What the client's modules may import, and how long they are."""

import ast
import re
import sys
from pathlib import Path

import pytest

import s3vend

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "client/src/s3vend").glob("*.py"))
EXTRAS = {"boto3", "aiobotocore", "awscrt", "google_crc32c", "rich"}
AWS = {"botocore", "boto3", "aiobotocore"}
AWS_AT = {"session.py", "signature.py"}


def imported(path: Path, nodes: "list[ast.stmt] | None" = None) -> "set[str]":
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_client_imports_itself_urllib3_and_extras_where_they_are_used(path: Path) -> None:
    own = {"s3vend", "urllib3", *EXTRAS} | (AWS if path.name in AWS_AT else set())
    assert imported(path) - sys.stdlib_module_names <= own - (set() if path.name in AWS_AT else AWS)
    top = imported(path, ast.parse(path.read_text()).body)
    assert top - sys.stdlib_module_names <= {"s3vend", "urllib3"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_of_the_client_stays_below_two_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200


def test_the_version_stands_at_two_places_and_is_one() -> None:
    text = (ROOT / "client/pyproject.toml").read_text()
    assert re.findall(r'^version = "(.+)"$', text, re.MULTILINE) == [s3vend.__version__]
