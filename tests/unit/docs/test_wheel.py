"""The client's wheel, as people who never see the repository get it."""

import ast
import email
import inspect
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import Message

import pytest
from packaging.metadata import Metadata

import s3vend
from tests.support.pages import ROOT, Block, markdown

CLIENT = ROOT / "client"
INFO = f"s3vend-{s3vend.__version__}.dist-info"
# How people install: pip, pipx and uv, from an index or from a path.
INSTALL = re.compile(
    r"\b(?:pip|pipx|uv(?: tool| pip)?|uvx)\b[^\n]*?(?:\b(?:install|run|add)|(?<=uvx)) [^\n]*"
)
NAMED = re.compile(r"(?<![./\w-])s3vend(?=[\[\s'\"`=]|$)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    directory = tmp_path_factory.mktemp("wheel")
    subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(directory)],
        cwd=CLIENT,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1577836800"},
        check=True,
        capture_output=True,
    )
    [path] = directory.iterdir()
    with zipfile.ZipFile(path) as opened:
        yield opened


@pytest.fixture
def metadata(wheel: zipfile.ZipFile) -> Message:
    return email.message_from_string(wheel.read(f"{INFO}/METADATA").decode())


def test_the_metadata_is_what_an_index_accepts(wheel: zipfile.ZipFile) -> None:
    found = Metadata.from_email(wheel.read(f"{INFO}/METADATA"), validate=True)
    assert str(found.version) == s3vend.__version__
    assert str(found.requires_python) == ">=3.10"
    assert found.license_expression == "Apache-2.0"
    assert {*(found.provides_extra or ())} >= {"boto3", "aiobotocore", "cli", "crc", "progress"}


def test_the_wheel_has_the_licence_of_the_project(wheel: zipfile.ZipFile) -> None:
    assert wheel.read(f"{INFO}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_has_links_to_a_name_that_nobody_else_can_own(metadata: Message) -> None:
    """Whoever publishes it puts its own there, as in the template."""
    links = dict(link.split(", ", 1) for link in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Documentation", "Changelog"} == links.keys()
    home = "https://s3vend.example"
    assert all(link.startswith(home) for link in links.values())
    assert f"HomePageUrl: {home} " in (ROOT / "template.yaml").read_text()


def test_the_wheel_has_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if not name.startswith(f"{INFO}/")}
    source = CLIENT / "src"
    own = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    assert names == own | {"s3vend/py.typed"}


def test_the_readme_leads_nowhere_that_is_only_in_the_repository(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    text = str(metadata.get_payload())
    assert text == (CLIENT / "README.md").read_text()
    links = re.findall(
        r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"|^\[[^\]]+\]: (\S+)", text, re.MULTILINE
    )
    assert [
        link for found in links for link in found if link and not link.startswith("https://")
    ] == []
    assert not re.search(r"\bdocs/|\bmake ", text)


def test_the_readme_names_every_extra(metadata: Message) -> None:
    text = str(metadata.get_payload())
    extras = set(metadata.get_all("Provides-Extra", []))
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == extras


PYTHON = [
    block
    for name in ("client/README.md", "docs/clients.md")
    for block in markdown()[name].blocks
    if block.language in ("py", "python")
]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_an_example_is_python_and_calls_what_the_client_has(block: Block) -> None:
    """Recipes for tools run in tests/client_tools; `await` is of a notebook there."""
    compile(block.text, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    tree = ast.parse(block.text)
    ours = [one for one in ast.walk(tree) if re.fullmatch(r"s3vend\.\w+", ast.unparse(one))]
    names = {one.attr for one in ours if isinstance(one, ast.Attribute)}
    assert names <= set(s3vend.__all__)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.func in ours:
            function = getattr(s3vend, ast.unparse(call.func).removeprefix("s3vend."))
            keywords = {one.arg: one for one in call.keywords if one.arg}
            inspect.signature(function).bind_partial(*call.args, **keywords)


def texts() -> Iterator[tuple[str, str]]:
    """Whatever tells people what to type: pages, and messages in the client."""
    yield from ((page.name, page.text) for page in markdown().values())
    for path in sorted((CLIENT / "src").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text()


def from_an_index(text: str) -> list[str]:
    return [line for line in INSTALL.findall(text) if NAMED.search(line)]


@pytest.mark.parametrize(("name", "text"), [pytest.param(*one, id=one[0]) for one in texts()])
def test_nobody_is_told_to_install_a_name_from_an_index(name: str, text: str) -> None:
    """The name is not ours there: messages name the extra, pages a path."""
    assert from_an_index(text) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("pip install s3vend", True),
        ("pip install 's3vend[cli]'", True),
        ("run: pip install --user s3vend==0.1.0", True),
        ("pipx install s3vend", True),
        ("uv tool install s3vend", True),
        ("uv add s3vend[boto3]", True),
        ("uvx s3vend doctor", True),
        ("uv pip install `s3vend`", True),
        ("pip install './client[cli]'", False),
        ("pip install ./s3vend-0.1.0-py3-none-any.whl", False),
        ("pip install boto3", False),
        ("install the extra s3vend[boto3]", False),
    ],
)
def test_what_installs_from_an_index_is_recognised(line: str, found: bool) -> None:
    assert bool(from_an_index(line)) is found
