"""`url` and `cp` against a service and an S3 of the test's own."""

import hashlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from s3vend import connect
from s3vend.cli.use.stream import stream
from tests.client.conftest import Asked, Reply, Serve, Served
from tests.client.typed import problem, typed

pytestmark = pytest.mark.usefixtures("nobody")
CONTENT = b"month,total\n2026-01,42\n"
LONG = bytes(range(256)) * 80_000  # more than one range


@pytest.fixture
def stored() -> "dict[str, bytes]":
    """What S3 has, by path."""
    return {"/b/reports/2026.csv": CONTENT, "/b/long": LONG}


@pytest.fixture
def both(at: Serve, stored: "dict[str, bytes]") -> Served:
    """The service, and S3 behind the URLs that it gives."""
    found: list[Served] = []

    def sign(request: "dict[str, str]") -> "dict[str, object]":
        path = "/" + request["target"].removeprefix("s3://")
        named = {"Content-Type": "contentType", "Content-Length": "contentLength"}
        headers = {name: str(request[of]) for name, of in named.items() if of in request}
        url = f"{found[0].url}{path}?X-Amz-Signature=s"
        end = "2099-01-01T00:00:00Z"
        return {"method": request["method"], "url": url, "headers": headers, "expiresAt": end}

    def signed(body: "dict[str, Any]") -> "dict[str, object]":
        if body.get("format") != "compact":
            return {"urls": [sign(one) for one in body["requests"]]}
        prefix = body["prefix"].removeprefix("s3:/")
        urls = [[f"{prefix}{key}", "s"] for key in body["keys"]]
        end = {"expiresAt": "2099-01-01T00:00:00Z", "headers": {}}
        return {"base": found[0].url, "query": "X=1", "urls": urls, **end}

    def reply(asked: Asked) -> Reply:
        if asked.path.endswith("/presigned-urls"):
            return 200, {}, signed(json.loads(asked.body))
        path = urlsplit(asked.path).path
        if asked.method == "PUT":
            stored[path] = asked.body
            return 200, {"ETag": '"e"'}, b""
        if path not in stored:
            return 404, {}, b"<Error><Code>NoSuchKey</Code></Error>"
        body = stored[path]
        etag = {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}  # noqa: S324 - as S3 does
        if asked.method == "HEAD":
            return 200, {**etag, "Content-Length": str(len(body))}, body
        if "range" in asked.headers:
            found[0].told.get("range", lambda: None)()
            first, last = map(int, asked.headers["range"].removeprefix("bytes=").split("-"))
            span = f"bytes {first}-{last}/{len(body)}"
            return 206, {**etag, "Content-Range": span}, body[first : last + 1]
        return 200, etag, body

    found.append(at(reply))
    return found[0]


def test_a_url_is_a_line(both: Served) -> None:
    ended = typed("url", "s3://b/reports/2026.csv", "--expires-in", "5m")
    assert ended.out == f"{both.url}/b/reports/2026.csv?X-Amz-Signature=s\n"
    assert both.asked[0].json["expiresIn"] == 300


def test_many_targets_come_from_stdin_in_their_order(both: Served) -> None:
    ended = typed("url", "-", stdin="s3://b/p/one\n\ns3://b/p/two\n")
    assert [urlsplit(line).path for line in ended.out.splitlines()] == ["/b/p/one", "/b/p/two"]
    assert len(both.asked) == 1


