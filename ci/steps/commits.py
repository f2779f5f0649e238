"""Reads files as commits have them: no link, no file of an earlier step, and nothing is run."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from steps.refused import Refused

_FILES, _LINK = ("100644", "100755"), "120000"
_NO_NAMES = ("", ".", "..", ".git", "-")  # the last one is the standard input


class Commits(NamedTuple):
    """The commits of a repository, in the directory in which it is checked out."""

    repository: Path

    def named(self, revision: str) -> str | None:
        """Return the id of the commit that a revision names; None if the clone does not have it."""
        commit = f"{revision}^{{commit}}"
        ended = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", commit)
        return ended.stdout.decode().strip() if ended.returncode == 0 else None

    def write(self, commit: str, patterns: Sequence[str], directory: Path) -> list[str]:
        """Write the files of a commit that match; return their names, which are their paths.

        Raises:
            Refused: the commit has no files, or a file is a link or has an unusual name.
        """
        found = []
        for name, mode, blob in self._tree(commit):
            if not any(PurePosixPath(name).full_match(pattern) for pattern in patterns):
                continue
            if mode == _LINK:
                raise Refused(f"{name!a} is a symbolic link; check needs a file")
            parts = name.split("/")
            usual = name.isprintable() and all(map(_is_name, parts))
            if not usual or mode not in _FILES:
                raise Refused(f"{name!a} is not a file with a usual name")
            path = directory.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._git("cat-file", "blob", blob, check=True).stdout)
            found.append(name)
        return sorted(found)

    def _tree(self, commit: str) -> list[tuple[str, str, str]]:
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", commit, check=True).stdout
        entries = [one.partition("\t") for one in os.fsdecode(listed).split("\0") if one]
        return [(name, head.split()[0], head.split()[2]) for head, _, name in entries]

    def _git(self, *words: str, check: bool = False) -> subprocess.CompletedProcess[bytes]:
        # In a container the checkout may belong to another user.
        safe = f"safe.directory={self.repository}"
        if not shutil.which("git"):
            raise Refused("check reads commits with git, which is not installed here")
        ended = subprocess.run(
            ["git", "-c", safe, "--no-replace-objects", *words],
            cwd=self.repository,
            capture_output=True,
            check=False,
        )
        if check and ended.returncode:
            raise Refused(f"git {words[0]} failed: {ended.stderr.decode(errors='replace').strip()}")
        return ended


def _is_name(part: str) -> bool:
    """Whether a part of a path is one name, on Windows too: no drive, and no directories."""
    return part not in _NO_NAMES and not re.match(r"[A-Za-z]:", part) and "\\" not in part
