"""Profiles: one section is written, and every other line stays."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from s3vend.cli.settings.profiles import replace_section, write_profile
from s3vend.cli.terminal.refusal import Refusal
from s3vend.errors import SettingsError
from s3vend.identity.settings import read_profile
from tests.client.conftest import run

OLD = "# mine\n[a]\nurl = https://a/v1\n; a remark\n\n[b]\nurl = https://b/v1\n"
NEW = {"url": "https://new/v1", "door": "iam"}
SECTION = "url = https://new/v1\ndoor = iam\n"

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("old", "name", "new"),
    [
        ("", "x", f"[x]\n{SECTION}"),
        (OLD, "x", f"{OLD}\n[x]\n{SECTION}"),
        (OLD, "a", f"# mine\n\n[a]\n{SECTION}\n[b]\nurl = https://b/v1\n"),
        (OLD, "b", f"# mine\n[a]\nurl = https://a/v1\n; a remark\n\n[b]\n{SECTION}"),
    ],
)
def test_a_profile_takes_its_place_and_the_others_stay(old: str, name: str, new: str) -> None:
    assert replace_section(old, name, NEW) == new
    assert replace_section(new, name, NEW) == new


def test_nobody_else_may_read_or_write_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s3vend/config"
    write_profile(path, "x", NEW)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]
    assert [one.name for one in path.parent.iterdir()] == ["config"]


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("", NEW),
        ("a]b", NEW),
        ("a\nb", NEW),
        ("x", {"url": "https://a\n[admin]\nurl = https://evil"}),
        ("x", {"url": " https://a"}),
    ],
)
def test_what_would_become_another_section_is_refused(
    name: str, members: "dict[str, str]", tmp_path: Path
) -> None:
    with pytest.raises(Refusal):
        write_profile(tmp_path / "config", name, members)
    assert not (tmp_path / "config").exists()


def test_a_file_that_is_no_file_of_profiles_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("what is this")
    with pytest.raises(Refusal, match="was not changed"):
        write_profile(path, "x", NEW)
    assert path.read_text() == "what is this"


def link(path: Path) -> None:
    (path.parent / "victim").write_text(OLD)
    path.symlink_to("victim")


def second_name(path: Path) -> None:
    (path.parent / "victim").write_text(OLD)
    path.hardlink_to(path.parent / "victim")


def shared(path: Path) -> None:
    path.write_text(OLD)
    path.chmod(0o664)


def shared_directory(path: Path) -> None:
    path.write_text(OLD)
    path.parent.chmod(0o777)


def linked_directory(path: Path) -> None:
    path.write_text(OLD)
    path.parent.rename(path.parent.with_name("real"))
    path.parent.symlink_to("real")


@pytest.mark.invariant(18)
@pytest.mark.parametrize(
    "make", [link, second_name, os.mkfifo, shared, shared_directory, linked_directory]
)
def test_profiles_that_others_may_have_planted_are_neither_read_nor_written(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "config/s3vend/config"
    path.parent.mkdir(parents=True)
    make(path)
    with pytest.raises(SettingsError, match=r"cannot be read: (it|others)"):
        read_profile("a", path)
    with pytest.raises(Refusal, match=r"cannot be written: (it|others)"):
        write_profile(path, "x", NEW)
    victim = path.parent / "victim"
    assert not victim.exists() or victim.read_text() == OLD


@pytest.mark.parametrize("planted", [".config.new", "config.new"])
def test_a_name_beside_the_profiles_is_not_written_through(planted: str, tmp_path: Path) -> None:
    path = tmp_path / "config"
    (tmp_path / "victim").write_text("precious")
    (tmp_path / planted).symlink_to("victim")
    write_profile(path, "x", NEW)
    assert read_profile("x", path) == NEW
    assert (tmp_path / "victim").read_text() == "precious"


def test_root_may_write_the_profiles_of_a_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_profile(tmp_path / "config", "x", NEW)
    mine = tmp_path.stat().st_uid
    monkeypatch.setattr("s3vend.files.ours.own_id", lambda: mine + 1)
    if mine == 0:
        assert read_profile("x", tmp_path / "config") == NEW
    with pytest.raises(Refusal, match="belongs to another user"):
        write_profile(tmp_path / "config", "y", NEW)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("s3vend rev", ["revoke"]),
        ("s3vend revoke l", ["lift", "list"]),
        ("s3vend ls --profile d", ["dev", "demo"]),
        ("s3vend ls --output j", ["json"]),
    ],
)
def test_a_shell_completes_commands_profiles_and_choices(
    line: str, offered: "list[str]", tmp_path: Path
) -> None:
    path = tmp_path / "config/s3vend/config"
    write_profile(path, "dev", NEW)
    write_profile(path, "demo", NEW)
    write_profile(path, "other", NEW)
    done = run(
        "import sys; from s3vend.cli.entry import main; sys.argv = ['s3vend']; main()",
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        _S3VEND_COMPLETE="complete_bash",
        COMP_WORDS=line,
        COMP_CWORD=str(line.count(" ")),
    )
    assert sorted(done.stdout.split()) == sorted(offered)
