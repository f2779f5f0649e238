"""Runs jobs of workflows, and our action in them, as GitHub's runner would: with its files and log.

Actions of others are not run: `actions/checkout` is what the job's directory has already, and
`actions/setup-python` is the interpreter of the tests.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.pages import ROOT
from tests.support.pipelines.expressions import filled, value
from tests.support.pipelines.hosts import BEARER, GITHUB_TOKEN, Host

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
REPOSITORY = "octo-org/app"
SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
FILES = ("ENV", "OUTPUT", "PATH", "STEP_SUMMARY")
OURS = re.compile(r"example-org/s3vend@")

type Step = Mapping[str, Any]


@dataclass
class Job:
    """A job on a runner; ``environment`` is what later steps have."""

    directory: Path  # for the runner's own files
    workspace: Path
    host: Host
    event_name: str = "push"
    event: Mapping[str, Any] = field(default_factory=dict)
    token: bool = True  # whether the job has the permission id-token: write
    more: Mapping[str, str] = field(default_factory=dict)
    contexts: dict[str, Any] = field(default_factory=dict)
    install: bool = False  # for real, from an index

    def __post_init__(self) -> None:
        self.temp = self.directory / "temp"
        self.temp.mkdir(parents=True)
        event = self.directory / "event.json"
        event.write_text(json.dumps(self.event))
        self.raw, self.summary = "", ""
        self.outputs: dict[str, str] = {}
        self.masks: list[str] = []
        self.environment = {
            "PATH": os.environ["PATH"].replace(f"{ROOT}/.venv/bin:", ""),
            "HOME": str(self.directory),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.host.url,
            "GITHUB_EVENT_NAME": self.event_name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "NO_PROXY": "127.0.0.1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.host.url}/token?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": BEARER} if self.token else {}),
            **self.more,
        }  # fmt: skip

    @property
    def log(self) -> str:
        """What the log shows, with what was masked."""
        shown = self.raw
        for secret in self.masks:
            shown = shown.replace(secret, "***")
        return shown

    @property
    def commands(self) -> list[str]:
        """The runner's commands in the log, but those that were printed as text."""
        return list(_commands(self.raw))

    def act(self, **inputs: str) -> int:
        """Run our action with these inputs; ``_`` in names stands for ``-``."""
        given = {name.replace("_", "-"): text for name, text in inputs.items()}
        assert given.keys() <= ACTION["inputs"].keys()
        github = {"token": GITHUB_TOKEN}
        defaults = {
            name: filled(str(one.get("default", "")), {"github": github})
            for name, one in ACTION["inputs"].items()
        }
        steps: dict[str, Any] = {}
        contexts = {"inputs": defaults | given, "steps": steps, "github": github}
        code = 0
        for step in ACTION["runs"]["steps"]:
            if "uses" in step:
                steps[step["id"]] = {"outputs": {"python-path": sys.executable}}
                continue
            if step["id"] == "install" and not self.install:
                steps["install"] = {"outputs": {"python": sys.executable}}
                self.environment["PATH"] = f"{self._commands()}:{self.environment['PATH']}"
                continue
            env = {name: filled(str(text), contexts) for name, text in step["env"].items()}
            code, outputs = self.step(step["run"], env | {"GITHUB_ACTION_PATH": str(ROOT)})
            steps[step["id"]] = {"outputs": outputs}
            if code:
                break
        self.outputs = {  # of a failed step too
            name: filled(one["value"], contexts) for name, one in ACTION["outputs"].items()
        }
        return code

    def step(self, script: str, environment: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        """Run a script, and return its exit code and its outputs."""
        files = {f"GITHUB_{name}": self.directory / name for name in FILES}
        for file in files.values():
            file.write_text("")
        (self.directory / "script.sh").write_text(script)
        ended = subprocess.run(  # noqa: S603 - what our own action says
            [*SHELL, str(self.directory / "script.sh")],
            cwd=self.workspace,
            env={**self.environment, **environment, **{name: str(one) for name, one in files.items()}},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=600,
            check=False,
        )  # fmt: skip
        self.raw += ended.stdout
        self.masks += [one.partition("::")[2] for one in _commands(ended.stdout) if one.startswith("add-mask::")]  # fmt: skip
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        self.environment |= dict(_pairs(files["GITHUB_ENV"].read_text()))
        for line in files["GITHUB_PATH"].read_text().splitlines():
            self.environment["PATH"] = f"{line}:{self.environment['PATH']}"
        return ended.returncode, dict(_pairs(files["GITHUB_OUTPUT"].read_text()))

    def run(self, job: Mapping[str, Any], ran: Callable[[Step], None] = lambda _: None) -> int:
        """Run the steps of a workflow's job; ``ran`` is told each that an action of others does."""
        contexts: dict[str, Any] = {"steps": {}, **self.contexts}
        for step in job["steps"]:
            if not value(str(step.get("if", "'true'")), contexts):
                continue
            code = 0
            if OURS.match(step.get("uses", "")):
                code = self.act(**{name.replace("-", "_"): filled(str(text), contexts) for name, text in step.get("with", {}).items()})  # fmt: skip
                contexts["steps"][step.get("id", "")] = {"outputs": self.outputs}
            elif "run" in step:
                env = {name: filled(str(text), contexts) for name, text in step.get("env", {}).items()}  # fmt: skip
                code, _ = self.step(step["run"], env)
            else:
                ran({**step, "with": {name: filled(str(text), contexts) for name, text in step.get("with", {}).items()}})  # fmt: skip
            if code:
                return code
        return 0

    def _commands(self) -> Path:
        """A directory with nothing but the command s3vend, as the installation makes it."""
        directory = self.temp / "commands"
        directory.mkdir(exist_ok=True)
        command = directory / "s3vend"
        command.unlink(missing_ok=True)
        command.symlink_to(ROOT / ".venv/bin/s3vend")
        return directory


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The names and values in one of the runner's files."""
    while text:
        head, _, rest = text.partition("\n")
        name, found, end = head.partition("<<")
        assert found, f"not as GitHub has it: {head}"
        given, ended, text = rest.partition(f"\n{end}\n")
        assert ended, f"{name} has no end"
        yield name, given


def _commands(text: str) -> Iterator[str]:
    """The commands in a log; between stop-commands and its end there are none."""
    stopped = ""
    for line in text.splitlines():
        if stopped:
            stopped = "" if line == f"::{stopped}::" else stopped
        elif line.lstrip().startswith("::"):
            command = line.lstrip()[2:]
            if command.startswith("stop-commands::"):
                stopped = command.partition("::")[2]
            else:
                yield command
        else:
            assert "##[" not in line, "the runner would take it for a command"
