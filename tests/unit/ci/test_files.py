"""What every pipeline of ours and of the pages has in common: read from the files themselves."""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.pages import ROOT
from tests.support.pipelines.github import ACTION
from tests.support.pipelines.gitlab import INTERPOLATED, Loader
from tests.support.pipelines.pages import FILES, PAGE, pipeline, workflows

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")
OWN = {
    f".github/workflows/{path.name}": path.read_text(encoding="utf-8")
    for path in sorted((ROOT / ".github/workflows").glob("*.yml"))
}
WORKFLOWS = {f"the page's {name}": FILES[name] for name in workflows()} | OWN
TEMPLATES = sorted((ROOT / "templates").glob("*.yml"))
STEPS = sorted((ROOT / "ci").rglob("*.py"))

every_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def scripts(found: object) -> Iterator[str]:
    """The texts that a shell gets, anywhere in a file."""
    if isinstance(found, dict):
        for name, one in found.items():
            if name in ("run", "script", "before_script", "after_script"):
                yield from [one] if isinstance(one, str) else map(str, one)
            elif name != "with":  # our own `run` among the inputs is a variable in the action
                yield from scripts(one)
    if isinstance(found, list):
        for one in found:
            yield from scripts(one)


def test_no_expression_is_part_of_a_script_of_the_action() -> None:
    texts = [*scripts(ACTION["runs"])]
    assert texts
    assert not [one for one in texts if "${{" in one]


@every_workflow
def test_no_expression_is_part_of_a_script_of_a_workflow(name: str) -> None:
    found = yaml.safe_load(WORKFLOWS[name])
    assert not [one for one in scripts(found) if "${{" in one]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_input_is_part_of_a_script_or_a_rule_of_a_component(path: Path) -> None:
    _, jobs = yaml.load_all(path.read_text(encoding="utf-8"), Loader)
    [job] = jobs.values()
    assert [*scripts(job)]
    assert not [one for one in scripts(job) if "$[[" in one]
    where = {name for name, one in job.items() if INTERPOLATED.search(json.dumps(one))}
    assert where <= {"stage", "image", "id_tokens", "variables"}


@every_workflow
def test_actions_of_others_are_named_by_commit_and_version(name: str) -> None:
    used = re.findall(r"uses: (.+)", WORKFLOWS[name])
    assert used
    assert [one for one in used if one != "./" and not PINNED.fullmatch(one)] == []


def test_the_action_names_what_it_uses_by_commit() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert all(PINNED.fullmatch(one) for one in re.findall(r"uses: (.+)", text))


@every_workflow
def test_a_workflow_has_no_permissions_and_each_job_those_that_it_needs(name: str) -> None:
    found = yaml.safe_load(WORKFLOWS[name])
    assert found["permissions"] == {}
    assert all(job["permissions"] for job in found["jobs"].values())


@every_workflow
def test_no_clone_keeps_the_token_and_no_run_starts_with_the_rights_of_others(name: str) -> None:
    found = yaml.safe_load(WORKFLOWS[name])
    steps = [step for job in found["jobs"].values() for step in job["steps"]]
    clones = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert clones
    assert all(step["with"]["persist-credentials"] is False for step in clones)
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & {*events(found)}


def events(found: dict[Any, Any]) -> list[str]:
    on = found[True]  # as YAML reads `on`
    return [on] if isinstance(on, str) else [*on]


def test_a_job_that_checks_has_no_token_and_one_that_lends_writes_nothing() -> None:
    for name, found in workflows().items():
        for job in found["jobs"].values():
            checks = any("check" in step.get("with", {}) for step in job["steps"])
            assert checks is ("id-token" not in job["permissions"]), name
            assert checks or job["permissions"] == {"contents": "read", "id-token": "write"}
    _, jobs = yaml.load_all((ROOT / "templates/s3vend-check.yml").read_text(), Loader)
    assert all("id_tokens" not in job for job in jobs.values())


def test_every_input_and_output_is_on_the_page_and_reaches_the_step() -> None:
    table = set(re.findall(r"`([a-z-]+)`", PAGE.text.partition("### Inputs and outputs")[2].partition("\n## ")[0]))  # fmt: skip
    assert {*ACTION["inputs"]} | {*ACTION["outputs"]} <= table
    step = ACTION["runs"]["steps"][-1]
    used = set(re.findall(r"inputs\.([a-z-]+)", json.dumps(step["env"])))
    assert used == {*ACTION["inputs"]}


def test_both_components_of_the_pages_pipeline_are_there() -> None:
    named = {re.findall(r"/([\w-]+)@", one["component"])[0] for one in pipeline()["include"]}
    assert named == {path.stem for path in TEMPLATES}


@pytest.mark.parametrize("path", STEPS, ids=lambda path: path.name)
def test_what_installs_needs_nothing_that_is_not_there_yet(path: Path) -> None:
    """`-I` and the name of a directory: nothing of the checked out repository is imported."""
    names = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
    }  # fmt: skip
    assert names <= {"steps", "s3vend", *sys.stdlib_module_names}
    if path.stem in ("main", "install", "runner", "refused", "__main__", "__init__"):
        assert "s3vend" not in names


def test_every_program_is_started_apart_from_the_repository() -> None:
    texts = [*scripts(ACTION["runs"])]
    texts += [one for path in TEMPLATES for one in scripts([*yaml.load_all(path.read_text(), Loader)])]  # fmt: skip
    started = re.findall(r"(?:python3?|S3VEND_PYTHON)\"? (\S+)", "\n".join(texts))
    assert len(started) == 5
    assert {*started} == {"-I"}


def test_the_hook_runs_for_the_file_that_it_checks_and_for_no_other() -> None:
    """It would say that a file of another directory is good, which it does not read."""
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    names = ("vending.yaml", "teams/vending.yaml", "vending.yaml.orig", "xvending.yaml")
    assert [one for one in names if re.search(hook["files"], one)] == hook["args"]
