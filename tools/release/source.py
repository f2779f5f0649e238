"""The commit that a release is made of: what refuses it, and a copy of its files.

The copy comes out of git and not out of the working tree, so files that git ignores, the umask and
line endings of a checkout do not reach the release.
"""

import io
import re
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 5  # files that a refusal names
# Each place that says the version, and the line that says it.
PLACES: Mapping[str, str] = {
    "pyproject.toml": r'^version = "(.+)"$',
    "client/pyproject.toml": r'^version = "(.+)"$',
    "client/src/s3vend/__init__.py": r'^__version__ = "(.+)"$',
    "core/pyproject.toml": r'^version = "(.+)"$',
    "layers/vending/aws/environment/runtime.py": r'^VERSION = "(.+)"  #',
    "template.yaml": r"^    SemanticVersion: (\S+)",
    "CHANGELOG.md": r"^## (\S+) \(",
}
_SEMANTIC = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_RELEASED = re.compile(r"^## \S+ \(\d{4}-\d\d-\d\d\)$", re.MULTILINE)
# Settings of whoever builds that would change the files of the copy.
_AS_STORED = ("-c", "core.autocrlf=false", "-c", "core.eol=lf", "-c", "tar.umask=0022")


class RefusedError(Exception):
    """This commit, or this working tree, cannot be released; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A commit; ``time`` is when it was made, in seconds. ``tag`` is None for a trial."""

    version: str
    commit: str
    time: int
    tag: str | None


def versions(root: Path) -> dict[str, str]:
    """Return the version that each place says: the first, where several lines do."""
    found = {}
    for place, line in PLACES.items():
        text = (root / place).read_text(encoding="utf-8")
        match = re.search(line, text, re.MULTILINE)
        if match is None:
            raise RefusedError(f"{place} says no version; expected a line like {line}")
        found[place] = match[1]
    return found


def source(root: Path = ROOT, tag: str | None = None) -> Source:
    """Return what ``root`` has checked out; with ``tag``, only if that tag is of this commit.

    Raises:
        RefusedError: files differ from the commit, or version, changelog and tag from each other.
    """
    if changed := _git(root, "status", "--porcelain", "--untracked-files=all").splitlines():
        named = ", ".join(line[3:] for line in changed[:SHOWN])
        more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
        raise RefusedError(f"files differ from the commit: {named}{more}; commit or remove them")
    said = versions(root)
    if len(set(said.values())) > 1:
        listed = ", ".join(f"{place}: {version}" for place, version in said.items())
        raise RefusedError(f"these versions differ: {listed}; write one version to all of them")
    version = said["pyproject.toml"]
    if not _SEMANTIC.fullmatch(version):
        raise RefusedError(f"version {version!r} is not three numbers, such as 1.2.3")
    tags = _git(root, "tag", "--list", "v*", "--points-at", "HEAD").split()
    if tag is not None and tag not in tags:
        raise RefusedError(_no_tag(tag, version))
    if others := [one for one in tags if one != f"v{version}"]:
        raise RefusedError(
            f"this commit has the tag {', '.join(others)}, and its version is {version}: it is "
            f"released as v{version} alone; remove the tag, or write its version to all places"
        )
    if tags and not _RELEASED.match((root / "CHANGELOG.md").read_text("utf-8"), _heading(root)):
        raise RefusedError(f"CHANGELOG.md has no date for {version}: write '## {version} (DATE)'")
    commit, time = _git(root, "log", "-1", "--format=%H %ct").split()
    return Source(version, commit, int(time), tags[0] if tags else None)


def export(root: Path, commit: str, to: Path) -> None:
    """Write the files of a commit to a new directory, with the modes 644 and 755."""
    done = subprocess.run(  # noqa: S603 - git
        ("git", *_AS_STORED, "archive", "--format=tar", commit),  # noqa: S607 - wherever it is
        cwd=root,
        capture_output=True,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(to, filter="data")


def _no_tag(tag: str, version: str) -> str:
    if tag != f"v{version}":
        return f"the version of this commit is {version}, so its tag is v{version}, not {tag!r}"
    return (
        f"the tag {tag!r} is not of this commit: check out the tag, or make it (git tag {tag}); "
        "without TAG= it is a trial"
    )


def _heading(root: Path) -> int:
    return (root / "CHANGELOG.md").read_text(encoding="utf-8").index("\n## ") + 1


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - git
        ("git", *arguments),  # noqa: S607 - wherever it is
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RefusedError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
