"""`rm`: what is asked, what is deleted, and what is said of it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.shelf import Shelf, of, serving_shelf
from tests.client.typed import TOKEN, problem, typed

KEYS = ["p/a.csv", "p/b.csv", "p/c.txt", "p/sub/d.csv", "q/x"]

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def shelf(at: Serve) -> Shelf:
    """The bucket `b`."""
    made = of(*KEYS)
    at(made.reply)
    return made


def test_one_named_object_is_deleted_without_a_question(shelf: Shelf) -> None:
    ended = typed("rm", "s3://b/p/a.csv")
    assert (ended.code, ended.out, ended.err) == (0, "", "s3vend: deleted 1 object\n")
    assert shelf.keys == KEYS[1:]
    assert typed("rm", "s3://b/p/b.csv", "-q").err == ""


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (["s3://b/p/", "-r"], KEYS[4:]),
        (["s3://b/p/*", "--recursive"], KEYS[4:]),
        (["s3://b/p/*.csv"], KEYS[2:]),
        (["s3://b/p/**/*.csv"], ["p/c.txt", "q/x"]),
        (["s3://b/p/a.csv", "s3://b/q/x"], KEYS[1:4]),
        (["s3://b/p/a.csv", "s3://b/q/*x", "s3://b/p/sub/?.csv"], KEYS[1:3]),
    ],
    ids=str,
)
def test_several_are_deleted_with_yes_alone_where_nobody_can_be_asked(
    words: "list[str]", left: "list[str]", shelf: Shelf
) -> None:
    ended = typed("rm", *words)
    assert (ended.code, shelf.keys, shelf.signed) == (1, KEYS, [])
    said = "cannot ask for confirmation without a terminal; --dry-run shows what would be deleted"
    assert said in ended.err
    ended = typed("rm", *words, "--yes")
    assert (ended.code, shelf.keys) == (0, left)
    assert ended.err == f"s3vend: deleted {5 - len(left)} objects\n"


def test_a_dry_run_names_what_would_be_deleted_and_asks_nothing(shelf: Shelf) -> None:
    ended = typed("rm", "-r", "s3://b/p/sub/", "--dry-run")
    assert (ended.code, shelf.keys) == (0, KEYS)
    assert ended.out == "would delete s3://b/p/sub/d.csv\n"
    assert ended.err == "s3vend: would delete 1 object\n"


@pytest.mark.parametrize(("typed_in", "left"), [("yes\n", KEYS[4:]), ("y\n", KEYS), ("", KEYS)])
def test_at_a_terminal_the_question_says_how_many_and_which(
    typed_in: str, left: "list[str]", serve: Serve, tmp_path: Path
) -> None:
    shelf = of(*KEYS, "p/e\x1b[2J", "p/f")
    url = serving_shelf(shelf, serve).settings.url
    code, shown = at_a_terminal(
        "rm", "-r", "s3://b/p/", "--url", url, keys=typed_in, home=tmp_path, S3VEND_URL=url
    )
    question = shown.index("Delete 6 objects? Type 'yes' to confirm:")
    for line in ("this deletes", "  s3://b/p/a.csv", "  s3://b/p/e\\x1b[2J", "  and 1 more"):
        assert line in shown[:question]
    assert "s3://b/p/sub/d.csv" not in shown
    is_deleted = left != KEYS
    assert code == (0 if is_deleted else 1)
    assert ("deleted 6 objects" if is_deleted else "nothing is deleted") in shown
    assert [key for key in shelf.keys if key in KEYS] == left


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["s3://b/p/none"], "failed: s3://b/p/none does not exist"),
        (["s3://b/none/", "-r", "--yes"], "failed: there are no objects below s3://b/none/"),
        (["s3://b/p/*.none", "--yes"], "failed: no object matches s3://b/p/*.none"),
        (["s3://b/p/*", "--no-glob"], "failed: s3://b/p/* does not exist"),
    ],
    ids=str,
)
def test_what_is_not_there_is_said(words: "list[str]", said: str, shelf: Shelf) -> None:
    ended = typed("rm", *words)
    assert (ended.code, shelf.keys) == (1, KEYS)
    assert ended.err.splitlines()[0] == f"s3vend: {said}"
    assert ended.err.splitlines()[-1] == "s3vend: nothing was deleted"
    ended = typed("rm", *words, "--dry-run")
    assert ended.err.splitlines()[-1] == "s3vend: nothing would be deleted"


def test_a_key_with_the_characters_of_a_pattern_is_not_taken_for_one(shelf: Shelf) -> None:
    shelf.objects["p/[a].csv"] = b""
    ended = typed("rm", "s3://b/p/[a].cs?", "--yes")
    assert "p/a.csv" not in shelf.keys
    ended = typed("rm", "s3://b/p/[a].csv", "--yes")
    assert "but this is a key; use --no-glob" in ended.err
    assert typed("rm", "s3://b/p/[a].csv", "--no-glob").code == 0
    assert shelf.keys == KEYS[1:]


def test_one_failure_is_not_fatal_for_the_rest_and_json_has_each_result(shelf: Shelf) -> None:
    def deny(asked: Asked, reply: Reply) -> Reply:
        if asked.method != "DELETE" or "/b.csv?" not in asked.path:
            return reply
        shelf.objects["p/b.csv"] = b"x"
        return 403, {}, b"<Error><Code>AccessDenied</Code></Error>"

    shelf.instead = deny
    ended = typed("rm", "s3://b/p/*.csv", "s3://b/none/*x", "s3://b/q/x", "--yes", "-o", "json")
    assert ended.code == 1
    printed = ended.json
    results = {one["target"]: one["action"] for one in printed["results"]}
    assert results == {
        "s3://b/p/a.csv": "deleted",
        "s3://b/p/b.csv": "failed",
        "s3://b/q/x": "deleted",
        "s3://b/none/*x": "failed",
    }
    counts = {name: printed[name] for name in ("dryRun", "deleted", "failed", "deleteMarkers")}
    assert counts == {"dryRun": False, "deleted": 2, "failed": 2, "deleteMarkers": 0}
    assert all(("reason" in one) == (one["action"] == "failed") for one in printed["results"])
    assert '"message": "2 could not be deleted"' in ended.err


def test_a_target_that_is_refused_is_not_fatal_for_the_others(at: Serve) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        is_q = body.get("requests", [{}])[0].get("target") == "s3://b/q/*"
        return problem(403, "AccessDenied", "None of your grants allows READ.") if is_q else None

    shelf = of(*KEYS, refuse=refuse)
    at(shelf.reply)
    ended = typed("rm", "-r", "s3://b/q/", "s3://b/p/", "--yes")
    assert (ended.code, shelf.keys) == (1, ["q/x"])
    assert "failed: None of your grants allows READ." in ended.err
    ended = typed("rm", "-r", "s3://b/q/", "--yes")
    assert ended.code == 1
    assert "s3vend ls lists your grants" in ended.err  # what to do
    assert "so it takes READ there too" in ended.err


def test_a_single_object_that_is_refused_ends_with_what_to_do(shelf: Shelf) -> None:
    shelf.refuse = lambda body: problem(403, "AccessDenied", "None of your grants allows it.")
    ended = typed("rm", "s3://b/p/a.csv")
    assert (ended.code, shelf.keys) == (1, KEYS)
    assert "s3vend ls lists your grants" in ended.err
    assert '"code": "AccessDenied"' in typed("rm", "s3://b/p/a.csv", "-o", "json").err
    ended = typed("rm", "s3://b/p/a.csv", "s3://b/p/b.csv", "--yes")
    assert ended.err.count("failed: None of your grants allows it.") == 2
    assert "may not have existed" not in ended.err


def test_what_is_unknown_is_said(shelf: Shelf) -> None:
    def refuse(body: "dict[str, Any]") -> "Reply | None":
        method = body.get("method") or body["requests"][0]["method"]
        return None if method == "DELETE" else problem(403, "AccessDenied")

    shelf.refuse = refuse
    ended = typed("rm", "s3://b/p/none")
    assert ended.code == 0
    assert "1 object may not have existed: without READ, nobody can tell" in ended.err


def test_a_bucket_that_keeps_versions_is_said_to(shelf: Shelf) -> None:
    def version(asked: Asked, reply: Reply) -> Reply:
        return (204, {"x-amz-delete-marker": "true"}, b"") if asked.method == "DELETE" else reply

    shelf.instead = version
    ended = typed("rm", "s3://b/p/*.csv", "--yes")
    assert "the bucket keeps versions: 2 of them are below a delete marker now" in ended.err
    printed = typed("rm", "s3://b/p/c.txt", "-o", "json").json
    assert printed["deleteMarkers"] == 1


def test_what_was_deleted_until_the_end_is_said(shelf: Shelf) -> None:
    """S3 breaks down after the first two."""

    def fail(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "DELETE" and "/sub/" in asked.path:
            return 200, {"Content-Length": "99"}, b"half"
        return reply

    shelf.instead = fail
    ended = typed("rm", "-r", "s3://b/p/", "--yes", "--retries", "0", "--timeout", "1")
    assert ended.code == 4
    assert "s3vend: deleted 3 objects" in ended.err


def test_ctrl_c_ends_it_and_what_was_deleted_is_said(serve: Serve, tmp_path: Path) -> None:
    def press(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "DELETE" and "/sub/" in asked.path:
            if any(key.startswith("p/") for key in shelf.objects):
                return 503, {}, b""  # it comes again, when the others are deleted
            running.send_signal(signal.SIGINT)
            running.wait(30)
        return reply

    shelf = of(*KEYS, instead=press)
    url = serving_shelf(shelf, serve).settings.url
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path), "PATH": os.defpath}
    running = subprocess.Popen(
        [sys.executable, "-m", "s3vend.cli", "rm", "-r", "s3://b/p/", "--yes"],
        env=settings | {"S3VEND_URL": url, "S3VEND_TOKEN": TOKEN},
        stderr=subprocess.PIPE,
    )
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said == b"s3vend: deleted 3 objects\ns3vend: interrupted\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["s3://b/p/"], "is a prefix; use --recursive to delete all objects below it"),
        (["s3://b/p", "-r"], "end it with a slash to delete all objects below it: s3://b/p/"),
        (["s3://b/p/*.csv", "-r"], "a pattern crosses levels with **"),
        (["s3://*/p/x"], "in the bucket's name"),
        (["p/x"], "is not a target; use s3://bucket/key or s3://bucket/prefix/"),
        (["s3:///p"], "has no bucket; use s3://bucket/key or s3://bucket/prefix/"),
        ([], "Missing argument"),
    ],
    ids=str,
)
def test_what_is_not_clear_is_refused_before_anything_is_sent(
    words: "list[str]", said: str, shelf: Shelf
) -> None:
    ended = typed("rm", "--yes", *words)
    assert (ended.code, shelf.signed) == (2, [])
    assert said.lower() in ended.err.lower()
