"""How a command ends, and that it asks before it writes."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from s3vend.cli.terminal.ending import ask, exits, say
from s3vend.cli.terminal.refusal import Refusal
from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import KEYS, TOKEN, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("reply", "code", "said"),
    [
        (problem(403, "AccessDenied"), 1, "Ask the service's operator for a grant"),
        (problem(400, "InvalidRequest"), 1, "Correct the request as described above"),
        (problem(404, "NotFound"), 1, "Check the name or id, and the service's address"),
        (problem(401, "NotAuthenticated"), 3, "Check that this is the identity you want"),
        (problem(403, "NotAuthenticated"), 3, "Check that this is the identity you want"),
        (problem(424, "StorageRefused"), 1, "trying again does not help"),
        (problem(429, "TooManyRequests"), 4, "Send fewer requests"),
        (problem(503, "Unavailable"), 4, "Try again later"),
        (problem(500, "InternalError"), 4, "requestId: r-1"),
    ],
)
def test_a_refusal_ends_with_a_code_of_its_kind_and_says_what_to_do(
    reply: Reply, code: int, said: str, at: Serve
) -> None:
    at(lambda asked: reply)
    ended = typed("ls")
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("s3vend: No.\n")
    assert said in ended.err
    *_, address, request_id = ended.err.splitlines()
    assert address.startswith("  GET /web-identity/grants at http://127.0.0.1:")
    assert request_id == "  requestId: r-1"
    assert TOKEN not in ended.err


MEMBERS = {"code", "message", "hint", "requestId", "exitCode", "faults"}


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (problem(403, "AccessDenied"), 1),
        (problem(401, "NotAuthenticated"), 3),
        (problem(503, "Unavailable"), 4),
        (problem(400, "InvalidRequest", errors=[{"pointer": "/a", "detail": "b"}]), 1),
    ],
)
def test_with_json_an_error_of_the_service_is_one_object(
    reply: Reply, code: int, at: Serve
) -> None:
    at(lambda asked: reply)
    ended = typed("ls", "-o", "json")
    told: Any = json.loads(ended.err)
    sent: Any = reply[2]
    assert (ended.code, ended.out) == (code, "")
    assert told.keys() == MEMBERS
    assert (told["code"], told["message"], told["requestId"]) == (sent["code"], "No.", "r-1")
    assert told["exitCode"] == code
    assert told["hint"]
    assert told["faults"] == sent.get("errors", [])


@pytest.mark.parametrize(
    ("words", "code", "name", "said"),
    [
        ("ls -o json --bad", 2, "InvalidUsage", "--bad"),
        ("ls --bad --output=json", 2, "InvalidUsage", "--bad"),
        ("whoami -qojson extra", 2, "InvalidUsage", "extra"),
        ("no-such -o json", 2, "InvalidUsage", "no-such"),
        ("audit no-such -o json", 2, "InvalidUsage", "no-such"),
        ("audit vend -o json", 2, "InvalidUsage", "VEND"),
        ("plan -o json", 1, "InvalidUsage", "FILE"),
        ("plan no-such-file -o json", 1, "InvalidUsage", "cannot be read"),
        ("ls -o json --profile x", 2, "SettingsError", "x"),
        ("ls -o json --url http://a.example.com", 2, "SettingsError", "https://"),
        ("ls -o json --url http://127.0.0.1:9", 4, "Unreachable", "127.0.0.1:9"),
        ("exec s3://b/k -o json -p READ", 2, "InvalidUsage", "put it after --"),
        ("revoke --all --reason x -o json", 1, "Refused", "--yes"),
        ("exec s3://b/k --bad -- x -o json", 2, None, "--bad"),
    ],
)
def test_with_json_so_is_every_other_error(
    words: str, code: int, name: "str | None", said: str
) -> None:
    ended = typed(*words.split())
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    if name is None:  # `-o json` after -- is the command's
        assert ended.err.startswith("s3vend: ")
        return
    told = json.loads(ended.err)
    assert told.keys() == MEMBERS
    assert (told["code"], told["exitCode"], told["requestId"]) == (name, code, None)
    assert said in told["message"]


def test_with_json_a_remark_is_an_object_too(capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> None:
        with exits(as_json=True):
            say("first\x1b")
            raise Refusal("second", 1)

    with pytest.raises(typer.Exit):
        command()
    remark, error = map(json.loads, capsys.readouterr().err.splitlines())
    assert remark == {"remark": "first\x1b"}
    assert error["message"] == "second"


def test_the_first_line_of_an_error_is_red_at_a_terminal(tmp_path: Path) -> None:
    words = ("ls", "--profile", "x")
    _, shown = at_a_terminal(*words, keys="", home=tmp_path)
    assert shown.startswith("\x1b[31ms3vend: Profile x not found")
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR", "0")):
        _, shown = at_a_terminal(*words, keys="", home=tmp_path, **{name: value})  # type: ignore[arg-type]
        assert shown.startswith("s3vend: Profile x not found")
        assert "\x1b" not in shown


def test_no_answer_ends_with_four(alone: pytest.MonkeyPatch) -> None:
    alone.setattr("s3vend.http.patience.Patience.pause", lambda self, number: 0.0)
    ended = typed("ls", "--url", "http://127.0.0.1:9")
    assert ended.code == 4
    assert "http://127.0.0.1:9" in ended.err


def test_nobody_to_be_ends_with_three_and_says_what_was_tried(
    alone: pytest.MonkeyPatch,
) -> None:
    alone.delenv("S3VEND_TOKEN")
    ended = typed("ls", "--url", "http://127.0.0.1:9")
    assert ended.code == 3
    assert "  - AWS credentials: botocore found none" in ended.err


def test_ctrl_c_ends_with_130(at: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **more: object) -> None:
        raise KeyboardInterrupt

    at(answering({}))
    monkeypatch.setattr("s3vend.service.connect.Service.read", interrupted)
    ended = typed("ls")
    assert (ended.code, ended.err) == (130, "s3vend: interrupted\n")


def test_a_question_does_not_steer_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert ask("revoke \x1b[2J\x9b?") == "yes"
    assert capsys.readouterr().err == "revoke \\x1b[2J\\u009b? "


CHANGE = {
    "action": "remove",
    "kind": "grant",
    "id": "old",
    "pointer": "/grants",
    "before": {"id": "old"},
    "after": None,
    "revocation": {"grantId": "old", "kind": "sessions", "reason": "the grant was removed"},
}


@pytest.mark.parametrize(
    ("keys", "code", "dry", "revoked"),
    [
        ("yes\nyes\n", 0, [True, False], 1),
        ("yes\nno\n", 0, [True, False], 0),
        ("y\n", 1, [True], 0),
        ("\n", 1, [True], 0),
    ],
)
def test_apply_asks_and_only_yes_means_it(
    keys: str, code: int, dry: "list[bool]", revoked: int, at: Serve, tmp_path: Path
) -> None:
    def changed(asked: Asked) -> Reply:
        only_asked = asked.json["dryRun"]
        return 200, {}, {"applied": not only_asked, "revision": 1, "changes": [CHANGE]}

    revocation = {"revocation": {"createdAt": "2026-01-01T00:00:00Z"}, "denialWritten": True}
    answers = {"POST /admin/changes": changed, "POST /admin/revocations": revocation}
    served = at(answering(answers))
    (tmp_path / "v.yaml").write_text("version: 1\ngrants: []\n")
    words = ("apply", str(tmp_path / "v.yaml"), "--prune")
    ended, shown = at_a_terminal(*words, keys=keys, home=tmp_path, S3VEND_URL=served.url)
    assert ended == code, shown
    assert "\x1b[31m- grant old\x1b[0m" in shown
    asked = [one.json["dryRun"] for one in served.asked if one.path.endswith("changes")]
    assert asked == dry
    assert sum(one.path.endswith("revocations") for one in served.asked) == revoked


FORGED = "a\ns3vend: copied all.csv to s3://b/all.csv (verified by SHA256)\n::error::"


@pytest.mark.parametrize(
    "words",
    [
        ("cp", FORGED, "s3://b/k"),
        ("cp", "s3://b/k", f"{FORGED}/x"),
        ("url", "-X", "PUT", "--file", FORGED, "s3://b/k"),
        ("plan", FORGED),
        ("apply", "--plan-file", FORGED),
        ("ls", "--token-file", FORGED),
        ("exec", "s3://b/k", "--", FORGED),
        (FORGED,),
    ],
)
def test_a_name_with_a_line_break_begins_no_line(
    words: "tuple[str, ...]", at: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script passes names on that others chose, and systems of CI read each line."""
    monkeypatch.chdir(tmp_path)
    at(answering({"POST /credentials": KEYS}))
    ended = typed(*words)
    assert ended.code != 0
    assert "a\\ns3vend: copied" in ended.err
    assert not any(line.startswith(("s3vend: copied", "::")) for line in ended.err.splitlines())


def test_a_remark_is_one_line_for_each_text(capsys: pytest.CaptureFixture[str]) -> None:
    say(FORGED)
    assert len(capsys.readouterr().err.splitlines()) == 1
    say("first", "second")
    assert capsys.readouterr().err == "s3vend: first\nsecond\n"


def test_lines_of_both_streams_stay_in_order_where_both_go_to_one_file(tmp_path: Path) -> None:
    """Python keeps lines for a file back; users of `> log 2>&1` would read them at the end."""
    program = (
        "from s3vend.cli.terminal.ending import put_failure, say\n"
        "from s3vend.cli.terminal.failure import failure_of\n"
        "from s3vend.cli.terminal.refusal import Refusal\n"
        "from s3vend.cli.terminal.text import put\n"
        "put('one'); say('two'); put('three'); put_failure(failure_of(Refusal('four'), 2))\n"
    )
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath}
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(  # noqa: S603 - this very interpreter
            [sys.executable, "-c", program], stdout=log, stderr=log, env=settings, check=True
        )
    told = (tmp_path / "log").read_text().splitlines()
    assert told == ["one", "s3vend: two", "three", "s3vend: four"]
