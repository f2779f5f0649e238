"""The command as a whole: misuse, help and version."""

import re
import shlex

import pytest
import typer

from s3vend import __version__
from s3vend.cli.app import app
from s3vend.cli.terminal.command import example_lines
from s3vend.cli.terminal.usage import TASKS
from tests.client.conftest import run
from tests.client.typed import typed
from tests.support.pages import pages

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ls",), 2, "No service address found"),
        (("ls", "--url", "http://example.com"), 2, "must begin with https://"),
        (("ls", "--profile", "nobody"), 2, "Profile nobody not found"),
        (("ls", "--bad"), 2, "--bad"),
        (("credentials",), 2, "TARGET"),
        (("credentials", "reports"), 2, "not a target"),
        (("credentials", "s3://b/reports/"), 2, "ambiguous"),
        (("credentials", "s3://b/k", "--export", "--format", "json"), 2, "--export requires"),
        (("credentials", "s3://b/k", "--duration", "soon"), 2, "is not a duration"),
        (("cred",), 2, "No such command"),
        (("ls", "--door", "x"), 2, "'--door': 'x' is not one of 'iam', 'web-identity'."),
        (("ls", "--retries", "x"), 2, "'--retries': must be a whole number"),
        (("cp", "a", "s3://b/", "--parallel", "0"), 2, "'--parallel': must be at least 1"),
        (("cp", "a", "s3://b/", "--parallel", "65"), 2, "'--parallel': must be at most 64"),
        (("exec", "s3://b/k"), 2, "put it after --"),
        (("revoke", "--all"), 2, "--reason is required"),
        (("revoke", "--reason", "x"), 2, "name exactly one of"),
        (("revoke", "--all", "--grant", "g", "--reason", "x"), 2, "name exactly one of"),
        (("revoke", "--subject", "s", "--reason", "x"), 2, "go with --issuer"),
        (("revoke", "--issuer", "https://i", "--reason", "x"), 1, "cannot ask for confirmation"),
        (("revoke", "--all", "--reason", "x"), 1, "cannot ask for confirmation without a terminal"),
        (("revoke", "--profile", "x", "list"), 2, "put options after list"),
        (("plan", "no-such-file"), 1, "no-such-file cannot be read"),
        (("plan",), 1, "FILE"),
        (("plan", "--bad", "x"), 1, "--bad"),
        (("cp", "a", "b"), 2, "source or destination must be s3://bucket/key"),
        (("cp", "s3://b/a", "s3://b/a"), 2, "is copied to itself"),
        (("sync", "s3://b/a/", "d", "--content-type", "a/b"), 2, "is only for uploads"),
        (("sync", "s3://b/a/", "s3://c/a/", "--tagging", "a=b"), 2, "is only for uploads"),
        (("url", "s3://b/reports/*"), 2, "is a prefix; name one key"),
        (("url", "s3://b/reports/"), 2, "is a prefix; name one key"),
        (("url", "s3://b/k", "--content-type", "text/csv"), 2, "requires --method PUT"),
        (("configure", "x"), 2, "--url is required"),
    ],
)
def test_misuse_is_said_before_anything_is_asked(
    words: "tuple[str, ...]", code: int, said: str
) -> None:
    ended = typed(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


@pytest.mark.parametrize("name", ["ls", "credentials", "exec", "serve", "url", "cp", "sync", "whoami", "explain", "who-can", "reach", "check", "plan", "apply", "revoke", "audit", "share", "shares", "unshare", "configure", "doctor", "canary", "version"])  # fmt: skip
def test_every_command_has_help_with_examples(name: str) -> None:
    ended = typed(name, "--help")
    assert ended.code == 0
    assert f"  s3vend {name}" in ended.out.partition("Examples:")[2]


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("cp", "cp [OPTIONS] SOURCE... DESTINATION"),
        ("sync", "sync [OPTIONS] SOURCE DESTINATION"),
        ("url", "url [OPTIONS] TARGET..."),
        ("exec", "exec [OPTIONS] [TARGET]..."),
        ("serve", "serve [OPTIONS] [TARGET]..."),
        ("apply", "apply [OPTIONS] [FILE]"),
        ("check", "check [OPTIONS] FILE..."),
        ("configure", "configure [OPTIONS] NAME"),
        ("share", "share [OPTIONS] [TARGET]"),
        ("unshare", "unshare [OPTIONS] ID..."),
    ],
)
def test_a_usage_line_has_each_argument_in_the_usual_notation(name: str, usage: str) -> None:
    assert typed(name, "--help").out.splitlines()[0] == f"Usage: s3vend {usage}"


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version_is_the_package_s(option: str) -> None:
    assert typed(option).out == f"s3vend {__version__}\n"


