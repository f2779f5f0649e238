"""What a release contains, and that it is the same wherever it is made."""

import email
import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement

import s3vend
from local.cloud.ministack import ROOT
from tests.release.conftest import ONE, PYTHON, clone, make
from tests.support.pages import pages
from tests.unit.tools.test_release_statement import VALIDATOR
from tools.release import statement
from tools.release.template import ARCHITECTURES

VERSION = s3vend.__version__
STATEMENT = statement.name(VERSION)
PAGE = pages()["docs/releases.md"]


def commands(section: str) -> list[str]:
    """The lines of a section of the page."""
    blocks = [one for one in PAGE.blocks if one.section == section and one.language == "console"]
    assert blocks, section
    return [line for one in blocks for line in one.text.splitlines()]


def test_two_releases_of_a_commit_are_the_same_to_the_byte(releases: list[Path]) -> None:
    one, other = ({path.name: path.read_bytes() for path in at.iterdir()} for at in releases)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []


def test_nothing_of_the_machine_that_built_it_is_in_it(releases: list[Path]) -> None:
    here = [str(at.parents[1]).encode() for at in releases] + [str(ROOT).encode()]
    for path in releases[0].iterdir():
        content = path.read_bytes()
        if path.suffix in {".zip", ".whl"}:
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        assert not [one for one in here if one in content], path.name


def test_its_files_are_those_that_the_page_lists(release: Path) -> None:
    stems = [f"s3vend-{VERSION}", f"s3vend_core-{VERSION}"]
    stacks = [f"s3vend-stack-{VERSION}-{one}" for one in ARCHITECTURES]
    names = {path.name for path in release.iterdir()}
    assert names == {
        *(f"{one}{kind}" for one in stems for kind in ("-py3-none-any.whl", ".tar.gz")),
        *(f"{one}.zip" for one in stacks),
        *(f"{one}.cdx.json" for one in (*stems, *stacks)),
        *(statement.SUMS, STATEMENT),
    }
    shown = {name for name in names if not name.endswith(".cdx.json")}
    assert [name for name in shown if name not in PAGE.text] == []


def test_its_provenance_has_the_form_and_names_every_file(
    release: Path, read: Callable[[str], Any]
) -> None:
    said = read(STATEMENT)
    assert [*VALIDATOR.iter_errors(said)] == []
    assert [*statement.faults(release, VERSION)] == []
    inner = {one["name"] for one in said["subject"] if "!/" in one["name"]}
    assert inner == {
        f"s3vend-stack-{VERSION}-{one}.zip!/{part}.zip"
        for one in ARCHITECTURES
        for part in ("functions", "layer")
    }


