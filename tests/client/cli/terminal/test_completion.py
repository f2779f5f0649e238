"""Completion in bash, with the script that `--install-completion` installs; and it is silent."""

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.tokens import token
from tests.client.typed import answering, problem

SCOPES = ["s3://bucket/reports/*", "s3://bucket/月次/*", "s3://other/one-key", "s3://b/$(x)/*", "s3://b/a b/*"]  # fmt: skip
GRANTS = {"grants": [{"id": f"grant-{at}", "scope": scope} for at, scope in enumerate(SCOPES)]}
ANSWERS = {
    "GET /grants": GRANTS,
    "GET /admin/grants": GRANTS,
    "GET /shares": {"shares": [{"id": "0own"}, {"id": "1own"}]},
    "GET /admin/shares": {"shares": [{"id": "0other"}]},
}
# bash splits the line as readline does; the word under the cursor is the last one.
BASH = """
s3vend() { "$PYTHON" -m s3vend "$@"; }
export -f s3vend
source <(printf '%s\\n' "$SCRIPT" | sed 's/ $1 ) )/ "$PYTHON" -m s3vend ) )/')
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_s3vend_completion
printf '%s\\n' "${COMPREPLY[@]}"
"""


@cache
def script() -> str:
    """What the command prints for bash to source, the same each time."""
    return subprocess.check_output(
        [sys.executable, "-m", "s3vend"],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "_S3VEND_COMPLETE": "source_bash"},
        text=True,
    )


def completed(*words: str, home: Path, **settings: str) -> "tuple[list[str], str]":
    """What bash offers for the last word, and what was written to stderr."""
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    environment |= {"HOME": str(home), "PYTHON": sys.executable, "S3VEND_TOKEN": token()}
    environment["SCRIPT"] = script()
    done = subprocess.run(  # noqa: S603 - bash, with words of this test
        ["/bin/bash", "-c", BASH, "bash", "s3vend", *words],
        env=environment | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return [line for line in done.stdout.splitlines() if line], done.stderr


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("exec", ""), ["s3://bucket/reports/*", "s3://bucket/月次/*", "s3://other/one-key"]),
        (("exec", "s3", ":", "//buc"), ["//bucket/reports/*", "//bucket/月次/*"]),
        (("exec", "s3", ":"), ["//bucket/reports/*", "//bucket/月次/*", "//other/one-key"]),
        (("credentials", "s3", ":", "//b/k", "s3", ":", "//oth"), ["//other/one-key"]),
        (("explain", "'s3://oth"), ["s3://other/one-key"]),
        (("url", "s3", ":", "//buc"), ["//bucket/reports/", "//bucket/月次/"]),
        (("cp", "s3", ":", "//bucket/r"), ["//bucket/reports/"]),
        (("cp", "file", "s3", ":", "//bucket/r"), ["//bucket/reports/"]),
        (("cp", ""), []),
        (("cp", "s3", ":", "//b/k", "fil"), []),
        (("doctor", "s3", ":", "//oth"), ["//other/one-key"]),
        (("revoke", "--grant", "grant-1"), ["grant-1"]),
        (("audit", "sessions", "--grant", "grant-0"), ["grant-0"]),
        (("share", "s3", ":", "//oth"), ["//other/one-key"]),
        (("share", "--upload", "s3", ":", "//buc"), ["//bucket/reports/", "//bucket/月次/"]),
        (("shares", "0"), ["0own"]),
        (("unshare", "0own", ""), ["0own", "1own"]),
        (("unshare", "--admin", "0"), ["0other"]),
        (("ver",), ["version"]),
        (("exec", "--token-file", "-", "s3", ":", "//buc"), []),
    ],
)
def test_bash_completes_from_the_caller_s_grants(
    words: "tuple[str, ...]", offered: "list[str]", at: Serve, tmp_path: Path
) -> None:
    served = at(answering(ANSWERS))
    found, said = completed(*words, home=tmp_path, S3VEND_URL=served.url)
    assert (found, said) == (offered, "")


def test_options_before_the_target_count(at: Serve, tmp_path: Path) -> None:
    served = at(answering(ANSWERS))
    scheme, _, rest = served.url.partition(":")
    host, _, port = rest.partition(":")
    for words in (["--url", scheme, ":", host, ":", port], ["--url", "=", scheme, ":", host, ":", port]):  # fmt: skip
        found, _ = completed("cp", *words, "s3", ":", "//oth", home=tmp_path)
        assert found == ["//other/one-key"]


@pytest.mark.parametrize("reply", [problem(403, "AccessDenied"), problem(503, "Unavailable")])
def test_an_error_is_silent_and_not_tried_again(reply: Reply, at: Serve, tmp_path: Path) -> None:
    served = at(lambda asked: reply)
    assert completed("exec", "", home=tmp_path, S3VEND_URL=served.url) == ([], "")
    assert len(served.asked) == 1


def test_without_a_service_or_an_identity_there_is_nothing(tmp_path: Path) -> None:
    assert completed("exec", "", home=tmp_path) == ([], "")
    nobody = {"S3VEND_TOKEN": "", "S3VEND_URL": "http://127.0.0.1:9"}
    assert completed("exec", "", home=tmp_path, AWS_EC2_METADATA_DISABLED="true", **nobody) == (
        [],
        "",
    )


def test_a_service_that_does_not_answer_is_not_waited_for(at: Serve, tmp_path: Path) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(4)
        return 200, {}, GRANTS

    served = at(reply)
    assert completed("exec", "", home=tmp_path, S3VEND_URL=served.url) == ([], "")


def test_nothing_prompts(tmp_path: Path) -> None:
    """An AWS profile whose role needs a code of a device: botocore asks for it at the terminal."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        "[profile a]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n"
        "[profile b]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = a\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/d\nregion = us-east-1\n"
    )
    settings = {"S3VEND_URL": "http://127.0.0.1:9", "S3VEND_TOKEN": "", "AWS_PROFILE": "b"}
    found, said = completed("exec", "--aws-profile", "b", "", home=tmp_path, **settings)
    assert (found, said) == ([], "")