def test_the_package_runs_as_the_command() -> None:
    code = (
        "import runpy, sys; sys.argv = ['', '-V']; runpy.run_module('s3vend', run_name='__main__')"
    )
    assert run(code).stdout == f"s3vend {__version__}\n"


def test_ctrl_c_before_the_command_is_loaded_is_said_without_a_traceback() -> None:
    code = """
import sys


class Interrupting:
    def find_spec(self, name, *more):
        if name == "typer":
            raise KeyboardInterrupt


sys.meta_path.insert(0, Interrupting())
from s3vend.cli.entry import main

main()
"""
    ended = run(code)
    assert (ended.returncode, ended.stderr) == (130, "s3vend: interrupted\n")


def test_the_help_has_every_command_once_below_a_task() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    tasks = [name for names in TASKS.values() for name in names]
    assert sorted(tasks) == sorted(commands)
    help_text = typed("--help").out
    headings = [help_text.index(f"\n{task}:\n") for task in TASKS]
    assert headings == sorted(headings)
    assert help_text.index("  whoami ") < headings[1]


def test_the_help_cuts_no_sentence() -> None:
    assert "..." not in typed("--help").out.partition("\nUse:")[2]


def test_no_line_of_any_help_is_wider_than_eighty_columns() -> None:
    for words in ([], *([name] for names in TASKS.values() for name in names)):
        lines = typed(*words, "--help").out.splitlines()
        assert max(map(len, lines)) <= 80, words


@pytest.mark.parametrize(
    "example",
    [
        "s3vend ls",
        f"s3vend revoke --caller {'x' * 60} --block --reason 'leaked in a log'",
        f"eval \"$(s3vend credentials 's3://b/{'y' * 24}/*' --export)\" && echo 'a b'",
    ],
)
def test_an_example_is_the_same_command_when_it_has_several_lines(example: str) -> None:
    lines = example_lines(example)
    as_a_shell_reads_it = "\n".join(lines).replace("\\\n", "")
    assert shlex.split(as_a_shell_reads_it) == shlex.split(example)
    assert all(len(line) <= 80 for line in lines)


def test_the_exit_codes_are_in_the_help() -> None:
    assert "130  interrupted with Ctrl-C" in typed("--help").out


TYPED_ELSEWHERE = [
    shlex.split(line.partition("> ")[2] or line.partition("$ ")[2])
    for name in ("identity-center", "macos", "windows")
    for block in pages()[f"docs/{name}.md"].blocks
    if block.language == "console"
    for line in block.text.splitlines()
    if re.match(r"(?:PS>|\$) s3vend ", line)
]


@pytest.mark.parametrize("words", TYPED_ELSEWHERE, ids=" ".join)
def test_a_command_that_a_page_shows_for_another_system_has_these_options(
    words: "list[str]",
) -> None:
    """The tests cannot run it there, or sign in; so they only read it."""
    own = words[1 : words.index("--")] if "--" in words else words[1:]
    assert typed(*own, "--help").code == 0
    assert typed(*own, "--not-an-option", "--help").code == 2
