"""`s3vend share`: what it asks for, what it prints where, and how misuse is said."""

import json
from typing import Any

import pytest

from tests.client.conftest import Serve, run
from tests.client.links import DOWNLOAD, ID, LINK, UPLOAD, made
from tests.client.typed import TOKEN, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")

KEY = "s3://b/reports/2026.csv"


def asked_for(at: Serve, *words: str, share: "dict[str, Any]" = DOWNLOAD, stdin: str = "") -> Any:
    """What the service is asked for by `share WORDS`."""
    served = at(answering({"POST /shares": made(share)}))
    ended = typed("share", *words, stdin=stdin)
    assert (ended.code, ended.out) == (0, f"{LINK}\n"), ended.err
    return served.asked[-1].json


def test_the_link_alone_is_on_stdout(at: Serve) -> None:
    assert asked_for(at, KEY, "--for", "7d") == {
        "target": KEY,
        "kind": "download",
        "expiresIn": 7 * 86_400,
    }
    ended = typed("share", KEY, "--for", "7d")
    assert ended.err == (
        f"s3vend: whoever has the link can download {KEY} 3 times until "
        f"2026-12-06T10:00:00Z; to take it back: s3vend unshare {ID}\n"
    )
    assert typed("share", KEY, "--for", "7d", "--quiet").err == ""


def test_options_are_members_of_the_request(at: Serve) -> None:
    words = ("--downloads", "3", "--from", "Ann", "--label", "Q3", "--file-name", "a.csv")
    assert asked_for(at, "--for", "1h30m", *words, KEY) == {
        "target": KEY,
        "kind": "download",
        "expiresIn": 5400,
        "maxUses": 3,
        "from": "Ann",
        "label": "Q3",
        "fileName": "a.csv",
    }


@pytest.mark.parametrize("prefix", ["s3://b/inbox/", "s3://b/inbox/*"])
def test_an_upload_link_has_limits_of_its_own(prefix: str, at: Serve) -> None:
    words = ("--max-size", "1GiB", "--files", "5", "--type", "image/png", "--type", "image/gif")
    assert asked_for(at, "--upload", prefix, "--for", "7d", *words, share=UPLOAD) == {
        "target": "s3://b/inbox/*",
        "kind": "upload",
        "expiresIn": 7 * 86_400,
        "maxUses": 5,
        "maxSize": 1024**3,
        "contentTypes": ["image/png", "image/gif"],
    }
    ended = typed("share", "--upload", prefix, "--for", "7d")
    assert "can upload 3 files (image/*) of 1.0 GiB together to s3://b/inbox/*" in ended.err


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ((), "can upload 3 files (image/*) of 1.0 GiB together to s3://b/inbox/*"),
        (("maxSize",), "can upload 3 files (image/*) to s3://b/inbox/*"),
        (("maxUses",), "can upload files (image/*) of 1.0 GiB together to s3://b/inbox/*"),
        (("maxUses", "maxSize", "contentTypes"), "can upload files to s3://b/inbox/*"),
    ],
)
def test_a_limit_that_only_the_grant_may_have_is_not_denied(
    missing: "tuple[str, ...]", said: str, at: Serve
) -> None:
    share = {name: value for name, value in UPLOAD.items() if name not in missing}
    at(answering({"POST /shares": made(share)}))
    assert said in typed("share", "--upload", "s3://b/inbox/", "--for", "7d").err


@pytest.mark.parametrize(
    ("target", "most", "said"),
    [
        (KEY, 1, f"can download {KEY} once until"),
        (KEY, 2, f"can download {KEY} 2 times until"),
        (KEY, None, f"can download {KEY} until"),
        ("s3://b/plans/*", 1, "can download 1 file of s3://b/plans/* until"),
        ("s3://b/plans/*", 5, "can download 5 files of s3://b/plans/* until"),
        ("s3://b/plans/*", None, "can download s3://b/plans/* until"),
    ],
)
def test_the_number_of_downloads_is_that_of_one_file_or_of_all(
    target: str, most: "int | None", said: str, at: Serve
) -> None:
    at(answering({"POST /shares": made({**DOWNLOAD, "target": target}, maxUses=most)}))
    assert said in typed("share", target, "--for", "7d").err


def test_json_has_all_that_the_service_answers(at: Serve) -> None:
    at(answering({"POST /shares": made(more="later")}))
    ended = typed("share", KEY, "--for", "7d", "-o", "json")
    assert (ended.json, ended.err) == (made(more="later"), "")


