"""The commit that a release is made of: what refuses it, and a copy of its files.

The copy is made of git's own objects and not of the working tree, so files that git ignores, the
umask, line endings, and the attributes and replacements of whoever builds do not reach the release.
"""

import io
import os
import re
import subprocess
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
_MODES = {"100644": 0o644, "100755": 0o755}
_GIT = ("git", "--no-replace-objects")


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
    marked = _git(root, "ls-files", "-v").splitlines()
    if hidden := [line[2:] for line in marked if line[0].islower() or line[0] == "S"]:
        raise RefusedError(
            f"there are files that git does not look at: {', '.join(hidden[:SHOWN])}; undo it with "
            "git update-index --no-assume-unchanged --no-skip-worktree FILE"
        )
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
    """Write the files of a commit to a new directory, with the modes 644 and 755.

    Raises:
        RefusedError: the commit has something that is not a file.
    """
    listed = _bytes(root, "ls-tree", "-r", "-z", "--full-tree", commit)
    parted = [one.partition("\t") for one in os.fsdecode(listed).split("\0")[:-1]]
    entries = [(*head.split(), name) for head, _, name in parted]
    for mode, _, _, name in entries:
        if mode not in _MODES:
            raise RefusedError(f"{name} is not a file; a release has files alone")
    wanted = "".join(f"{blob}\n" for _, _, blob, _ in entries)
    bodies = io.BytesIO(_bytes(root, "cat-file", "--batch", sent=wanted.encode()))
    for mode, _, _, name in entries:
        size = int(bodies.readline().split()[-1])
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bodies.read(size))
        path.chmod(_MODES[mode])
        bodies.read(1)  # the line feed after each


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
    return _bytes(root, *arguments).decode()


def _bytes(root: Path, *arguments: str, sent: bytes = b"") -> bytes:
    done = subprocess.run(  # noqa: S603 - git
        (*_GIT, *arguments), cwd=root, input=sent, capture_output=True, check=False
    )
    if done.returncode:
        raise RefusedError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
