"""Two releases of this commit, made in surroundings that differ in whatever could matter."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local.cloud.ministack import ROOT

PYTHON = ROOT / ".venv-release/bin/python"
KEPT = ("PATH", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


class Surroundings(NamedTuple):
    """Where a release is made; none of it may reach the files."""

    folder: str
    umask: int
    variables: dict[str, str]


ONE = Surroundings("one", 0o022, {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"})
OTHER = Surroundings(
    "an other/größer",
    0o077,
    {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "1",
        "SOURCE_DATE_EPOCH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MAKEFLAGS": "--keep-going",
    },
)


def make(root: Path, where: Surroundings, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`make release` in a clone at ``root``, without its environment, which is made once."""
    home = root.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(("PIP_", "SSL_CERT_"))
    }
    return subprocess.run(  # noqa: S603 - our own program
        [PYTHON, "-m", "tools.release", *arguments],
        cwd=root,
        env=kept | {"HOME": str(home), "PYTHONPATH": str(root)} | where.variables,
        umask=where.umask,
        capture_output=True,
        text=True,
        check=False,
    )


def clone(to: Path) -> Path:
    """This commit in another folder; raises where the tests would not see what is written."""
    command = ("git", "-C", ROOT, "status", "--porcelain")
    changed = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - git
    assert not changed.stdout, f"a release is of a commit: commit first\n{changed.stdout}"
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, to], check=True)  # noqa: S603, S607
    for number, path in enumerate(sorted(to.rglob("*.py"))):
        os.utime(path, (number, number))
    return to


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The directories of both."""
    made = []
    for where in (ONE, OTHER):
        root = clone(tmp_path_factory.mktemp("release") / where.folder)
        done = make(root, where)
        assert done.returncode == 0, done.stderr
        [release] = (root / "dist").iterdir()
        made.append(release)
    return made


@pytest.fixture(scope="session")
def release(releases: list[Path]) -> Path:
    return releases[0]


@pytest.fixture
def read(release: Path) -> Callable[[str], Any]:
    """`read(name)`: a JSON file of the release."""
    return lambda name: json.loads((release / name).read_text(encoding="utf-8"))
