"""Installs the client and the core of this checkout, and the locked packages that they need.

It runs before anything is installed, so it imports the standard library alone.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from steps import runner
from steps.refused import Refused

SOURCE = Path(__file__).parents[2]
OLDEST = (3, 13)
SCRIPTS, ENDING = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")


class Installed(NamedTuple):
    """The interpreter that has s3vend, and a directory with nothing but the command `s3vend`."""

    python: Path
    commands: Path


def install(directory: Path) -> Installed:
    """Install into a directory, unless an earlier step of the job has done so."""
    if sys.version_info < OLDEST:
        raise Refused(
            f"s3vend is installed with Python {OLDEST[0]}.{OLDEST[1]} or newer here, and this is "
            f"{sys.version_info.major}.{sys.version_info.minor}"
        )
    own = directory / "environment" / SCRIPTS
    installed = Installed(own / f"python{ENDING}", directory / "commands")
    if installed.commands.is_dir():
        return installed
    _run(sys.executable, "-I", "-m", "venv", str(directory / "environment"))
    pip = (str(installed.python), "-I", "-m", "pip", "--quiet", "--disable-pip-version-check")
    locked = str(SOURCE / "ci/requirements.txt")
    _run(*pip, "install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", locked)
    ours = [str(SOURCE / name) for name in ("client", "core")]
    _run(*pip, "install", "--no-index", "--no-deps", "--no-build-isolation", *ours)
    unfinished = directory / "unfinished"
    unfinished.mkdir()
    # A copy, as Windows needs one: the command names its interpreter itself.
    shutil.copy2(own / f"s3vend{ENDING}", unfinished)
    unfinished.rename(installed.commands)
    return installed


def on_github(environment: Mapping[str, str]) -> int:
    """Install, put `s3vend` on the PATH of later steps, and give the next step the interpreter."""
    installed = install(Path(environment["RUNNER_TEMP"], "s3vend"))
    runner.append(environment["GITHUB_PATH"], f"{installed.commands}\n")
    runner.hand_on(environment["GITHUB_OUTPUT"], {"python": str(installed.python)})
    return 0


def on_gitlab(environment: Mapping[str, str]) -> int:
    """Install into a new directory, and print its path for the job's script."""
    del environment
    directory = Path(mkdtemp(prefix="s3vend-"))
    install(directory)
    print(directory)
    return 0


def _run(*command: str) -> None:
    ended = subprocess.run(command, stdout=sys.stderr, check=False)
    if ended.returncode:
        raise Refused(f"s3vend cannot be installed: {' '.join(command[3:5])} failed, see above")
