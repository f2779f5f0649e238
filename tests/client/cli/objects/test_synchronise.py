"""`sync`, and `cp` of many files, as somebody types them."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.copying.conftest import NEWER, contents, write
from tests.client.shelf import Shelf
from tests.client.typed import TOKEN, typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.fixture
def shelf(at: Serve) -> Shelf:
    """The bucket `b`."""
    made = Shelf()
    at(made.reply)
    return made


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in ("a.csv", "b/c.csv", "b/d.txt"):
        write(root / name, f"content of {name}")
    return root


def test_a_tree_goes_up_and_down_with_a_summary(shelf: Shelf, tree: Path, tmp_path: Path) -> None:
    up = typed("sync", str(tree), "s3://b/p/")
    assert (up.code, up.out, up.err) == (0, "", "s3vend: copied 3 files (52 B)\n")
    again = typed("sync", str(tree), "s3://b/p/")
    assert again.err == "s3vend: copied 0 files (0 B), 3 unchanged\n"
    assert typed("sync", "s3://b/p/", str(tmp_path / "new"), "--quiet").err == ""
    assert contents(tmp_path / "new") == contents(tree)


def test_json_has_each_result(shelf: Shelf, tree: Path) -> None:
    shelf.objects["p/old"] = b"x"
    ended = typed("sync", str(tree), "s3://b/p/", "--delete", "-o", "json")
    assert (ended.code, ended.err) == (0, "")
    printed = ended.json
    counts = {name: printed[name] for name in ("copied", "deleted", "failed", "unchanged", "size")}
    assert counts == {"copied": 3, "deleted": 1, "failed": 0, "unchanged": 0, "size": 52}
    assert printed["results"][-1] == {"action": "deleted", "name": "old", "size": 0}


def test_a_dry_run_prints_what_would_be_done(shelf: Shelf, tree: Path) -> None:
    shelf.objects["p/old"] = b"x"
    ended = typed("sync", str(tree), "s3://b/p/", "--delete", "--dry-run")
    assert ended.out.splitlines() == [
        "would copy a.csv (16 B)",
        "would copy b/c.csv (18 B)",
        "would copy b/d.txt (18 B)",
        "would delete old",
    ]
    assert ended.err == "s3vend: would copy 3 files (52 B), would delete 1\n"
    assert shelf.keys == ["p/old"]


def test_the_order_of_filters_counts(shelf: Shelf, tree: Path) -> None:
    words = ("sync", str(tree), "s3://b/p/", "--dry-run")
    one = typed(*words, "--exclude", "*", "--include", "b/*", "--exclude=*.txt")
    assert one.out == "would copy b/c.csv (18 B)\n"
    other = typed(*words, "--include", "b/*", "--exclude", "*")
    assert other.out == ""


def test_one_failure_is_said_and_makes_the_command_fail(shelf: Shelf, tree: Path) -> None:
    (tree / "b/d.txt").chmod(0)
    (tree / "dangling").symlink_to("nowhere")
    shelf.instead = lambda asked, reply: (
        (400, {}, b"<Error><Code>Broken</Code></Error>") if "a.csv" in asked.path else reply
    )
    ended = typed("sync", str(tree), "s3://b/p/")
    assert (ended.code, ended.out) == (1, "")
    assert "failed: Could not put s3://b/p/a.csv: S3 answered 400 Broken" in ended.err
    assert "skipped: " in ended.err
    assert ended.err.splitlines()[-1].endswith(" could not be copied")


@pytest.mark.parametrize("words", [("--delete",), ("--checksum", "--dry-run"), ("-o", "json")])
def test_a_prefix_for_writing_alone_names_cp(
    words: "tuple[str, ...]", shelf: Shelf, tree: Path
) -> None:
    shelf.refuse = lambda body: (
        (403, {}, {"code": "AccessDenied", "detail": "No grant."}) if "requests" in body else None
    )
    ended = typed("sync", str(tree), "s3://b/p/", *words)
    assert (ended.code, ended.out) == (1, "")
    assert f"s3vend cp -r {tree} s3://b/p/" in ended.err
    assert typed("cp", "-r", str(tree), "s3://b/p/").code == 0  # which lists nothing
    assert shelf.keys == ["p/a.csv", "p/b/c.csv", "p/b/d.txt"]
    assert {one.method for one in shelf.seen} == {"PUT"}


def test_several_files_go_below_a_prefix_in_one_request(shelf: Shelf, tree: Path) -> None:
    files = [str(tree / name) for name in ("a.csv", "b/c.csv")]
    ended = typed("cp", *files, "s3://b/p/")
    assert (ended.code, ended.err) == (0, "s3vend: copied 2 files (34 B)\n")
    assert shelf.keys == ["p/a.csv", "p/c.csv"]
    [body] = shelf.signed
    assert body["keys"] == ["a.csv", "c.csv"]


@pytest.mark.parametrize(
    "words", [("b/d.txt", "a.csv"), ("a.csv", "-r", "b"), ("-r", "b", "a.csv")]
)
def test_several_sources_here_have_any_order(
    words: "tuple[str, ...]", shelf: Shelf, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    (tree / "b/0.csv").write_text("before a")
    ended = typed("cp", *words, "s3://b/p/")
    assert (ended.code, ended.err.count("\n")) == (0, 1)
    below = ["p/0.csv", "p/a.csv", "p/c.csv", "p/d.txt"]
    assert shelf.keys == (below if "-r" in words else ["p/a.csv", "p/d.txt"])


def test_of_two_sources_with_one_name_the_second_is_said(shelf: Shelf, tree: Path) -> None:
    (tree / "b/a.csv").write_text("another")
    ended = typed("cp", str(tree / "a.csv"), str(tree / "b/a.csv"), "s3://b/p/")
    assert (ended.code, shelf.objects) == (1, {"p/a.csv": b"content of a.csv"})
    assert "another source has 'a.csv' too" in ended.err


def test_several_objects_come_down_by_their_keys_alone(shelf: Shelf, tmp_path: Path) -> None:
    shelf.objects |= {"p/b.csv": b"b", "p/a.csv": b"a", "p/c.csv": b"c", "q/d[1].csv": b"d"}
    keys = ("s3://b/p/b.csv", "s3://b/p/a.csv", "s3://b/q/d.csv")
    shelf.objects["q/d.csv"] = b"d"
    ended = typed("cp", *keys, f"{tmp_path}/new/")
    assert (ended.code, ended.err) == (0, "s3vend: copied 3 files (3 B)\n")
    assert contents(tmp_path / "new") == {"a.csv": "a", "b.csv": "b", "d.csv": "d"}
    assert not any("list-type" in one.path for one in shelf.seen)  # a grant may have the keys alone


def test_a_key_that_is_not_there_is_said_and_the_others_come_down(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.objects |= {"p/a.csv": b"a", "p/c.csv": b"c"}
    ended = typed("cp", "s3://b/p/a.csv", "s3://b/p/b", "s3://b/p/c.csv", f"{tmp_path}/new/")
    assert ended.code == 1
    assert "failed: Could not find s3://b/p/b: S3 answered 404" in ended.err
    assert contents(tmp_path / "new") == {"a.csv": "a", "c.csv": "c"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-r", "s3://b/none/"], "there are no objects below s3://b/none/"),
        (["-r", "s3://b/p/a.csv"], "there are no objects below s3://b/p/a.csv/"),
        (["s3://b/p/*.none"], "no object matches s3://b/p/*.none"),
    ],
    ids=str,
)
def test_a_source_in_which_nothing_is_makes_cp_fail(
    words: "list[str]", said: str, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.objects["p/a.csv"] = b"a"
    ended = typed("cp", *words, f"{tmp_path}/new/")
    assert (ended.code, ended.err.splitlines()[0]) == (1, f"s3vend: failed: {said}")


@pytest.mark.parametrize("words", [["-r", "s3://b/p/"], ["s3://b/p/*.csv"]], ids=str)
def test_a_source_of_which_all_is_left_out_is_no_failure(
    words: "list[str]", shelf: Shelf, tmp_path: Path
) -> None:
    shelf.objects["p/a.csv"] = b"a"
    ended = typed("cp", *words, f"{tmp_path}/new/", "--exclude", "*")
    assert (ended.code, ended.err) == (0, "s3vend: copied 0 files (0 B)\n")


def test_the_marker_of_an_empty_directory_is_one_and_all_else_is_deleted(
    shelf: Shelf, tree: Path
) -> None:
    shelf.objects["p/"] = b""
    assert typed("sync", "s3://b/p/", str(tree), "--delete").code == 0
    assert contents(tree) == {}


def test_sync_from_a_misspelt_prefix_says_so_and_deletes_nothing(shelf: Shelf, tree: Path) -> None:
    before = contents(tree)
    for words in ([], ["--delete", "--dry-run"], ["--delete"]):
        ended = typed("sync", "s3://b/none/", str(tree), *words)
        assert (ended.code, ended.out) == (1 if words else 0, "")
        assert "there are no objects below s3://b/none/" in ended.err
    assert "so nothing is deleted" in ended.err
    assert contents(tree) == before


def test_a_pattern_copies_what_matches(shelf: Shelf, tmp_path: Path) -> None:
    shelf.objects |= {"p/a.csv": b"a", "p/b.txt": b"b", "p/d/c.csv": b"c"}
    assert typed("cp", "s3://b/p/*.csv", f"{tmp_path}/one/").code == 0
    assert contents(tmp_path / "one") == {"a.csv": "a"}
    assert typed("cp", "s3://b/p/**/*.csv", f"{tmp_path}/all/").code == 0
    assert contents(tmp_path / "all") == {"a.csv": "a", "d/c.csv": "c"}


def test_files_that_exist_are_kept_unless_the_user_says_so(shelf: Shelf, tmp_path: Path) -> None:
    shelf.objects |= {"p/a.csv": b"theirs", "p/b.csv": b"theirs"}
    write(tmp_path / "new/a.csv", "mine")
    words = ("cp", "-r", "s3://b/p/", str(tmp_path / "new"))
    ended = typed(*words)
    assert (ended.code, contents(tmp_path / "new")) == (1, {"a.csv": "mine", "b.csv": "theirs"})
    assert "already exists; use --overwrite to replace it" in ended.err
    kept = typed(*words, "--no-overwrite")
    assert (kept.code, contents(tmp_path / "new")["a.csv"]) == (0, "mine")
    assert typed(*words, "--overwrite").code == 0
    assert contents(tmp_path / "new") == {"a.csv": "theirs", "b.csv": "theirs"}


def test_objects_that_exist_are_replaced_unless_the_user_says_so(shelf: Shelf, tree: Path) -> None:
    shelf.objects["p/a.csv"] = b"theirs"
    shelf.instead = lambda asked, reply: (
        (412, {}, b"<Error><Code>PreconditionFailed</Code></Error>")
        if asked.method == "PUT" and "a.csv" in asked.path and len(shelf.signed) == 1
        else reply
    )
    kept = typed("cp", "-r", str(tree), "s3://b/p/", "--no-overwrite")
    assert (kept.code, "1 skipped" in kept.err) == (0, True)
    assert shelf.signed[0]["ifNoneMatch"] == "*"
    assert typed("cp", "-r", str(tree), "s3://b/p/").code == 0
    assert "ifNoneMatch" not in shelf.signed[1]


def test_a_copy_that_is_killed_goes_on_where_it_was(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the right to write alone: the journal says what arrived."""
    shelf, pressed = Shelf(), list[int]()
    tree = tmp_path / "many"
    for number in range(100):
        write(tree / f"{number:03}.csv", str(number))

    def killing(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "PUT" and len(shelf.seen) == 60 and not pressed:
            pressed.append(1)
            running.send_signal(signal.SIGKILL)
        return reply

    shelf.instead = killing
    served = serve(shelf.reply)
    monkeypatch.setenv("S3VEND_URL", served.url)
    words = ["cp", "-r", str(tree), "s3://b/p/", "--parallel", "2"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "S3VEND_TOKEN": TOKEN}
    command = [sys.executable, "-m", "s3vend", *words]
    with subprocess.Popen(command, env=environment) as running:  # noqa: S603 - ours
        assert running.wait(60) == -signal.SIGKILL
    first = len([one for one in shelf.seen if one.method == "PUT"])
    ended = typed(*words)
    assert ended.code == 0
    found = re.search(r"([0-9]+) files have arrived already", ended.err)
    assert found is not None
    assert int(found[1]) >= first - 4  # what was on its way when the process ended
    assert len([one for one in shelf.seen if one.method == "PUT"]) == 100 + first - int(found[1])
    assert len(shelf.keys) == 100
    assert "arrived already" not in typed(*words).err


def test_what_an_earlier_copy_wrote_is_written_again_if_it_is_gone(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.objects |= {f"p/{name}.csv": name.encode() for name in "abcd"}
    words = ("cp", "-r", "s3://b/p/", str(tmp_path / "new"))
    shelf.instead = lambda asked, reply: (
        (400, {}, b"<Error><Code>Broken</Code></Error>") if "d.csv" in asked.path else reply
    )
    assert typed(*words).code == 1
    (tmp_path / "new/a.csv").unlink()
    write(tmp_path / "new/b.csv", "longer")
    write(tmp_path / "new/c.csv", "C", NEWER)
    shelf.seen.clear()
    shelf.instead = lambda asked, reply: reply
    assert typed(*words, "--overwrite").code == 0
    assert contents(tmp_path / "new") == {f"{name}.csv": name for name in "abcd"}


def test_what_an_earlier_copy_wrote_is_not_written_again(shelf: Shelf, tmp_path: Path) -> None:
    shelf.objects |= {f"p/{name}.csv": name.encode() for name in "abcd"}
    words = ("cp", "-r", "s3://b/p/", str(tmp_path / "new"))
    shelf.instead = lambda asked, reply: (
        (400, {}, b"<Error><Code>Broken</Code></Error>") if "d.csv" in asked.path else reply
    )
    assert typed(*words).code == 1
    shelf.seen.clear()
    shelf.instead = lambda asked, reply: reply
    ended = typed(*words)  # without --overwrite: what is there is its own
    assert (ended.code, "3 files have arrived already" in ended.err) == (0, True)
    read = [one.path.partition("?")[0] for one in shelf.seen if "list-type" not in one.path]
    assert read == ["/b/p/d.csv"]


def test_unfinished_files_of_a_killed_copy_are_removed(shelf: Shelf, tmp_path: Path) -> None:
    shelf.objects |= {"p/a.csv": b"a", "p/d/b.csv": b"b"}
    new, words = tmp_path / "new", ("sync", "s3://b/p/", str(tmp_path / "new"))
    shelf.instead = lambda asked, reply: (
        (400, {}, b"<Error><Code>Broken</Code></Error>") if "b.csv" in asked.path else reply
    )
    assert typed(*words).code == 1
    [state] = (tmp_path / "state/s3vend").glob("sync-*.json")
    mark = json.loads(state.read_text())["mark"]
    write(new / "d" / f"{mark}0000000000000001", "half")
    write(new / "d" / f".s3vend-{'0' * 32}", "of another copy")
    shelf.instead = lambda asked, reply: reply
    assert typed(*words).code == 0
    assert contents(new) == {
        "a.csv": "a",
        "d/b.csv": "b",
        f"d/.s3vend-{'0' * 32}": "of another copy",
    }
    assert list((tmp_path / "state/s3vend").iterdir()) == []


def test_ctrl_c_says_how_to_go_on(serve: Serve, tree: Path) -> None:
    pressed: list[int] = []

    def pressing(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "PUT" and not pressed:
            pressed.append(1)
            running.send_signal(signal.SIGINT)
        return reply

    served = serve(Shelf(instead=pressing).reply)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "S3VEND_TOKEN": TOKEN}
    command = [sys.executable, "-m", "s3vend", "sync", str(tree), "s3://b/p/"]
    with subprocess.Popen(  # noqa: S603 - ours
        command,
        env=environment | {"S3VEND_URL": served.url},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        _, err = running.communicate(timeout=60)
    assert (running.returncode, "run the same command again to resume" in err) == (130, True)


@pytest.mark.parametrize(("failing", "resumes"), [("a.csv", False), ("d.txt", True)])
def test_an_early_end_after_some_files_says_how_to_go_on(
    failing: str, resumes: bool, shelf: Shelf, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.instead = lambda asked, reply: (
        (200, {"Content-Length": "unknown"}, b"") if failing in asked.path else reply
    )
    monkeypatch.setenv("S3VEND_RETRIES", "0")
    ended = typed("cp", "-r", str(tree), "s3://b/p/", "--parallel", "1")
    assert ended.code == 4
    assert ("s3vend: stopped early; run the same command again to resume" in ended.err) is resumes


def test_a_terminal_shows_how_far_it_is(shelf: Shelf, tree: Path, at: Serve) -> None:
    url = os.environ["S3VEND_URL"]
    write(tree / "a.csv", "content of a.csv", NEWER)
    ended, shown = at_a_terminal(
        "sync", str(tree), "s3://b/p/", keys="", home=tree.parent, S3VEND_URL=url
    )
    assert ended == 0
    assert "copied 3 files (52 B)" in shown
