"""`url`: one URL, many, and the line for curl."""

import json
import shlex
import subprocess
from email import message_from_bytes
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


def test_lines_of_stdin_are_keys_as_they_are(both: Served) -> None:
    lines = "\ufeffs3://b/p/ one \r\n\r\n\ns3://b/p/two\t\ns3://b/p/drei\u2028\u00e9 "
    ended = typed("url", "-", stdin=lines.encode())
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(both.asked[0].body)["keys"] == [" one ", "two\t", "drei\u2028\u00e9 "]


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b" s3://b/k\n", "' s3://b/k' is not a target"),
        (b"s3://b/k\n   \n", "'   ' is not a target"),
        (b"s3://b/k\ns3://b/\xff\n", "line 2 of stdin is not UTF-8"),
    ],
)
def test_a_line_that_is_no_key_is_named(stdin: bytes, said: str, both: Served) -> None:
    ended = typed("url", "-", stdin=stdin)
    assert (ended.code, ended.out, both.asked) == (2, "", [])
    assert said in ended.err


def test_stdin_cannot_be_two_things(both: Served) -> None:
    ended = typed("url", "-", "--token-file", "-", stdin="a.b.c")
    assert (ended.code, both.asked) == (2, [])
    assert "stdin cannot be both" in ended.err


@pytest.mark.parametrize("quiet", [(), ("-q",)])
def test_the_headers_that_a_url_needs_are_said(quiet: "tuple[str, ...]", both: Served) -> None:
    words = ("url", "s3://b/k", "s3://b/l", "-X", "PUT", "--content-type", "text/csv")
    ended = typed(*words, "--content-length", "3", *quiet)
    assert len(ended.out.splitlines()) == 2
    headers = "Content-Type: text/csv; Content-Length: 3"
    said = f"s3vend: send these headers with each PUT, as --curl shows: {headers}\n"
    assert ended.err == ("" if quiet else said)
    assert typed(*words, "--curl", *quiet).err == ""
    assert typed("url", "s3://b/p/k", "-X", "PUT").err == ""


def test_what_s3_keeps_and_that_nothing_is_replaced_is_signed(both: Served) -> None:
    words = ("--no-overwrite", "--storage-class", "STANDARD_IA", "--cache-control", "no-store")
    assert typed("url", "s3://b/k", "-X", "PUT", *words).code == 0
    [request] = json.loads(both.asked[0].body)["requests"]
    assert request == {
        "method": "PUT",
        "target": "s3://b/k",
        "ifNoneMatch": "*",
        "storageClass": "STANDARD_IA",
        "cacheControl": "no-store",
    }


def test_the_name_of_a_file_ends_the_key_below_a_prefix(both: Served, tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"new")
    words = ("-X", "PUT", "--file", str(tmp_path / "a.csv.gz"))
    assert typed("url", "s3://b/up/", *words).code == 0
    [request] = json.loads(both.asked[0].body)["requests"]
    assert request["target"] == "s3://b/up/a.csv.gz"
    assert (request["contentType"], request["contentLength"]) == ("application/gzip", 3)


def test_a_form_has_its_fields_in_json(both: Served) -> None:
    words = ("--content-length-range", "1-10", "--content-type", "image/png")
    more = ("--success-action-status", "201", "-o", "json")
    ended = typed("url", "s3://b/up/*", "-X", "POST", *words, *more)
    [form] = ended.json["urls"]
    assert form["method"] == "POST"
    assert form["fields"] == {"Content-Type": "image/png", "policy": "p"}
    [request] = json.loads(both.asked[0].body)["requests"]
    assert request == {
        "method": "POST",
        "target": "s3://b/up/*",
        "contentType": "image/png",
        "contentLengthRange": [1, 10],
        "successActionStatus": 201,
    }


