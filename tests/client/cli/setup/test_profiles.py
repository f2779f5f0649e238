"""Profiles: one section is written, and every other line stays."""

import stat
from pathlib import Path

import pytest

from s3vend.cli.setup.profiles import replace_section, write_profile
from s3vend.cli.terminal.ending import Refusal
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
