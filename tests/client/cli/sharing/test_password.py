"""The password of a link: typed twice without echo, or on stdin."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.client.conftest import Serve
from tests.client.links import LINK, made
from tests.client.tokens import token
from tests.client.typed import answering, typed

pytestmark = pytest.mark.usefixtures("nobody")

WORDS = ("share", "s3://b/k", "--for", "7d")
FIRST, AGAIN = "Password for the link: ", "The same again: "


def answered(url: str, home: Path, answers: "list[tuple[str, str]]") -> "tuple[int, str]":
    """How `share --password` ended, and all that the terminal showed.

    Each answer is typed once its question is there, and a moment after it, since whatever was typed
    before a password is asked for is thrown away.
    """
    ours, theirs = pty.openpty()
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath, "TERM": "dumb"}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *WORDS, "--password"],
        env=environment | {"HOME": str(home), "S3VEND_URL": url, "S3VEND_TOKEN": token()},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    left, shown = list(answers), ""
    try:
        while block := os.read(ours, 4096):
            shown += block.decode()
            if left and shown.endswith(left[0][0]):
                time.sleep(0.2)
                os.write(ours, left.pop(0)[1].encode())
    except OSError:  # it has ended, and the terminal with it
        pass
    finally:
        os.close(ours)
    return running.wait(20), shown


def test_a_password_is_typed_twice_and_never_shown(at: Serve, tmp_path: Path) -> None:
    served = at(answering({"POST /shares": made(password=True)}))
    keys = [(FIRST, "long sécret\n"), (AGAIN, "long sécret\n")]
    code, shown = answered(served.url, tmp_path, keys)
    assert code == 0, shown
    assert served.asked[-1].json["password"] == "long sécret"
    assert "cret" not in shown
    assert "whoever has the link and the password can download" in shown
    assert shown.endswith(f"{LINK}\r\n")


@pytest.mark.parametrize(
    ("answers", "code", "said"),
    [
        ([(FIRST, "one\n"), (AGAIN, "two\n")], 1, "the two passwords differ, so no link is made"),
        ([(FIRST, "\n")], 1, "the password is empty, so no link is made"),
        ([(FIRST, "\x04")], 1, "no password was given, so no link is made"),
        ([(FIRST, "one\n"), (AGAIN, "\x04")], 1, "no password was given"),
    ],
)
def test_without_a_password_twice_no_link_is_made(
    answers: "list[tuple[str, str]]", code: int, said: str, at: Serve, tmp_path: Path
) -> None:
    served = at(answering({"POST /shares": made()}))
    ended, shown = answered(served.url, tmp_path, answers)
    assert (ended, served.asked) == (code, [])
    assert said in shown


def test_without_a_terminal_the_other_option_is_named(at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    ended = typed(*WORDS, "--password", stdin="secret\n")
    assert (ended.code, ended.out, served.asked) == (1, "", [])
    assert "pass the password to --password-stdin" in ended.err


@pytest.mark.parametrize(
    ("stdin", "sent"),
    [
        ("secret", "secret"),
        ("secret\n", "secret"),
        ("secret\r\n", "secret"),
        (" spaces stay \n", " spaces stay "),
        ("\ufeffsécret\n", "sécret"),
    ],
)
def test_stdin_is_one_line(stdin: str, sent: str, at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    assert typed(*WORDS, "--password-stdin", stdin=stdin).code == 0
    assert served.asked[-1].json["password"] == sent


@pytest.mark.parametrize("stdin", ["", "\n", "two\nlines\n", "\n\n", b"\xff\n"])
def test_what_is_not_one_line_is_refused_and_not_repeated(stdin: "str | bytes", at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    ended = typed(*WORDS, "--password-stdin", stdin=stdin)
    assert (ended.code, ended.out, served.asked) == (2, "", [])
    assert "--password-stdin: " in ended.err
    assert "two" not in ended.err