def test_a_password_is_read_from_stdin_and_is_never_a_word(at: Serve) -> None:
    body = asked_for(at, KEY, "--for", "7d", "--password-stdin", stdin="long sécret\n")
    assert body["password"] == "long sécret"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "7d"), "no TARGET; give s3://bucket/key"),
        ((KEY,), "Missing option '--for'"),
        ((KEY, "--for", "7", "d"), "a duration and a size are one word (--for 7d)"),
        ((KEY, "--for", "7 d"), "--for: '7 d' is not a duration; use 15m, 12h or 7d"),
        ((KEY, "--for", "1w"), "use 15m, 12h or 7d"),
        ((KEY, "--for", "a week"), "use 15m, 12h or 7d"),
        ((KEY, "--for", "-7d"), "use 15m, 12h or 7d"),
        ((KEY, "--for", "7"), "--for: '7' is 7 seconds, less than a minute; use 15m, 12h or 7d"),
        ((KEY, "--for", "1s"), "--for: '1s' is 1 second, less than a minute"),
        ((KEY, "--for", "0d"), "less than a minute"),
        ((KEY, "--for", ""), "is not a duration"),
        (("--for", KEY, "7d"), "is not a duration"),
        (("report.csv", "--for", "7d"), "TARGET must be s3://bucket/key or s3://bucket/prefix/*; s3vend cp brings a file of yours to S3"),
        (("b/reports/2026.csv", "--for", "7d"), "TARGET must be s3://bucket/key"),
        (("S3://b/k", "--for", "7d"), "TARGET must be s3://bucket/key"),
        (("https://b.s3.amazonaws.com/k", "--for", "7d"), "TARGET must be s3://bucket/key"),
        (("s3://b/reports/", "--for", "7d"), "use s3://b/reports/* for all keys below it"),
        (("s3://b/rep*", "--for", "7d"), "a prefix must end with /*"),
        (("s3://b", "--for", "7d"), "ambiguous"),
        ((KEY, "s3://b/k", "--for", "7d"), "a link has one TARGET"),
        ((KEY, "--upload", "s3://b/inbox/", "--for", "7d"), "not both"),
        (("--upload", "s3://b/inbox", "--for", "7d"), "use s3://b/inbox/ as the folder"),
        (("--upload", "inbox/", "--for", "7d"), "is not a target"),
        (("--upload", "s3://b/i/", "s3://b/k", "--for", "7d"), "not both"),
        (("--upload", "s3://b/inbox/", "--for", "7d", "1", "GiB"), "belongs to no option"),
        ((KEY, "--for", "7d", "--downloads", "0"), "'--downloads': must be at least 1"),
        ((KEY, "--for", "7d", "--downloads", "-1"), "must be at least 1"),
        ((KEY, "--for", "7d", "--downloads", "many"), "must be a whole number"),
        ((KEY, "--for", "7d", "--files", "3"), "--files is for an upload link (--upload); use --downloads"),
        ((KEY, "--for", "7d", "--max-size", "1GiB"), "--max-size is for an upload link"),
        ((KEY, "--for", "7d", "--type", "image/png"), "--type is for an upload link"),
        (("--upload", "s3://b/i/", "--for", "7d", "--downloads", "3"), "use --files"),
        (("--upload", "s3://b/i/", "--for", "7d", "--file-name", "a"), "--file-name is for a download"),
        (("s3://b/i/*", "--for", "7d", "--file-name", "a"), "files of a folder keep their names"),
        (("--upload", "s3://b/i/", "--for", "7d", "--max-size", "1GB"), "such as 1GiB"),
        (("--upload", "s3://b/i/", "--for", "7d", "--max-size", "1.5GiB"), "a whole number of bytes"),
        (("--upload", "s3://b/i/", "--for", "7d", "--max-size", "1 GiB"), "'1 GiB' is not a size"),
        (("--upload", "s3://b/i/", "--for", "7d", "--max-size", "-1"), "is not a size"),
        ((KEY, "--for", "7d", "--password", "--password-stdin"), "use one of"),
        ((KEY, "--for", "7d", "--qr", "-o", "json"), "--qr cannot be used with --output json"),
        ((KEY, "--for", "7d", "--password-stdin", "--token-file", "-"), "stdin cannot be both"),
    ],
)  # fmt: skip
def test_misuse_is_said_before_anything_is_asked(
    words: "tuple[str, ...]", said: str, at: Serve
) -> None:
    served = at(answering({"POST /shares": made()}))
    ended = typed("share", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert served.asked == []


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    "words",
    [
        (KEY, "--for", "7d", "--password", "hunter2"),
        ("--for", "7d", "--password", "hunter2"),
        ("--password", "hunter2", KEY, "--for", "7d"),
        (KEY, "--for", "7d", "--password=hunter2"),
        (KEY, "--for", "7d", "--password-stdin", "hunter2"),
    ],
)
def test_a_password_in_a_word_is_refused_and_not_repeated(
    words: "tuple[str, ...]", at: Serve
) -> None:
    served = at(answering({"POST /shares": made()}))
    ended = typed("share", *words)
    assert (ended.code, served.asked) == (2, [])
    assert "password" in ended.err or "TARGET" in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.parametrize(
    ("pointer", "detail", "words", "said"),
    [
        ("/expiresIn", "must be at most 7776000", (KEY,), "--for: must be at most 90d"),
        ("/expiresIn", "must be at least 60", (KEY,), "--for: must be at least 1m"),
        ("/maxUses", "must be at most 1000000", (KEY,), "--downloads: must be at most 1000000"),
        ("/maxUses", "must be at most 9", ("--upload", "s3://b/i/"), "--files: must be at most 9"),
        ("/maxSize", "must be at least 1", ("--upload", "s3://b/i/"), "--max-size: must be"),
        ("/contentTypes", "must be a list", ("--upload", "s3://b/i/"), "--type: must be a list"),
        ("/from", "must be shorter", (KEY,), "--from: must be shorter"),
        ("/label", "must be shorter", (KEY,), "--label: must be shorter"),
        ("/fileName", "must be a name", (KEY,), "--file-name: must be a name"),
        ("/password", "must be shorter", (KEY,), "--password: must be shorter"),
        ("/target", "must be valid", (KEY,), "TARGET: must be valid"),
        ("/target", "must be valid", ("--upload", "s3://b/i/"), "--upload: must be valid"),
        ("/later", "must be", (KEY,), "/later: must be"),
    ],
)
def test_a_fault_is_named_by_its_option(
    pointer: str, detail: str, words: "tuple[str, ...]", said: str, at: Serve
) -> None:
    fault = {"pointer": pointer, "detail": detail}
    at(answering({"POST /shares": problem(400, "InvalidRequest", "The request has 1 fault.", [fault])}))  # fmt: skip
    ended = typed("share", *words, "--for", "7d")
    assert ended.code == 1
    assert ended.err.startswith(f"s3vend: {said}")
    assert typed("share", *words, "--for", "7d", "-o", "json").err.startswith('{"code": "InvalidRequest", "message": "' + said)  # fmt: skip


