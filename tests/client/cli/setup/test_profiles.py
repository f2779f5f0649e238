"""`configure`: one section is written, and every other line stays."""

import stat
from pathlib import Path

import pytest

from s3vend.cli.setup.profiles import replaced, written
from s3vend.cli.terminal.ending import Refusal
from tests.client.conftest import run
from tests.client.typed import typed

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
    assert replaced(old, name, NEW) == new
    assert replaced(new, name, NEW) == new


def test_nobody_else_may_read_or_write_the_file(tmp_path: Path) -> None:
    path = tmp_path / "s3vend/config"
    written(path, "x", NEW)
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
        written(tmp_path / "config", name, members)
    assert not (tmp_path / "config").exists()


def test_a_file_that_is_no_file_of_profiles_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("what is this")
    with pytest.raises(Refusal, match="stays as it is"):
        written(path, "x", NEW)
    assert path.read_text() == "what is this"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--url", "http://example.com"), "must begin with https://"),
        (("--url", "https://a/v1", "--token-file", "t", "--aws-profile", "p"), "Two identities"),
        (("--url", "https://a/v1", "--token-file", "t", "--door", "iam"), "door iam is for"),
        (("--url", "https://a/v1", "--token-file", "-"), "a profile holds no token"),
        (("--url", "https://a/v1", "--profile", "y"), "name the profile as argument"),
    ],
)
def test_what_could_not_be_used_is_not_written(
    words: "tuple[str, ...]", said: str, tmp_path: Path
) -> None:
    ended = typed("configure", "x", *words)
    assert ended.code == 2
    assert said in ended.err
    assert not (tmp_path / "config/s3vend/config").exists()


def test_a_token_file_is_found_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = typed("configure", "x", "--url", "https://a/v1", "--token-file", "t", "-o", "json")
    assert ended.json == {
        "profile": "x",
        "file": str(tmp_path / "config/s3vend/config"),
        "url": "https://a/v1",
        "token_file": str(tmp_path / "t"),
    }


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
    written(path, "dev", NEW)
    written(path, "demo", NEW)
    written(path, "other", NEW)
    done = run(
        "import sys; from s3vend.cli.main import main; sys.argv = ['s3vend']; main()",
        XDG_CONFIG_HOME=str(tmp_path / "config"),
        _S3VEND_COMPLETE="complete_bash",
        COMP_WORDS=line,
        COMP_CWORD=str(line.count(" ")),
    )
    assert sorted(done.stdout.split()) == sorted(offered)