def test_the_command_of_the_page_finds_a_file_that_was_changed_or_is_missing(
    release: Path, tmp_path: Path
) -> None:
    checking, *signed = commands("Verify")[:3]
    assert all(line.startswith("gh attestation verify ") for line in signed)  # not signed here
    copy = Path(shutil.copytree(release, tmp_path / "copy"))

    def found() -> tuple[int, str]:
        done = subprocess.run(  # noqa: S602 - the page's line
            checking, shell=True, cwd=copy, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    assert found()[0] == 0
    wheel = copy / f"s3vend-{VERSION}-py3-none-any.whl"
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    code, out = found()
    assert code == 1
    assert re.findall(r"^(\S+): FAILED", out, re.MULTILINE) == [wheel.name]
    wheel.unlink()
    assert found()[0] == 1


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_stack_s_sbom_is_what_the_lock_names_for_lambda(
    architecture: str, read: Callable[[str], Any]
) -> None:
    found = read(f"s3vend-stack-{VERSION}-{architecture}.cdx.json")
    listed = {one["name"]: one["version"] for one in found["components"]}
    text = (ROOT / "layers/requirements.txt").read_text(encoding="utf-8")
    lines = re.findall(r"^(\S+==\S+(?: ; [^\\]*)?) \\$", text, re.MULTILINE)
    target = {"sys_platform": "linux", "python_version": "3.13", "python_full_version": "3.13.0"}
    target |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    locked = [Requirement(line) for line in lines]
    needed = [one for one in locked if one.marker is None or one.marker.evaluate(target)]
    assert listed == {one.name: str(one.specifier).removeprefix("==") for one in needed}
    assert all(one["licenses"] for one in found["components"])
    graph = {one["ref"]: set(one.get("dependsOn", [])) for one in found["dependencies"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    roots = {Requirement(one).name for one in project["dependency-groups"]["layer"]}
    direct = graph[f"s3vend-stack-{VERSION}-{architecture}"]
    assert {one.partition("==")[0] for one in direct} == roots
    assert any(one.startswith("cryptography==") for one in graph[f"pyjwt=={listed['pyjwt']}"])


LISTING = """
import json, sys
from pathlib import Path
from tools.release import sbom
target = {"python_version": "3.13", "platform_machine": "aarch64"}
subject = sbom.Subject("stack", "1.0.0", "An example.")
print(sbom.of_layer(subject, sys.argv[2:], Path(sys.argv[1]), target, 0))
"""


def listed(root: Path, installed: "dict[str, list[str]]", *roots: str) -> "tuple[Any, str]":
    """The SBOM of a layer with these distributions and what they require, and errors."""
    for name, needs in installed.items():
        info = root / f"{name}-1.0.dist-info"
        info.mkdir()
        lines = [f"Name: {name}", "Version: 1.0", *(f"Requires-Dist: {one}" for one in needs)]
        (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.4", *lines, ""]))
    done = subprocess.run(  # noqa: S603 - our own program
        [PYTHON, "-c", LISTING, root, *roots], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr


def test_an_sbom_follows_extras_and_markers_as_the_installation_does(tmp_path: Path) -> None:
    installed = {
        "a": ["b", "B[x]", "no; platform_machine == 'x86_64'", "no; extra == 'y'"],
        "b": ["c; extra == 'x'"],
        "c": ["a"],
    }
    found, err = listed(tmp_path, installed, "a")
    assert not err
    graph = {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]}
    assert graph == {
        "stack": ["a==1.0"],
        "a==1.0": ["b==1.0"],
        "b==1.0": ["c==1.0"],
        "c==1.0": ["a==1.0"],
    }


@pytest.mark.parametrize(
    ("installed", "roots", "sentence"),
    [
        ({"a": ["b"]}, ["a"], "b is not in the layer"),
        ({"a": []}, ["a", "d"], "d is not in the layer"),
        ({"a": [], "planted": []}, ["a"], "nothing requires planted of the layer"),
        ({"a": ["b; extra == 'x'"], "b": []}, ["a"], "nothing requires b of the layer"),
    ],
)
def test_a_layer_that_is_not_what_its_requirements_say_has_no_sbom(
    installed: "dict[str, list[str]]", roots: list[str], sentence: str, tmp_path: Path
) -> None:
    found, err = listed(tmp_path, installed, *roots)
    assert found is None
    assert sentence in err


@pytest.mark.parametrize("package", ["s3vend", "s3vend_core"])
def test_the_sbom_of_a_package_is_what_its_wheel_requires(
    package: str, release: Path, read: Callable[[str], Any]
) -> None:
    with zipfile.ZipFile(release / f"{package}-{VERSION}-py3-none-any.whl") as wheel:
        text = wheel.read(f"{package}-{VERSION}.dist-info/METADATA")
    said = {str(Requirement(one)) for one in email.message_from_bytes(text).get_all("Requires-Dist", [])}  # fmt: skip
    found = read(f"{package}-{VERSION}.cdx.json")
    properties = [one for it in found["components"] for one in it["properties"]]
    assert {one["value"] for one in properties} == said
    required = {one["name"] for one in found["components"] if one["scope"] == "required"}
    assert required == {Requirement(one).name.lower() for one in said if "extra ==" not in one}
    assert not [one for one in found["components"] if "version" in one]
    # Whoever owns our name at an index is not what this is about.
    assert found["metadata"]["component"]["purl"].startswith("pkg:generic/")


def test_an_sbom_says_the_commit_s_time_and_no_chance(releases: list[Path]) -> None:
    texts = [(at / f"s3vend-{VERSION}.cdx.json").read_text() for at in releases]
    assert texts[0] == texts[1]
    assert '"serialNumber": "urn:uuid:' in texts[0]


@pytest.mark.parametrize(
    ("spoil", "arguments", "sentence"),
    [
        ("note.txt", (), "files differ from the commit: note.txt"),
        (None, ("--tag", "v9.9.9"), f"so its tag is v{VERSION}, not 'v9.9.9'"),
    ],
    ids=["dirty", "tag"],
)
def test_what_is_refused_leaves_nothing_behind(
    spoil: "str | None", arguments: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    root = clone(tmp_path / "clone")
    if spoil:
        (root / spoil).write_text("")
    done = make(root, ONE, *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (root / "dist").exists()


def test_the_schema_of_the_statement_is_a_schema() -> None:
    Draft202012Validator.check_schema(VALIDATOR.schema)
