"""The version before: its sources, what they build, and what its code writes.

It is a tree of the history that `previous.toml` names, or a release in the directory that
S3VEND_RELEASE names: what is deployed then is the release's archive, as everybody gets it.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Final

from local.cloud.environments import PATH
from local.stack.build import ARCHITECTURE

ROOT: Final = Path(__file__).parents[2]
HERE: Final = Path(__file__).parent
RELEASE: Final = os.environ.get("S3VEND_RELEASE")
BUILD: Final = "from local.build import built; print(built())"


def named() -> str:
    """The sources' name in the repository: a tree, or the commit of a release."""
    if RELEASE:
        [path] = Path(RELEASE).glob("*.intoto.json")
        said = json.loads(path.read_text(encoding="utf-8"))["predicate"]["buildDefinition"]
        commit: str = said["resolvedDependencies"][0]["digest"]["gitCommit"]
        return commit
    tree: str = tomllib.loads((HERE / "previous.toml").read_text(encoding="utf-8"))["tree"]
    return tree


def unpacked(directory: Path) -> Path:
    """The sources, out of the repository's history; raises RuntimeError where that is cut off."""
    done = subprocess.run(  # noqa: S603 - git
        ("git", "archive", "--format=tar", named()),  # noqa: S607 - wherever it is
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"This clone has not the version before ({named()}). Fetch the whole history and try "
            "again: git fetch --unshallow"
        )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(directory, filter="data")
    return directory


def built(tree: Path) -> Path:
    """The template that its own means build, or that its archive has."""
    if RELEASE:
        [archive] = Path(RELEASE).glob(f"s3vend-stack-*-{ARCHITECTURE}.zip")
        shutil.unpack_archive(archive, tree / "release")
        directory = tree / "release" / archive.stem
        (directory / "samconfig.toml").unlink()  # it has SAM find a bucket; ours is named
        return directory / "template.yaml"
    return Path(_run(tree, "-c", BUILD).splitlines()[-1])


def written(tree: Path, document: str) -> str:
    """The items that its code makes of a document."""
    return _run(tree, str(HERE / "lay_out.py"), given=document)


def _run(tree: Path, *arguments: str, given: str = "") -> str:
    paths = os.pathsep.join(str(tree / one) for one in ("layers", "functions", ""))
    done = subprocess.run(  # noqa: S603 - this interpreter
        (sys.executable, *arguments),
        cwd=tree,
        env={"PATH": PATH, "PYTHONPATH": paths, "HOME": str(tree), "PYTHONUTF8": "1"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stderr[-2000:]}")
    return done.stdout
