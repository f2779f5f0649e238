"""`url`: one URL, many, and the line for curl."""

import json
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.client.cli.objects.conftest import CONTENT
from tests.client.conftest import Serve, Served
from tests.client.typed import problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


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


def test_a_link_is_saved_under_a_name_in_any_language(both: Served) -> None:
    assert typed("url", "s3://b/k", "--save-as", "\u20ac.csv").code == 0
    request = json.loads(both.asked[0].body)["requests"][0]
    value = "attachment; filename=\"_.csv\"; filename*=UTF-8''%E2%82%AC.csv"
    assert request["responseContentDisposition"] == value


@pytest.mark.parametrize("words", [("-X", "PUT", "--save-as", "a"), ("--save-as", "a/b")])
def test_a_name_to_save_as_is_for_a_link_and_a_name(words: "tuple[str, ...]", both: Served) -> None:
    ended = typed("url", "s3://b/k", *words)
    assert (ended.code, both.asked) == (2, [])


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


def test_a_lifetime_that_is_too_long_is_refused_with_what_the_grant_allows(at: Serve) -> None:
    detail = "expiresIn is 86400; this grant allows at most 600 seconds (10m)."
    served = at(lambda asked: problem(400, "DurationNotAllowed", detail))
    ended = typed("url", "s3://b/k", "--expires-in", "1d")
    assert (ended.code, ended.out) == (1, "")
    assert detail in ended.err
    assert "1h" not in ended.err
    assert served.asked[0].json["expiresIn"] == 86_400
