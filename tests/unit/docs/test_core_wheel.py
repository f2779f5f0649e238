"""The core's distribution: the layer's modules under another name, and beside the client a command."""

import ast
import email
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.metadata import Metadata

import s3vend
from tests.support.pages import ROOT, markdown

CORE, LAYER = ROOT / "core", ROOT / "layers/vending"
INFO = f"s3vend_core-{s3vend.__version__}.dist-info"
ENVIRONMENT = os.environ | {"SOURCE_DATE_EPOCH": "1577836800"}
SOURCES = sorted(
    path.relative_to(LAYER)
    for path in LAYER.rglob("*.py")
    if path.relative_to(LAYER).parts[0] != "aws"
)
NAME = "s3vend-core"
# How people install, as in test_wheel.py.
INSTALL = re.compile(r"\b(?:pip|pipx|uv(?: tool| pip)?) (?:install|run|add) [^\n`]*")
FILE = """\
version: 1
locations: [{scope: s3://bkt/*, region: ap-northeast-1}]
grants:
  - {id: a, grantee: {iam: "123456789012"}, scope: s3://bkt/a/*, permission: READ}
"""


def build(source: Path, target: str, to: Path) -> Path:
    subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(to)],
        cwd=source,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
    )
    [path] = to.iterdir()
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(CORE, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def wheel(path: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_wheel_has_the_core_without_its_edge_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if not name.startswith(f"{INFO}/")}
    assert names == {f"s3vend_core/{one.as_posix()}" for one in SOURCES}


class _Names(ast.NodeTransformer):
    """Renames the package in imports alone."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        node.module = renamed(node.module or "")
        return node

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for one in node.names:
            one.name = renamed(one.name)
        return node


def renamed(name: str) -> str:
    first, *others = name.split(".")
    return ".".join(["s3vend_core" if first == "vending" else first, *others])


def test_a_module_differs_from_the_layers_in_its_imports_alone(wheel: zipfile.ZipFile) -> None:
    """Compared as syntax, so that a text that looks like an import would be found."""
    for source in SOURCES:
        own = ast.parse((LAYER / source).read_text())
        built = ast.parse(wheel.read(f"s3vend_core/{source.as_posix()}"))
        assert ast.dump(_Names().visit(own)) == ast.dump(built), source


def test_a_wheel_made_of_the_sdist_is_the_same(path: Path, tmp_path: Path) -> None:
    sdist = build(CORE, "sdist", tmp_path / "sdist")
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path / "unpacked", filter="data")
    [root] = (tmp_path / "unpacked").iterdir()
    again = build(root, "wheel", tmp_path / "wheel")
    assert again.read_bytes() == path.read_bytes()


def test_nothing_is_left_in_the_repository(path: Path) -> None:
    assert path.exists()
    assert {one.name for one in CORE.iterdir()} - {"__pycache__"} == {
        *("LICENSE", "README.md", "build_core.py", "development", "pyproject.toml")
    }


def test_the_metadata_is_what_an_index_accepts(wheel: zipfile.ZipFile) -> None:
    found = Metadata.from_email(wheel.read(f"{INFO}/METADATA"), validate=True)
    assert (found.name, str(found.version)) == (NAME, s3vend.__version__)
    assert str(found.requires_python) == ">=3.13"
    assert wheel.read(f"{INFO}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()
    message = email.message_from_bytes(wheel.read(f"{INFO}/METADATA"))
    assert message.get_payload() == (CORE / "README.md").read_text()


def test_client_and_core_are_of_one_version_and_the_core_needs_what_the_layer_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    core = tomllib.loads((CORE / "pyproject.toml").read_text())["project"]
    client = tomllib.loads((ROOT / "client/pyproject.toml").read_text())["project"]
    assert core["version"] == client["version"] == s3vend.__version__
    assert set(core["dependencies"]) <= set(project["dependency-groups"]["layer"])


def test_the_core_imports_what_its_distribution_requires(wheel: zipfile.ZipFile) -> None:
    roots = set[str]()
    for name in wheel.namelist():
        if name.endswith(".py"):
            for node in ast.walk(ast.parse(wheel.read(name))):
                if isinstance(node, ast.Import):
                    roots |= {one.name.partition(".")[0] for one in node.names}
                elif isinstance(node, ast.ImportFrom):
                    roots.add((node.module or "").partition(".")[0])
    assert roots - sys.stdlib_module_names == {"s3vend_core", "pydantic", "jwt"}


def test_what_pip_installs_checks_a_file_without_the_repository(tmp_path: Path) -> None:
    """Its libraries are those of this environment: no index is asked."""
    site, file = tmp_path / "site", tmp_path / "vending.yaml"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    command += ["--disable-pip-version-check", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*command, str(CORE), str(ROOT / "client")], check=True, capture_output=True)  # noqa: S603
    file.write_text(FILE)
    program = (
        "import sys\n"
        "from s3vend.cli.entry import main\n"
        "try:\n    main()\n"
        "except SystemExit as ended:\n    print(ended.code)\n"
        "import s3vend_core\n"
        "print(s3vend_core.__file__, 'vending' in sys.modules)\n"
    )
    ended = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program, "check", str(file), "--quiet"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert ended.stdout.splitlines() == [
        "no errors, no warnings.",
        "0",
        f"{site / 's3vend_core/__init__.py'} False",
    ]


def test_nobody_is_told_to_ask_an_index_for_the_core() -> None:
    """Its name is not ours there: pages give the directory, and no extra of the client names it."""
    named = [line for page in markdown().values() for line in INSTALL.findall(page.text)]
    assert any("./core" in line for line in named)
    assert [line for line in named if NAME in line] == []
    assert NAME not in (ROOT / "client/pyproject.toml").read_text(encoding="utf-8")
