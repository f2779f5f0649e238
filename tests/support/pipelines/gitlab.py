"""Runs jobs of a GitLab pipeline as its runner would, with the components that the pipeline names."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.pages import ROOT
from tests.support.pipelines.hosts import Sign
from tests.support.pipelines.repositories import commit, git

JOB_TOKEN = "glcbt-64_0123456789abcdefghij"
INTERPOLATED = re.compile(r"\$\[\[ (\w+)\.(\w+) \]\]")
COMPONENT = re.compile(
    r"\$CI_SERVER_FQDN/(?P<project>.+)/(?P<name>[\w-]+)@(?P<commit>[0-9a-f]{40})"
)
SOURCES = (
    ".pre-commit-hooks.yaml",
    "LICENSE",
    "README.md",
    "ci",
    "client",
    "core",
    "layers",
    "pyproject.toml",
)
# In place of an installation from an index: the interpreter of the tests, which has s3vend.
SHIM = r"""#!/bin/bash
case "$*" in
  *"/ci gitlab install")
    made="$(mktemp -d)"
    mkdir -p "$made/commands" "$made/environment/bin"
    ln -s {root}/.venv/bin/s3vend "$made/commands/s3vend"
    printf '#!/bin/bash\nexec {python} "$@"\n' > "$made/environment/bin/python"
    chmod +x "$made/environment/bin/python"
    echo "$made" ;;
  *) exec {python} "$@" ;;
esac
"""


class Loader(yaml.SafeLoader):
    """YAML as GitLab has it, with `!reference`."""


def _reference(loader: Loader, node: yaml.SequenceNode) -> list[Any]:
    return loader.construct_sequence(node)


Loader.add_constructor("!reference", _reference)


def component(name: str, sha: str, inputs: Mapping[str, str]) -> dict[str, Any]:
    """The jobs of a component for these inputs."""
    text = (ROOT / f"templates/{name}.yml").read_text(encoding="utf-8")
    head, jobs = yaml.load_all(text, Loader)
    known = head["spec"]["inputs"]
    assert inputs.keys() <= known.keys(), inputs.keys() - known.keys()
    missing = {one for one, spec in known.items() if "default" not in spec} - inputs.keys()
    assert not missing, f"without {missing}"
    assert head["spec"]["component"] == ["sha"]
    given = {one: spec.get("default") for one, spec in known.items()} | {**inputs}
    values: Any = {"inputs": given, "component": {"sha": sha}}

    def interpolated(found: Any) -> Any:
        if isinstance(found, dict):
            return {interpolated(key): interpolated(one) for key, one in found.items()}
        if isinstance(found, list):
            return [interpolated(one) for one in found]
        if isinstance(found, str):
            return INTERPOLATED.sub(lambda one: values[one[1]][one[2]], found)
        return found

    made: dict[str, Any] = interpolated(jobs)
    return made


def jobs(pipeline: Mapping[str, Any], sha: str) -> dict[str, Any]:
    """The jobs of a pipeline and of its components, of the commit `sha` here."""
    found: dict[str, Any] = {}
    for one in pipeline.get("include", []):
        named = COMPONENT.fullmatch(one["component"])
        assert named, one
        assert named["project"] == one["inputs"]["project"]
        found |= component(named["name"], sha, one["inputs"])
    found |= {name: one for name, one in pipeline.items() if isinstance(one, dict)}
    return {name: _extended(one, found) for name, one in found.items()}


def mirrored(directory: Path) -> str:
    """Put a project into a directory as a GitLab would serve it, and return its commit."""
    work = directory / "work"
    work.mkdir(parents=True)
    for name in SOURCES:
        source = ROOT / name
        skipped = shutil.ignore_patterns("__pycache__", "node_modules", "*.egg-info")
        if source.is_dir():
            shutil.copytree(source, work / name, ignore=skipped)
        else:
            shutil.copy2(source, work / name)
    git(work, "init", "--quiet")
    sha = commit(work, {})
    git(directory, "clone", "--quiet", "--bare", str(work), "example-group/s3vend.git")
    bare = directory / "example-group/s3vend.git"
    git(bare, "config", "uploadpack.allowReachableSHA1InWant", "true")
    return sha


@dataclass
class Runner:
    """A runner with a project checked out; ``servers`` is a directory of `mirrored`."""

    directory: Path
    project: Path
    servers: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, object] = field(default_factory=dict)
    sign: Sign | None = None
    install: bool = False  # for real, from an index
    log: str = ""

    def run(self, job: Mapping[str, Any]) -> int:
        """Run the job's scripts in one shell, and return its exit code."""
        self.directory.mkdir(exist_ok=True)
        shims = self.directory / "shims"
        shims.mkdir(exist_ok=True)
        shim = SHIM.format(root=ROOT, python=sys.executable)
        if self.install:
            shim = f'#!/bin/bash\nexec {sys.executable} "$@"\n'
        (shims / "python3").write_text(shim)
        (shims / "python3").chmod(0o755)
        scripts = [*job.get("before_script", []), *job["script"]]
        script = "\n".join(["set -eo pipefail", *scripts, ""])
        tokens = {}
        for name, token in job.get("id_tokens", {}).items():
            assert self.sign, "this job has no tokens"
            tokens[name] = self.sign({**self.claims, "aud": token["aud"]})
        ended = subprocess.run(
            ["bash"],  # noqa: S607 - any bash
            input=script,
            cwd=self.project,
            env={
                "PATH": f"{shims}:{os.environ['PATH']}",
                "HOME": str(self.directory),
                "TMPDIR": str(self.directory),
                "CI": "true",
                "GITLAB_CI": "true",
                "CI_JOB_TOKEN": JOB_TOKEN,
                "CI_PROJECT_DIR": str(self.project),
                "CI_SERVER_URL": f"file://{self.servers}",
                "NO_PROXY": "127.0.0.1",
                "AWS_EC2_METADATA_DISABLED": "true",
                **self.variables,
                **_variables(job.get("variables", {})),
                **tokens,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        self.log += ended.stdout
        return ended.returncode


def _variables(given: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a job. What GitLab would expand has nothing to expand."""
    found = {}
    for name, one in given.items():
        if isinstance(one, dict):
            assert one["expand"] is False
            found[name] = one["value"]
        else:
            assert "$" not in one
            found[name] = one
    return found


def _extended(job: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    base = found[job["extends"]] if "extends" in job else {}
    return {**base, **job, "variables": {**base.get("variables", {}), **job.get("variables", {})}}
