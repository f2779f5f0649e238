"""`cp` against a service and an S3 of the test's own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.client.at_a_terminal import at_a_terminal
from tests.client.cli.objects.conftest import CONTENT, LONG
from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.multipart import Bucket
from tests.client.storing import names
from tests.client.typed import TOKEN, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("destination", "path"),
    [("s3://b/up/", "/b/up/new.csv"), ("s3://b/up/other", "/b/up/other")],
)
def test_a_file_goes_up_under_its_own_name_or_another(
    destination: str, path: str, both: Served, stored: "dict[str, bytes]", tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_bytes(b"new")
    ended = typed("cp", str(tmp_path / "new.csv"), destination)
    assert (ended.code, ended.out) == (0, "")
    copied = f"s3vend: copied {tmp_path}/new.csv to s3:/{path} (verified by "
    assert ended.err.startswith(copied)
    assert ended.err.count("\n") == 1
    assert stored[path] == b"new"


def test_an_object_comes_down_into_a_directory(both: Served, tmp_path: Path) -> None:
    ended = typed("cp", "s3://b/reports/2026.csv", str(tmp_path))
    final = tmp_path / "2026.csv"
    said = f"s3vend: copied s3://b/reports/2026.csv to {final} (verified by MD5)\n"
    assert (ended.code, ended.out, ended.err) == (0, "", said)
    assert typed("cp", "s3://b/reports/2026.csv", str(tmp_path), "--quiet", "--overwrite").err == ""
    assert (tmp_path / "2026.csv").read_bytes() == CONTENT


def test_stdin_goes_up(both: Served, stored: "dict[str, bytes]") -> None:
    assert typed("cp", "-", "s3://b/up/x", stdin=b"\x00\xff raw").code == 0
    assert stored["/b/up/x"] == b"\x00\xff raw"


@pytest.mark.parametrize("option", [(), ("--no-overwrite",)])
def test_a_file_that_is_there_stays_where_nobody_can_be_asked(
    option: "tuple[str, ...]", both: Served, tmp_path: Path
) -> None:
    path = tmp_path / "2026.csv"
    path.write_text("mine")
    ended = typed("cp", "s3://b/reports/2026.csv", str(tmp_path), *option)
    assert (ended.code, ended.out) == (1, "")
    assert f"{path} already exists; use --overwrite to replace it" in ended.err
    assert path.read_text() == "mine"
    assert names(tmp_path) == ["2026.csv", "state"]
    assert names(tmp_path / "state/s3vend") == []
    assert typed("cp", "s3://b/reports/2026.csv", str(tmp_path), "--overwrite").code == 0
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(("keys", "code"), [("yes\n", 0), ("no\n", 1), ("\n", 1)])
def test_a_terminal_is_asked_before_a_file_is_replaced(
    keys: str, code: int, both: Served, tmp_path: Path
) -> None:
    path = tmp_path / "2026.csv"
    path.write_text("mine")
    words = ("cp", "s3://b/reports/2026.csv", str(path))
    ended, shown = at_a_terminal(*words, keys=keys, home=tmp_path, S3VEND_URL=both.url)
    assert ended == code
    assert f"{path} already exists. Replace it? Type 'yes' to confirm:" in shown
    assert path.read_bytes() == (b"mine" if code else CONTENT)


def test_a_download_that_was_begun_goes_on_without_a_question(both: Served, tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_text("mine")
    words = ("cp", "s3://b/long", str(path))
    both.told["GET"] = lambda: b""
    assert typed(*words, "--overwrite", "--parallel", "1").code == 1
    del both.told["GET"]
    assert typed(*words).code == 0
    assert path.read_bytes() == LONG
    assert typed(*words).code == 1


def test_a_slash_at_the_end_is_a_directory_that_is_created(both: Served, tmp_path: Path) -> None:
    for key in ("reports/2026.csv", "long"):
        assert typed("cp", f"s3://b/{key}", f"{tmp_path}/new/deep/").code == 0
    assert names(tmp_path / "new/deep") == ["2026.csv", "long"]
    (tmp_path / "file").write_text("x")
    ended = typed("cp", "s3://b/long", f"{tmp_path}/file/")
    assert (ended.code, ended.out) == (2, "")
    assert "file is not a directory" in ended.err
    assert typed("cp", "s3://b/none", f"{tmp_path}/none/").code == 1
    assert not (tmp_path / "none").exists()


def test_what_s3_keeps_with_an_object_goes_with_it(both: Served, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"packed")
    options = ["--cache-control", "max-age=60", "--metadata", "Team=Data,month=1", "--no-overwrite"]
    options += ["--content-encoding", "gzip", "--tagging", "a=1&b=", "--sse", "AES256"]
    assert typed("cp", str(tmp_path / "a.csv.gz"), "s3://b/up/", *options).code == 0
    [request] = json.loads(both.asked[0].body)["requests"]
    expected = {
        "cacheControl": "max-age=60",
        "contentEncoding": "gzip",
        "contentType": "text/csv",
        "ifNoneMatch": "*",
        "metadata": {"team": "Data", "month": "1"},
        "serverSideEncryption": "AES256",
        "tags": {"a": "1", "b": ""},
    }
    assert {name: request.get(name) for name in expected} == expected
    assert typed("cp", str(tmp_path / "a.csv.gz"), "s3://b/up/").code == 0
    [request] = json.loads(both.asked[2].body)["requests"]
    assert request["contentType"] == "application/gzip"
    assert not {"contentEncoding", "ifNoneMatch"} & {*request}


def test_an_object_that_is_there_is_named(both: Served, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"new")
    both.told["PUT"] = lambda: b"<Error><Code>PreconditionFailed</Code></Error>"
    ended = typed("cp", str(tmp_path / "f"), "s3://b/up/", "--no-overwrite")
    assert (ended.code, ended.out) == (1, "")
    assert "s3://b/up/f" in ended.err
    assert "already exists" in ended.err


def test_stdin_cannot_be_two_things(both: Served) -> None:
    ended = typed("cp", "-", "s3://b/k", "--token-file", "-", stdin="a.b.c")
    assert (ended.code, both.asked) == (2, [])
    assert "stdin cannot be both" in ended.err


def test_ctrl_c_ends_an_upload_of_stdin_and_leaves_no_parts(serve: Serve, tmp_path: Path) -> None:
    bucket, pressed = Bucket(), list[int]()

    def pressing(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "PUT" and not pressed:
            pressed.append(1)
            running.send_signal(signal.SIGINT)
        return reply

    bucket.instead = pressing
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path), "PATH": os.defpath}
    settings |= {"S3VEND_URL": serve(bucket.reply).url, "S3VEND_TOKEN": TOKEN}
    running = subprocess.Popen(
        [sys.executable, "-m", "s3vend.cli", "cp", "-", "s3://b/k", "--part-size", "5"],
        env=settings | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin
    assert running.stderr
    with suppress(BrokenPipeError):  # where it ends before it has read all of this
        running.stdin.write(b"x" * 11 * 1024 * 1024)
        running.stdin.flush()  # and it stays open, as of a program that has more to say
    assert running.wait(30) == 130
    assert running.stderr.read() == b"s3vend: interrupted\n"
    with suppress(BrokenPipeError):
        running.stdin.close()
    running.stderr.close()
    assert (bucket.objects, bucket.running, len(bucket.started)) == ({}, {}, 1)
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("cp", "s3://b/none", "."), 1, "NoSuchKey|NotFound|404"),
        (("cp", "s3://b/none", "."), 1, "If it is a prefix, use -r to copy everything below it"),
        (("cp", "s3://b/none", "-"), 1, "If it is a prefix, use -r and a directory"),
        (("cp", "s3://b/n*e", "new"), 1, "For a pattern, end the destination with a slash: new/"),
        (("cp", "/no/such/file", "s3://b/up/"), 1, "/no/such/file"),
        (("cp", "-", "s3://b/up/"), 2, "name the key"),
        (("cp", "s3://b/reports/", "."), 2, "s3://b/reports/ is a prefix; use -r"),
        (("cp", "/", "s3://b/up/"), 2, "/ is a directory; use -r to copy everything in it"),
        (("cp", "s3://b/reports/*", "."), 2, "is a prefix"),
        (("cp",), 2, "Missing argument: SOURCE and DESTINATION are both required"),
        (("cp", "a.csv"), 2, "Missing argument: SOURCE and DESTINATION are both required"),
        (("cp", "s3://b/k", ".", "--content-type", "a/b"), 2, "is only for uploads"),
        (("url", "s3://b/k", "--file", "x"), 2, "requires --method PUT or POST"),
        (("url", "s3://b/k", "-X", "PUT", "--file", "/no/such"), 2, "cannot be read"),
        (("url", "s3://b/k", "--curl", "-o", "json"), 2, "cannot be used with --output json"),
    ],
)
def test_what_cannot_be_done_is_said(
    words: "tuple[str, ...]",
    code: int,
    said: str,
    both: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = typed(*words)
    assert (ended.code, ended.out) == (code, "")
    assert any(one in ended.err for one in said.split("|")), ended.err
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "state"])


def test_a_refusal_of_the_service_leaves_no_file(at: Serve, tmp_path: Path) -> None:
    at(lambda asked: problem(403, "AccessDenied"))
    assert typed("cp", "s3://b/k", str(tmp_path / "k")).code == 1
    assert not (tmp_path / "k").exists()


def test_ctrl_c_says_how_to_go_on_and_leaves_nothing_half_done(
    both: Served, tmp_path: Path, stored: "dict[str, bytes]"
) -> None:
    words = ("cp", "s3://b/long", str(tmp_path / "long"))
    settings = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": str(tmp_path)}
    settings |= {"S3VEND_URL": both.url, "S3VEND_TOKEN": TOKEN, "PATH": os.defpath}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *words],
        env=settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    once = iter([signal.SIGINT])  # a second one while Python ends would be its end

    def interrupt() -> None:
        for one in once:
            running.send_signal(one)

    both.told["range"] = interrupt
    said = running.communicate(timeout=30)[1]
    assert (running.returncode, said) == (
        130,
        "s3vend: interrupted; run the same command again to resume\n",
    )
    assert not (tmp_path / "long").exists()
    del both.told["range"]
    assert typed(*words).code == 0
    assert (tmp_path / "long").read_bytes() == LONG


def test_programs_get_the_result_as_json(
    both: Served, stored: "dict[str, bytes]", tmp_path: Path
) -> None:
    path = tmp_path / "2026.csv"
    down = typed("cp", "s3://b/reports/2026.csv", str(path), "-o", "json").json
    assert down == {
        "source": "s3://b/reports/2026.csv",
        "destination": str(path),
        "size": len(CONTENT),
        "etag": down["etag"],
        "resumed": 0,
        "verified": "MD5",
        "remarks": [],
    }
    up = typed("cp", str(path), "s3://b/up/", "-o", "json").json
    assert (up["destination"], up["size"], up["remarks"]) == (
        "s3://b/up/2026.csv",
        len(CONTENT),
        [],
    )
    assert up["verified"] in ("SHA256", "CRC64NVME", "CRC32C")
    ended = typed("cp", "s3://b/reports/2026.csv", "-", "-o", "json")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize("quiet", [False, True])
def test_what_could_not_be_verified_or_resumed_is_said(
    quiet: bool, both: Served, tmp_path: Path
) -> None:
    both.told["etag"] = lambda: '"no-md5"'
    (tmp_path / "state").write_text("in the way")
    (tmp_path / ".k.s3vend").write_text("from before")
    words = ("cp", "s3://b/reports/2026.csv", str(tmp_path / "k"), *(["-q"] if quiet else []))
    ended = typed(*words, "-o", "json")
    remarks = ended.json["remarks"]
    for said, expected in zip(
        remarks,
        ("This transfer cannot be resumed.", f"Delete them: {tmp_path}/.k.s3vend", "not verified"),
        strict=True,
    ):
        assert expected in said
    said = [json.loads(line) for line in ended.err.splitlines()]
    assert said == [{"remark": remark} for remark in ([] if quiet else remarks)]
    to_stdout = typed("cp", "s3://b/reports/2026.csv", "-", *(["-q"] if quiet else []))
    assert to_stdout.out == CONTENT.decode()
    assert ("not verified" in to_stdout.err) is not quiet


def test_a_terminal_shows_by_what_it_was_verified(both: Served, tmp_path: Path) -> None:
    words = ("cp", "s3://b/reports/2026.csv", str(tmp_path))
    ended, shown = at_a_terminal(*words, keys="", home=tmp_path, S3VEND_URL=both.url)
    assert ended == 0
    assert "(verified by MD5)" in shown.replace("\r\n", "")


@pytest.mark.parametrize("name", ["a\\b", "line\nbreak", "esc\x1b[2J"])
def test_a_file_whose_name_is_a_path_elsewhere_needs_a_key(
    name: str, both: Served, stored: "dict[str, bytes]", tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(b"new")
    ended = typed("cp", str(tmp_path / name), "s3://b/up/")
    assert (ended.code, ended.out) == (2, "")
    assert "name the key" in ended.err
    assert not [key for key in stored if key.startswith("/b/up/")]
    assert typed("cp", str(tmp_path / name), "s3://b/up/mine").code == 0


@pytest.mark.parametrize("made", ["link", "directory"])
def test_no_overwrite_takes_whatever_is_there_for_existing(
    made: str, both: Served, tmp_path: Path
) -> None:
    path = tmp_path / "k"
    path.symlink_to("nowhere") if made == "link" else (path / "2026.csv").mkdir(parents=True)
    ended = typed("cp", "s3://b/reports/2026.csv", str(path), "--no-overwrite")
    assert ended.code in (1, 2)
    assert path.is_symlink() == (made == "link")
    assert not (tmp_path / "nowhere").exists()
