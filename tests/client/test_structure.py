"""What the client's modules may import, and how long they are."""

import ast
import re
import sys
from pathlib import Path

import pytest

import s3vend
from tests.client.conftest import run

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "client/src/s3vend").rglob("*.py"))
PACKAGE = ROOT / "client/src/s3vend"
CLI = PACKAGE / "cli"
COMMAND = {"rich", "typer", "yaml"}  # the extra `cli`
EXTRAS = {"boto3", "aiobotocore", "awscrt", "google_crc32c", "rich"}
AWS = {"botocore", "boto3", "aiobotocore"}
AWS_AT = {"sdks/boto.py", "identity/signature.py"}


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path, nodes: "list[ast.stmt] | None" = None) -> "set[str]":
    tree = ast.parse(path.read_text())
    found = set()
    for node in ast.walk(tree) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_the_client_imports_itself_urllib3_and_extras_where_they_are_used(path: Path) -> None:
    extras = COMMAND if CLI in path.parents else EXTRAS
    own = {"s3vend", "urllib3", *extras} | (AWS if place(path) in AWS_AT else set())
    assert imported(path) - sys.stdlib_module_names <= own - (
        set() if place(path) in AWS_AT else AWS
    )
    top = imported(path, ast.parse(path.read_text()).body)
    at_once = {"typer", "yaml"} if CLI in path.parents else set()
    assert top - sys.stdlib_module_names <= {"s3vend", "urllib3"} | at_once


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("--help", ("botocore", "boto3", "yaml", "rich", "http.server")),
        ("--version", ("botocore", "boto3", "yaml", "rich", "http.server")),
        ("ls --url http://127.0.0.1:9", ("botocore", "boto3", "yaml", "rich", "http.server")),
        ("exec s3://b/k --url http://127.0.0.1:9 -- true", ("botocore", "boto3", "yaml", "rich")),
    ],
)
def test_a_command_imports_what_it_needs_and_no_more(
    words: str, unwanted: "tuple[str, ...]"
) -> None:
    program = (
        "import sys, s3vend.http.patience\n"
        "s3vend.http.patience.Patience.pause = lambda self, number: 0.0\n"
        f"sys.argv = ['s3vend', *{words.split()!r}]\n"
        "from s3vend.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*(name for name in sys.modules), file=sys.stderr)\n"
    )
    loaded = run(program, S3VEND_TOKEN="a.b.c").stderr.split()
    assert "s3vend.cli.app" in loaded
    assert set(unwanted) & set(loaded) == set()


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_of_the_client_stays_below_two_hundred_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 200


def test_the_version_stands_at_two_places_and_is_one() -> None:
    text = (ROOT / "client/pyproject.toml").read_text()
    assert re.findall(r'^version = "(.+)"$', text, re.MULTILINE) == [s3vend.__version__]
