"""The command as a whole: misuse, help and version."""

import pytest

from s3vend import __version__
from tests.client.typed import typed

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
        (("cp", "a", "b"), 2, "exactly one of source and destination must be s3://"),
        (("cp", "s3://b/a", "s3://b/b"), 2, "exactly one of source and destination must be s3://"),
        (("url", "s3://b/reports/*"), 2, "is a prefix; name one key"),
        (("url", "s3://b/k", "--content-type", "text/csv"), 2, "require --method PUT"),
        (("configure", "x"), 2, "--url is required"),
    ],
)
def test_misuse_is_said_before_anything_is_asked(
    words: "tuple[str, ...]", code: int, said: str
) -> None:
    ended = typed(*words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


@pytest.mark.parametrize("name", ["ls", "credentials", "exec", "url", "cp", "whoami", "explain", "plan", "apply", "revoke", "audit", "configure", "doctor", "canary"])  # fmt: skip
def test_every_command_has_help_with_examples(name: str) -> None:
    ended = typed(name, "--help")
    assert ended.code == 0
    assert f"  s3vend {name}" in ended.out.partition("Examples:")[2]


def test_the_version_is_the_package_s() -> None:
    assert typed("--version").out == f"s3vend {__version__}\n"


def test_the_exit_codes_are_in_the_help() -> None:
    assert "130  interrupted with Ctrl-C" in typed("--help").out