def test_a_share_that_is_too_long_names_the_option_and_the_grant(at: Serve) -> None:
    detail = "expiresIn is 2592000 seconds (30d); shares under the grant 'g' live at most 7d."
    fault = {"pointer": "/expiresIn", "detail": detail}
    at(answering({"POST /shares": problem(400, "DurationNotAllowed", detail, [fault])}))
    ended = typed("share", KEY, "--for", "30d")
    first, *rest = ended.err.splitlines()
    assert first == "s3vend: --for is 2592000 seconds (30d); shares under the grant 'g' live at most 7d."  # fmt: skip
    assert "expiresIn" not in "\n".join(rest)


@pytest.mark.invariant(19)
def test_who_has_no_grant_to_share_is_told_what_to_do(at: Serve) -> None:
    detail = f"None of your grants with 'sharing: true' allows READ on {KEY}."
    fault = {"pointer": "/target", "detail": "is not covered by a grant that allows sharing"}
    at(answering({"POST /shares": problem(403, "AccessDenied", detail, [fault])}))
    ended = typed("share", KEY, "--for", "7d")
    assert (ended.code, ended.out) == (1, "")
    first, advice, *_ = ended.err.splitlines()
    assert first == f"s3vend: {detail}"
    assert "ask the service's operator for one that does" in advice


def test_a_service_without_links_says_who_turns_them_on(at: Serve) -> None:
    at(answering({"POST /shares": problem(403, "NotAuthenticated", "Sign the request.")}))
    ended = typed("share", KEY, "--for", "7d")
    assert ended.code == 3
    assert "its operator turns them on with the stack's parameter Sharing" in ended.err


@pytest.mark.invariant(10)
def test_an_answer_with_another_link_is_refused_and_its_link_is_not_shown(at: Serve) -> None:
    at(answering({"POST /shares": made(url="http://evil.example/s/secret\x1b[2J")}))
    for more in ((), ("-o", "json")):
        ended = typed("share", KEY, "--for", "7d", *more)
        assert (ended.code, ended.out) == (1, "")
        assert "has a link that is not a web address" in ended.err
        assert "secret" not in ended.err


def test_ctrl_c_says_what_may_be_there(at: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(*_: object) -> object:
        raise KeyboardInterrupt

    at(answering({}))
    monkeypatch.setattr("s3vend.service.connect.Service.ask", ask)
    ended = typed("share", KEY, "--for", "7d", "--quiet")
    assert (ended.code, ended.out) == (130, "")
    assert "nobody has its link" in ended.err
    error = json.loads(typed("share", KEY, "--for", "7d", "-q", "-o", "json").err)
    assert error["code"] == "Interrupted"


def test_the_link_is_printed_where_stderr_is_closed(at: Serve) -> None:
    served = at(answering({"POST /shares": made()}))
    code = (
        "import sys; sys.stderr = None\n"
        f"sys.argv = ['s3vend', 'share', {KEY!r}, '--for', '7d', '--qr']\n"
        "from s3vend.cli.entry import main; main()"
    )
    ended = run(code, S3VEND_URL=served.url, S3VEND_TOKEN=TOKEN)
    assert (ended.returncode, ended.stdout) == (0, f"{LINK}\n")
