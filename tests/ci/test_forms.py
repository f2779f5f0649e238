"""The files have the form that GitHub, GitLab and pre-commit ask for, as their own tools see it.

The schemas are those of SchemaStore (Apache-2.0) and of GitLab (MIT), as check-jsonschema has them.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tests.support.pages import ROOT
from tests.support.pipelines.pages import FILES, PAGE

BIN = ROOT / ".venv-ci/bin"
NODE = ROOT / "tests/ci/javascript"
OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
TEMPLATES = sorted((ROOT / "templates").glob("*.yml"))


def printed(*command: str | Path) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def has_form(schema: str, *files: Path) -> None:
    assert files
    printed(BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)


def written(directory: Path, ending: str) -> list[Path]:
    """The files that the page shows whose names end like this."""
    found = []
    for name, text in FILES.items():
        if name.endswith(ending):
            found.append(directory / Path(name).name)
            found[-1].write_text(text)
    return found


def linted(files: Sequence[Path]) -> list[str]:
    found: list[str] = json.loads(printed("node", NODE / "lint.mjs", *files))
    return found


def test_our_workflows_and_the_action_are_in_form() -> None:
    has_form("github-workflows", *OWN)
    has_form("github-actions", ROOT / "action.yml")
    assert linted([*OWN, ROOT / "action.yml"]) == []


def test_the_workflows_of_the_page_are_in_form(tmp_path: Path) -> None:
    files = [one for one in written(tmp_path, ".yml") if one.name != ".gitlab-ci.yml"]
    assert len(files) == 4
    has_form("github-workflows", *files)
    assert linted(files) == []


def test_the_pipeline_of_the_page_is_in_form(tmp_path: Path) -> None:
    has_form("gitlab-ci", *written(tmp_path, ".gitlab-ci.yml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_both_documents_of_a_component_are_in_form(path: Path, tmp_path: Path) -> None:
    for number, text in enumerate(path.read_text(encoding="utf-8").split("\n---\n")):
        (tmp_path / f"{number}.yml").write_text(text)
    has_form("gitlab-ci", tmp_path / "0.yml", tmp_path / "1.yml")


def test_the_hook_and_its_configurations_are_in_form(tmp_path: Path) -> None:
    printed(BIN / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    blocks = [one for one in PAGE.blocks if one.section == "pre-commit"]
    assert len(blocks) == 2
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.yaml").write_text(block.text)
        printed(BIN / "pre-commit", "validate-config", tmp_path / f"{number}.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id-token: write", "id-tokn: write", "id-tokn"),
        ("steps.check.outputs.sarif &&", "stepz.check.outputs.sarif &&", "stepz"),
        ("runs-on: ubuntu-latest", "run-on: ubuntu-latest", "run-on"),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = next(one for name, one in FILES.items() if old in one and name.startswith(".github/"))
    (tmp_path / "x.yml").write_text(text.replace(old, new))
    assert any(said in one for one in linted([tmp_path / "x.yml"]))


def test_every_document_of_a_component_is_read() -> None:
    assert all(len([*yaml.safe_load_all(path.read_text())]) == 2 for path in TEMPLATES)
