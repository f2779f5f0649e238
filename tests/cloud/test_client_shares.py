"""Links made, listed and taken back by the client and the command, and opened by plain HTTP."""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
import urllib3

import s3vend
from local.cloud.client import Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET
from s3vend.service.connect import Service
from tests.cloud.conftest import Apply
from tests.cloud.test_cli import Ended, Typed, typed  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BELOW = f"s3://{BUCKET}/linked"
KEY, INBOX, CLOSED = f"{BELOW}/2026.csv", f"{BELOW}/inbox/", f"{BELOW}-closed/2026.csv"
CONTENT = b"month,total\n2026-01,42\n"
WEEK = ("--for", "7d")


@pytest.fixture(scope="module")
def tokens(cloud: Cloud, apply: Apply, s3: "S3Client") -> "dict[str, str]":
    """Two who may share below linked/, by their subject."""
    subjects = ("link-maker", "link-neighbour")
    grants: list[dict[str, object]] = [
        {
            "id": f"{subject}-{number}",
            "grantee": {"issuer": cloud.issuer.url, "subject": subject},
            "scope": f"{scope}/*",
            "permission": "READWRITE",
            **({"sharing": True} if number == 0 else {}),
        }
        for subject in subjects
        for number, scope in enumerate((BELOW, f"{BELOW}-closed"))
    ]
    apply({"version": 1, "grants": grants})
    for key in ("linked/2026.csv", "linked/folder/é &.csv", "linked-closed/2026.csv"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=CONTENT)
    return {subject: cloud.issuer.token({"sub": subject}) for subject in subjects}


@pytest.fixture(scope="module")
def token(tokens: "dict[str, str]") -> str:
    return tokens["link-maker"]


@pytest.fixture
def service(stack: Stack, token: str) -> Service:
    return s3vend.connect(url=stack.url, token=token)


