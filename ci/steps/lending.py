"""Lends the job S3 access: to one command, or as variables for the steps that follow."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from s3vend.service.credentials import credentials_of
from steps import runner
from steps.inputs import PREFIX, Inputs
from steps.refused import Refused

S3VEND = (sys.executable, "-I", "-m", "s3vend")
# Other identities that a job may have: this action proves the repository's alone.
OTHERS = ("S3VEND_TOKEN", "S3VEND_TOKEN_FILE", "S3VEND_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE")
PERMISSION = (
    "GitHub gives this job no token. Add to the job:\n\n"
    "permissions:\n  id-token: write\n  contents: read"
)
FORK = (
    "GitHub gives no token to a pull request from a fork, whatever its workflow's permissions say, "
    "and s3vend lends nothing without one. Leave this step out there: "
    "if: github.event.pull_request.head.repo.full_name == github.repository"
)


def lend(inputs: Inputs, environment: Mapping[str, str], *, from_fork: bool) -> int:
    """Run the command with credentials, or hand credentials on to later steps."""
    if not environment.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        raise Refused(FORK if from_fork else PERMISSION)
    own = proving(inputs, environment)
    if not own.get("S3VEND_URL"):
        raise Refused("the service's address is missing: set url, or the variable S3VEND_URL")
    options = [*inputs.targets, *([f"--duration={inputs.duration}"] if inputs.duration else [])]
    if inputs.run:
        script = _bash(inputs.run, Path(environment["RUNNER_TEMP"]))
        return _replaced([*S3VEND, "exec", *options, "--", *script], own)
    ended = subprocess.run(
        [*S3VEND, "credentials", "--format=json", *options],
        env=own,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if ended.returncode == 0:
        _hand_on(json.loads(ended.stdout), environment)
    return ended.returncode


def proving(inputs: Inputs, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for `s3vend`: its identity is the job's token from GitHub."""
    own = {name: value for name, value in environment.items() if name not in OTHERS}
    return without_inputs(own) | settings(inputs) | {"S3VEND_IDENTITY": "token"}


def settings(inputs: Inputs) -> dict[str, str]:
    """Return the service's address and audience as variables, where they are given."""
    given = {"S3VEND_URL": inputs.url, "S3VEND_AUDIENCE": inputs.audience}
    return {name: value for name, value in given.items() if value}


def without_inputs(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without the action's inputs, of which one is a token."""
    return {name: value for name, value in environment.items() if not name.startswith(PREFIX)}


def _hand_on(answer: dict[str, Any], environment: Mapping[str, str]) -> None:
    vended = credentials_of(answer)
    for secret in (vended.access_key_id, vended.secret_access_key, vended.session_token):
        runner.mask(secret)
    runner.hand_on(environment["GITHUB_ENV"], vended.environment)
    expiration = vended.expiration.isoformat(timespec="seconds").replace("+00:00", "Z")
    told = {"region": vended.region, "expiration": expiration}
    runner.hand_on(environment["GITHUB_OUTPUT"], told)
    print(f"Later steps of this job have credentials until {expiration}.")


def _bash(script: str, temp: Path) -> list[str]:
    """Return the command line for a script, with the options of the runner's own steps.

    The script is a file as theirs are: command lines are seen by everybody on the machine.
    """
    bash = shutil.which("bash")
    if not bash:
        raise Refused("run needs bash, which this runner does not have")
    file = Path(mkdtemp(prefix="s3vend-run-", dir=temp), "run.sh")
    file.write_text(script, encoding="utf-8", newline="\n")
    return [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", str(file)]


def _replaced(command: list[str], environment: dict[str, str]) -> int:
    """Become the command, so that signals of the runner reach it; Windows has no way to."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(Path(command[0]), command, environment)  # noqa: S606 - as meant
    return subprocess.run(command, env=environment, check=False).returncode