def test_json_says_what_has_to_be_sent_with_the_url(both: Served) -> None:
    words = ("--method", "put", "--content-type", "text/csv", "--content-length", "3", "-o", "json")
    [url] = typed("url", "s3://b/k", *words).json["urls"]
    sent = {"Content-Type": "text/csv", "Content-Length": "3"}
    assert (url["method"], url["headers"]) == ("PUT", sent)
    assert url["expiresAt"] == "2099-01-01T00:00:00Z"
    assert json.loads(both.asked[0].body)["requests"][0]["contentLength"] == 3


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_the_line_for_curl_does_it(
    method: str, both: Served, stored: "dict[str, bytes]", tmp_path: Path
) -> None:
    path = tmp_path / "a b's.csv"
    path.write_bytes(b"new")
    file = ("--file", str(path)) if method == "PUT" else ()
    ended = typed("url", "s3://b/reports/2026.csv", "--curl", "-X", method, *file)
    words = shlex.split(ended.out)
    assert words[0] == "curl"
    done = subprocess.run(words, capture_output=True, check=True)  # noqa: S603 - what is tested
    if method == "PUT":
        assert stored["/b/reports/2026.csv"] == b"new"
        assert both.asked[-1].headers["content-type"] == "text/csv"
    else:
        assert CONTENT in done.stdout or method == "HEAD"
    assert both.asked[-1].method == method


@pytest.mark.parametrize(
    ("destination", "path"),
    [("s3://b/up/", "/b/up/new.csv"), ("s3://b/up/other", "/b/up/other")],
)
def test_a_file_goes_up_under_its_own_name_or_another(
    destination: str, path: str, both: Served, stored: "dict[str, bytes]", tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_bytes(b"new")
    ended = typed("cp", str(tmp_path / "new.csv"), destination)
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert stored[path] == b"new"


def test_an_object_comes_down_into_a_directory(both: Served, tmp_path: Path) -> None:
    ended = typed("cp", "s3://b/reports/2026.csv", str(tmp_path))
    assert (ended.code, ended.out, ended.err) == (0, "", "")
    assert (tmp_path / "2026.csv").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT, LONG, b""])
def test_an_object_goes_to_stdout_byte_for_byte(
    content: bytes, both: Served, stored: "dict[str, bytes]"
) -> None:
    stored["/b/k"] = content
    out = io.BytesIO()
    stream(connect(), "s3://b/k", out)
    assert out.getvalue() == content


def test_stdin_goes_up(both: Served, stored: "dict[str, bytes]") -> None:
    assert typed("cp", "-", "s3://b/up/x", stdin=b"\x00\xff raw").code == 0
    assert stored["/b/up/x"] == b"\x00\xff raw"


def test_what_is_there_stays_where_nothing_may_be_replaced(both: Served, tmp_path: Path) -> None:
    (tmp_path / "2026.csv").write_text("mine")
    ended = typed("cp", "s3://b/reports/2026.csv", str(tmp_path), "--no-overwrite")
    assert ended.code == 1
    assert "is there already" in ended.err
    assert (tmp_path / "2026.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("cp", "s3://b/none", "."), 1, "NoSuchKey|NotFound|404"),
        (("cp", "/no/such/file", "s3://b/up/"), 1, "/no/such/file"),
        (("cp", "-", "s3://b/up/"), 2, "name the key"),
        (("cp", "s3://b/reports/", "."), 2, "ambiguous"),
        (("cp", "s3://b/reports/*", "."), 2, "is a prefix"),
        (("cp", "s3://b/k", ".", "--content-type", "a/b"), 2, "is for what is stored"),
        (("url", "s3://b/k", "--file", "x"), 2, "are for --method PUT"),
        (("url", "s3://b/k", "-X", "PUT", "--file", "/no/such"), 2, "cannot be read"),
        (("url", "s3://b/k", "--curl", "-o", "json"), 2, "is for people"),
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
    settings |= {"S3VEND_URL": both.url, "S3VEND_TOKEN": "a.b.c", "PATH": os.defpath}
    running = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-m", "s3vend.cli", *words],
        env=settings,
        stderr=subprocess.PIPE,
        text=True,
    )
    both.told["range"] = lambda: running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=30)[1]
    assert (running.returncode, said) == (
        130,
        "s3vend: interrupted; the same line goes on from here\n",
    )
    assert not (tmp_path / "long").exists()
    del both.told["range"]
    assert typed(*words).code == 0
    assert (tmp_path / "long").read_bytes() == LONG