def press(url: str, **fields: str) -> urllib3.BaseHTTPResponse:
    """What the button of a page does."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return urllib3.request("POST", url, body=urlencode(fields), headers=headers, redirect=False)


def downloaded(url: str) -> bytes:
    given = press(url, do="download")
    assert given.status == 303, given.data
    return urllib3.request("GET", given.headers["Location"]).data


def link_of(ended: Ended) -> str:
    assert ended.code == 0, ended.err
    [line] = ended.out.splitlines()
    return line


def test_a_link_is_made_used_up_and_listed(service: Service) -> None:
    share = s3vend.share(KEY, expires_in="1h", max_uses=1, sender="Ann", service=service)
    assert (share.state, share.left, share.has_password) == ("live", 1, False)
    assert downloaded(share.url) == CONTENT
    assert press(share.url, do="download").status == 410
    [same] = [one for one in s3vend.shares(service=service) if one.id == share.id]
    assert (same.state, same.uses, same.left, same.sender) == ("usedUp", 1, 0, "Ann")


def test_a_link_that_is_taken_back_opens_nothing(service: Service) -> None:
    share = s3vend.share(KEY, expires_in=3600, service=service)
    assert s3vend.unshare(share, service=service).state == "takenBack"
    assert s3vend.unshare(share.id, service=service).taken_back_at
    assert press(share.url, do="download").status == 410


def test_a_link_that_takes_files_gives_each_its_key(service: Service, s3: "S3Client") -> None:
    share = s3vend.share(
        INBOX,
        kind="upload",
        expires_in="1h",
        max_size="1MiB",
        content_types=["text/csv"],
        service=service,
    )
    body = json.dumps({"do": "put", "name": "a.csv", "size": len(CONTENT), "type": "text/csv"})
    answer = urllib3.request("POST", share.url, body=body, headers={"Content-Type": "application/json"})  # fmt: skip
    put = answer.json()
    sent = urllib3.request(put["method"], put["url"], body=CONTENT, headers=put["headers"])
    assert sent.status == 200, sent.data
    [found] = s3.list_objects_v2(Bucket=BUCKET, Prefix="linked/inbox/")["Contents"]
    assert found["Key"].endswith("/a.csv")
    [same] = [one for one in s3vend.shares(service=service) if one.id == share.id]
    assert (same.reserved, same.uses, same.max_size) == (len(CONTENT), 1, 1024**2)


def test_the_command_prints_the_link_alone(typed: Typed, token: str) -> None:  # noqa: F811
    words = ("--downloads", "2", "--from", "Ann", "--label", "Zahlen für 2026", "--qr")
    ended = typed("share", KEY, *WEEK, *words, who=token)
    assert downloaded(link_of(ended)) == CONTENT
    assert "█" in ended.err
    shown = typed("shares", who=token).out
    assert "Zahlen für 2026" in shown
    assert urlsplit(ended.out.strip()).path.rpartition("/")[2] not in shown


def test_a_password_on_stdin_is_the_link_s(typed: Typed, token: str) -> None:  # noqa: F811
    ended = typed("share", KEY, *WEEK, "--password-stdin", who=token, stdin="long sécret\n")
    url = link_of(ended)
    assert press(url, do="download").status == 403
    assert press(url, do="password", password="wrong").status == 403
    assert press(url, do="password", password="long sécret").status == 200
    assert "sécret" not in ended.err + typed("shares", "-o", "json", who=token).out


def test_only_whose_it_is_sees_and_takes_a_link_back(
    typed: Typed,  # noqa: F811
    tokens: "dict[str, str]",
    administrator: Credentials,
) -> None:
    mine, other = tokens.values()
    made = typed("share", KEY, *WEEK, "-o", "json", who=mine).json
    for command in ("shares", "unshare"):
        refused = typed(command, made["id"], who=other)
        assert (refused.code, refused.out) == (1, "")
        assert f"no share of yours has the id {made['id']}" in refused.err
    assert made["id"] not in typed("shares", "-o", "json", who=other).out
    assert typed("shares", "--admin", who=mine).code == 3, "not an administrator"
    listed = typed("shares", "--admin", "--target", KEY, "-o", "json", who=administrator).json
    [found] = [one for one in listed["shares"] if one["id"] == made["id"]]
    assert found["owner"]["subject"] == "link-maker"
    assert typed("unshare", "--admin", made["id"], who=administrator).code == 0
    assert "taken back" in typed("shares", made["id"], who=mine).out
    assert press(made["url"], do="download").status == 410


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((CLOSED, *WEEK), "None of your grants with 'sharing: true' allows READ on"),
        ((KEY, "--for", "8d"), "--for is 691200 seconds (8d); shares under the grant"),
        ((KEY, "--for", "91d"), "--for: must be at most 90d"),
        ((KEY, *WEEK, "--downloads", "1000001"), "--downloads: must be at most 1000000"),
        ((KEY, *WEEK, "--label", "x" * 201), "--label: must be 1 to 200 printable characters"),
        ((KEY, *WEEK, "--label", "a\x1b[2Jb"), "--label: must be 1 to 200 printable characters"),
        ((KEY, *WEEK, "--label", ""), "--label: must be 1 to 200"),
        ((KEY, *WEEK, "--from", "a\u202eb"), "--from: must be 1 to 100"),
        ((KEY, *WEEK, "--file-name", "a/b"), "--file-name: must be the name of a file"),
        (("--upload", INBOX, *WEEK, "--max-size", "0"), "--max-size: must be at least 1"),
        (("--upload", INBOX, *WEEK, "--type", "png"), "--type: each must be a content type"),
        (("--upload", f"s3://{BUCKET}/elsewhere/", *WEEK), "allows WRITE on"),
        ((f"{BELOW}/../x", *WEEK), "TARGET: "),
    ],
)  # fmt: skip
def test_a_refusal_names_the_option_and_says_what_to_do(
    words: "tuple[str, ...]",
    said: str,
    typed: Typed,  # noqa: F811
    token: str,
) -> None:
    ended = typed("share", *words, who=token)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    first, *rest = ended.err.splitlines()
    assert not {*"\x1b\u202e"} & {*ended.err}
    assert "requestId" in rest[-1]
    assert "fault" not in first


def test_a_password_that_is_too_long_is_refused_by_its_option(typed: Typed, token: str) -> None:  # noqa: F811
    ended = typed("share", KEY, *WEEK, "--password-stdin", who=token, stdin="p" * 129)
    assert ended.code == 1
    assert "--password: must be 1 to 128 bytes" in ended.err
    assert "ppp" not in ended.err


def test_who_can_counts_links_as_anybody(
    typed: Typed,  # noqa: F811
    token: str,
    administrator: Credentials,
    s3: "S3Client",
) -> None:
    key = f"{BELOW}/counted.csv"
    s3.put_object(Bucket=BUCKET, Key="linked/counted.csv", Body=CONTENT)
    made = typed("share", key, *WEEK, "-o", "json", who=token).json

    def said(*words: str) -> str:
        return typed("who-can", key, *words, who=administrator).out

    assert f"anybody with a link can READ {key}: 1 live link." in said()
    assert "anybody" not in said("-p", "WRITE")
    found: Any = json.loads(said("-o", "json"))
    assert [one["id"] for one in found["shares"]] == [made["id"]]
    typed("unshare", made["id"], who=token)
    assert "anybody" not in said()


def test_doctor_tells_whether_the_bucket_has_the_rule_for_the_pages(
    typed: Typed,  # noqa: F811
    token: str,
    s3: "S3Client",
) -> None:
    def check() -> "dict[str, Any]":
        ended = typed("doctor", f"{INBOX}*", "--browser", "-o", "json", who=token)
        found: dict[str, Any] = ended.json["checks"][-1]
        return found

    missing = check()
    assert (missing["check"], missing["level"]) == ("links", "warn")
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [missing["rule"]]})
    try:
        assert check()["level"] == "ok"
    finally:
        s3.delete_bucket_cors(Bucket=BUCKET)


def test_an_iam_user_s_links_are_listed_with_its_arn(
    typed: Typed,  # noqa: F811
    user: Credentials,
    administrator: Credentials,
) -> None:
    """The grants of the local cloud let this user share reports."""
    link_of(typed("share", f"s3://{BUCKET}/reports/2026.csv", *WEEK, who=user))
    shown = typed("shares", "--admin", who=administrator).out
    assert f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User" in shown
