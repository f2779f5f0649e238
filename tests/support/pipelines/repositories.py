"""A git repository with a pull request, merged as GitHub merges it for the run of a workflow."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "A. U. Thor", "EMAIL": "author@example.com"}.items()
}


class PullRequest(NamedTuple):
    """The commits of a pull request; ``merge`` is checked out."""

    repository: Path
    base: str
    head: str
    merge: str


def git(repository: Path, *words: str) -> str:
    """What git prints, without a user's or a system's settings."""
    ended = subprocess.run(  # noqa: S603
        ["git", "-c", "init.defaultBranch=main", *words],  # noqa: S607 - any git
        cwd=repository,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(repository),
            "GIT_CONFIG_NOSYSTEM": "1",
            **IDENTITY,
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return ended.stdout.strip()


def commit(repository: Path, files: Mapping[str, str | Path | None]) -> str:
    """Commit these files, and return the commit; a path is a link to it, None removes a file."""
    for name, content in files.items():
        path = repository / name
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            path.symlink_to(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "a change")
    return git(repository, "rev-parse", "HEAD")


def pull_request(
    repository: Path,
    old: Mapping[str, str | Path | None],
    new: Mapping[str, str | Path | None],
    branch: str = "change",
) -> PullRequest:
    """A repository with ``old`` on its branch main, and a pull request of ``new``."""
    repository.mkdir()
    git(repository, "init", "--quiet")
    commit(repository, old)
    git(repository, "switch", "--quiet", "--create", branch)
    head = commit(repository, new)
    git(repository, "switch", "--quiet", "main")
    base = commit(repository, {"elsewhere.txt": "main has moved on meanwhile"})
    git(repository, "merge", "--quiet", "--no-ff", "--message", "merge", head)
    merge = git(repository, "rev-parse", "HEAD")
    git(repository, "checkout", "--quiet", "--detach")
    return PullRequest(repository, base, head, merge)


def shallow(request: PullRequest, directory: Path, depth: int) -> Path:
    """A clone as actions/checkout makes it with this fetch-depth."""
    directory.mkdir()
    git(directory, "init", "--quiet")
    git(request.repository, "branch", "--force", "pull-merge", request.merge)
    source = f"file://{request.repository}"
    git(directory, "fetch", "--quiet", f"--depth={depth}", source, "pull-merge")
    git(directory, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    return directory