@pytest.mark.parametrize(
    ("target", "key"),
    [("s3://b/up/*", "up/-"), ("s3://b/up/", "up/-"), ("s3://b/up/k", "up/k"), ("s3://b/*", "-")],
)
def test_the_line_for_curl_sends_a_form(
    target: str, key: str, both: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(b"the bytes")
    ended = typed("url", target, "-X", "POST", "--file", "-", "--curl")
    subprocess.run(shlex.split(ended.out), check=True)  # noqa: S603 - what is tested
    sent = both.asked[-1]
    fields = message_from_bytes(
        b"Content-Type: " + sent.headers["content-type"].encode() + b"\r\n\r\n" + sent.body
    ).get_payload()
    named = {one.get_param("name", header="content-disposition"): one for one in fields}  # type: ignore[union-attr]
    assert {name: one.get_payload() for name, one in named.items()} == {  # type: ignore[union-attr]
        "key": key,
        "policy": "p",
        "file": "the bytes",
    }
    assert list(named)[-1] == "file"
    assert json.loads(both.asked[0].body)["requests"][0]["contentLengthRange"] == [9, 9]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-X", "POST"), "use --curl or --output json"),
        (("-X", "GET", "--metadata", "a=1"), "--metadata requires --method PUT or POST"),
        (("-X", "POST", "--curl", "--no-overwrite"), "--no-overwrite requires --method PUT"),
        (("-X", "PUT", "--content-length-range", "1-2"), "requires --method POST"),
        (("-X", "PUT", "--success-action-status", "200"), "requires --method POST"),
        (("-X", "POST", "--curl", "--content-length-range", "1"), "does not have the form 1-10485"),
        (
            ("-X", "POST", "--curl", "--content-length-range", "1-2", "--content-length", "1"),
            "use one",
        ),
        (("-X", "PUT", "--file", "."), ". is not a file"),
        (("--delimiter", "/"), "--delimiter requires --method LIST"),
        (("-X", "PUT", "--max-keys", "1"), "--max-keys requires --method LIST"),
        (("-X", "DELETE", "--start-after", "a"), "--start-after requires --method LIST"),
        (("-X", "LIST", "--max-keys", "1001"), "--max-keys': must be at most 1000"),
        (("-X", "LIST", "--save-as", "a"), "--save-as requires --method GET"),
        (("-X", "LIST", "--content-type", "a/b"), "--content-type requires --method PUT or POST"),
        (("-X", "LIST", "--file", "a"), "--file requires --method PUT or POST"),
        (("-X", "LIST"), "'s3://b/k' is not a prefix; use s3://bucket/prefix/* or"),
        (("-X", "LIST", "--start-after", "a", "--continuation-token", "t"), "use one of them"),
    ],
)
def test_an_option_that_the_method_does_not_have_is_refused(
    words: "tuple[str, ...]", said: str, both: Served
) -> None:
    ended = typed("url", "s3://b/k", *words)
    assert (ended.code, ended.out, both.asked) == (2, "", [])
    assert said in ended.err


@pytest.mark.parametrize("target", ["s3://b/reports/*", "s3://b/reports/"])
def test_a_list_is_a_url_for_a_prefix(target: str, both: Served) -> None:
    words = ("--delimiter", "/", "--start-after", "reports/a", "--max-keys", "10")
    ended = typed("url", "-X", "list", target, *words, "-o", "json")
    [url] = ended.json["urls"]
    assert (url["method"], url["headers"]) == ("GET", {})
    [request] = json.loads(both.asked[0].body)["requests"]
    assert request == {
        "method": "LIST",
        "target": "s3://b/reports/*",
        "delimiter": "/",
        "startAfter": "reports/a",
        "maxKeys": 10,
    }
    token = ("--continuation-token", "1/a+b=")
    line = typed("url", "-X", "LIST", target, *token, "--curl").out
    assert shlex.split(line)[-2] == "--globoff"
    assert json.loads(both.asked[1].body)["requests"][0]["continuationToken"] == "1/a+b="


def test_who_wants_a_url_of_a_prefix_hears_of_lists(both: Served) -> None:
    ended = typed("url", "s3://b/reports/")
    assert (ended.code, both.asked) == (2, [])
    assert "is a prefix; name one key, or list the prefix with --method LIST" in ended.err
