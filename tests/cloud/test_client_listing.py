"""Lists and deletions of the client and the command, against the real service and a real S3."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import urllib3

import s3vend
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET
from s3vend.listing.head import find_object, is_listed
from s3vend.service.connect import Service
from tests.client.typed import typed
from tests.cloud.conftest import Apply

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BELOW = f"s3://{BUCKET}/listed"
MANY = 2_500  # objects: three pages
NASTY = [
    " leading and trailing ",
    "plus+percent%20%2B&=?#",
    "*",
    "star*.csv",
    "[a-c]?.csv",
    "quotes'\"`$(x)",
    "<xml>&amp;]]>",
    "\\back\\slash",
    "\u00fcmlaut u\u0308",
    "\u65e5\u672c\u8a9e",
    "\U0001f600",
    "hidden\u200b\u202e",
    "a//b",
    "folder/",
    "folder/x",
    "-rf",
    "k" * 900,
]


@pytest.fixture(scope="module")
def token(cloud: Cloud, apply: Apply) -> str:
    """Somebody who may read and write below listed/, and only write below dropped/."""
    grantee = {"issuer": cloud.issuer.url, "subject": "lister"}
    grants = [
        {"id": f"lister-{name}", "grantee": grantee, "scope": f"s3://{BUCKET}/{name}/*", "permission": permission}
        for name, permission in (("listed", "READWRITE"), ("dropped", "WRITE"))
    ]  # fmt: skip
    apply({"version": 1, "grants": grants})
    return cloud.issuer.token({"sub": "lister"})


@pytest.fixture
def service(stack: Stack, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service, also for commands that are typed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("S3VEND_URL", stack.url)
    monkeypatch.setenv("S3VEND_TOKEN", token)
    return s3vend.connect()


def put(s3: "S3Client", *keys: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: s3.put_object(Bucket=BUCKET, Key=key, Body=b"x"), keys))


def keys_below(s3: "S3Client", prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [one["Key"] for page in pages for one in page.get("Contents", [])]


@pytest.fixture
def nasty(s3: "S3Client") -> Iterator[list[str]]:
    """Keys of every kind."""
    keys = [f"listed/nasty/{name}" for name in NASTY]
    put(s3, "listed/nastytoo", *keys)
    yield keys
    for key in keys_below(s3, "listed/nasty"):
        s3.delete_object(Bucket=BUCKET, Key=key)


def test_many_objects_are_listed_over_all_pages_and_deleted(
    service: Service, s3: "S3Client"
) -> None:
    keys = [f"listed/many/{number:05}" for number in range(MANY)]
    put(s3, "listed/manyother", *keys)
    asked: list[str] = []
    ask = service.ask
    service.ask = lambda route, body: asked.append(route) or ask(route, body)  # type: ignore[method-assign,func-returns-value]
    entries = list(s3vend.list_objects(f"{BELOW}/many/*", service=service))
    assert [entry.key for entry in entries] == keys
    assert asked == ["presigned-urls"] * 3
    after = s3vend.list_objects(f"{BELOW}/many/", start_after=keys[1234], service=service)
    assert [entry.key for entry in after] == keys[1235:]
    ended = typed("rm", "-r", f"{BELOW}/many/", "--yes")
    assert (ended.code, ended.err) == (0, "s3vend: deleted 2,500 objects\n")
    assert keys_below(s3, "listed/many") == ["listed/manyother"]


def test_every_key_is_listed_found_and_deleted_exactly(
    service: Service, s3: "S3Client", nasty: list[str]
) -> None:
    entries = list(s3vend.list_objects(f"{BELOW}/nasty/", service=service))
    assert [entry.key for entry in entries] == sorted(nasty, key=str.encode)
    for entry in entries:
        found = find_object(entry.target, service)
        assert (found.key, found.size, found.etag) == (entry.key, entry.size, entry.etag)
        assert abs((found.modified - entry.modified).total_seconds()) < 2
        assert is_listed(entry.target, service)
    assert is_listed(f"{BELOW}/nasty/none", service) is False
    gone = [f"s3://{BUCKET}/{key}" for key in nasty[2:5]]
    assert typed("rm", "--no-glob", "--yes", *gone).code == 0
    assert set(keys_below(s3, "listed/nasty/")) == {*nasty} - {*nasty[2:5]}
    assert typed("rm", "--recursive", "--yes", f"{BELOW}/nasty/").code == 0
    assert keys_below(s3, "listed/nasty") == ["listed/nastytoo"]


def test_ls_shows_one_level_all_and_patterns(service: Service, nasty: list[str]) -> None:
    found = typed("ls", f"{BELOW}/nasty/", "-o", "json").json
    one_level = [key for key in nasty if "/" not in key.removeprefix("listed/nasty/")]
    assert [one["key"] for one in found["objects"]] == sorted(one_level, key=str.encode)
    assert [one["prefix"] for one in found["prefixes"]] == [
        "listed/nasty/a/",
        "listed/nasty/folder/",
    ]
    assert len(typed("ls", "-r", f"{BELOW}/nasty/").out.splitlines()) == len(nasty)
    lines = typed("ls", f"{BELOW}/**/*.csv").out.splitlines()
    assert lines == [f"{BELOW}/nasty/[a-c]?.csv", f"{BELOW}/nasty/star*.csv"]
    assert typed("ls", f"{BELOW}/nasty/none").err.endswith("none does not exist\n")
    assert "end it with a slash" in typed("ls", f"{BELOW}/nasty").err


@pytest.mark.usefixtures("nasty")
def test_a_url_that_lists_lists_what_it_is_signed_for_and_nothing_else(service: Service) -> None:
    words = ("--delimiter", "/", "--max-keys", "1", "--start-after", "listed/nasty/a")
    line = typed("url", "-X", "LIST", f"{BELOW}/nasty/*", *words, "--curl").out
    listed = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    assert "<Prefix>listed/nasty/a/</Prefix>" in listed
    assert "<IsTruncated>true</IsTruncated>" in listed
    url = s3vend.presign(f"{BELOW}/nasty/", method="LIST", service=service).url
    assert urllib3.request("GET", url).status == 200
    for was, is_now in (("nasty", "many"), ("list-type=2", "list-type=2&start-after=a")):
        assert urllib3.request("GET", url.replace(was, is_now)).status == 403


def test_who_may_only_write_deletes_what_is_named(service: Service, s3: "S3Client") -> None:
    put(s3, "dropped/a", "dropped/b")
    ended = typed("rm", f"s3://{BUCKET}/dropped/a")
    assert ended.code == 0
    assert "may not have existed" in ended.err
    assert keys_below(s3, "dropped/") == ["dropped/b"]
    for words in (("ls",), ("rm", "-r", "--yes")):
        ended = typed(*words, f"s3://{BUCKET}/dropped/")
        assert ended.code == 1
        assert f"None of your grants allows READ on s3://{BUCKET}/dropped/*" in ended.err
    assert keys_below(s3, "dropped/") == ["dropped/b"]


def test_a_named_object_that_is_not_there_and_one_that_may_not_be_deleted_are_said(
    service: Service, s3: "S3Client"
) -> None:
    put(s3, "listed/own")
    other = f"s3://{BUCKET}/reports/2026.csv"
    ended = typed("rm", f"{BELOW}/none", f"{BELOW}/own", other, "--yes")
    assert ended.code == 1
    assert f"None of your grants allows WRITE on {other}" in ended.err
    assert f"failed: {BELOW}/none does not exist" in ended.err
    assert "2 could not be deleted" in ended.err
    assert keys_below(s3, "listed/own") == []
    assert keys_below(s3, "reports/2026.csv") == ["reports/2026.csv"]
