"""`export`: the entries of the service as a file that `plan` accepts as they are."""

import stat
from pathlib import Path
from typing import Any

import pytest

from s3vend.cli.grant.document import read
from tests.client.at_a_terminal import at_a_terminal
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering, typed

pytestmark = pytest.mark.usefixtures("nobody")

LOCATIONS = [
    {"scope": "s3://b/*", "owner": "team-data", "region": "eu-west-1"},
    {"scope": "s3://a/*", "region": "eu-west-1", "account": "210987654321"},
]
ISSUERS = [
    {
        "issuer": "https://ci.example.com",
        "audience": "https://vend.example.com",
        "subjectClaim": "sub",
        "claims": ["repository_id"],
        "algorithms": ["RS256"],
        "maxTokenLifetime": 7200,
    }
]
GRANTS: "list[dict[str, Any]]" = [
    {
        "id": "writers",
        "owner": "team-data",
        "description": "the nightly run: writes",
        "grantee": {"issuer": "https://ci.example.com", "claims": {"repository_id": "7"}},
        "scope": "s3://b/builds/*",
        "permission": "WRITE",
        "maxDuration": 900,
        "expires": "2030-01-01T00:00:00Z",
        "maxObjectSize": 104857600,
    },
    {
        "id": "readers",
        "owner": "team-web",
        "grantee": {"iam": "123456789012"},
        "scope": "s3://a/${caller.kind}/*",
        "permission": "READ",
        "maxDuration": 3601,
    },
]
TESTS: "list[dict[str, Any]]" = [
    {
        "id": "readers-read",
        "as": {"iam": "123456789012"},
        "reaches": {"READ": "s3://a/role/x"},
    },
    {
        "id": "builds",
        "scope": "s3://b/builds/*",
        "onlyReachedBy": [
            {"issuer": "https://ci.example.com", "claims": {"repository_id": "7"}},
        ],
    },
]
TEXT = """\
version: 1
locations:
  - scope: s3://a/*
    region: eu-west-1
    account: "210987654321"
  - scope: s3://b/*
    owner: team-data
    region: eu-west-1
issuers:
  - issuer: https://ci.example.com
    audience: https://vend.example.com
    claims: [repository_id]
    maxTokenLifetime: 2h
grants:
  - id: readers
    owner: team-web
    grantee: {iam: "123456789012"}
    scope: s3://a/${caller.kind}/*
    permission: READ
    maxDuration: 3601s
  - id: writers
    owner: team-data
    description: "the nightly run: writes"
    grantee:
      issuer: https://ci.example.com
      claims: {repository_id: "7"}
    scope: s3://b/builds/*
    permission: WRITE
    maxDuration: 15m
    expires: 2030-01-01T00:00:00Z
    maxObjectSize: 100MiB
tests:
  - id: builds
    scope: s3://b/builds/*
    onlyReachedBy:
      - issuer: https://ci.example.com
        claims: {repository_id: "7"}
  - id: readers-read
    as: {iam: "123456789012"}
    reaches: {READ: "s3://a/role/x"}
"""


def having(*revisions: "int | None") -> "dict[str, object]":
    """A service whose lists, of one entry a page, have these revisions in turn; then the last."""
    left = list(revisions)

    def listing(member: str, entries: "list[dict[str, Any]]") -> object:
        def listed(asked: Asked) -> Reply:
            revision = left.pop(0) if len(left) > 1 else left[0]
            at = int(asked.path.partition("nextToken=")[2] or 0)
            more = {"nextToken": str(at + 1)} if at + 1 < len(entries) else {}
            shown = {} if revision is None else {"revision": revision}
            return 200, {}, {member: entries[at : at + 1], **more, **shown}

        return listed

    return {
        "GET /admin/locations": listing("locations", LOCATIONS),
        "GET /admin/issuers": listing("issuers", ISSUERS),
        "GET /admin/grants": listing("grants", GRANTS),
        "GET /admin/tests": listing("tests", TESTS),
    }


def test_all_pages_are_one_document_with_short_forms_in_a_stable_order(at: Serve) -> None:
    at(answering(having(7)))
    ended = typed("export")
    assert (ended.code, ended.out, ended.err) == (0, TEXT, "")


def test_json_has_the_entries_as_the_service_answers_them(at: Serve) -> None:
    at(answering(having(7)))
    document = typed("export", "-o", "json").json
    assert document == {
        "version": 1,
        "locations": LOCATIONS[::-1],
        "issuers": ISSUERS,
        "grants": GRANTS[::-1],
        "tests": TESTS[::-1],
    }


def test_the_entries_of_one_owner_are_a_document_that_is_limited_to_it(at: Serve) -> None:
    at(answering(having(7)))
    members = read(typed("export", "--owner", "team-data").out).members
    assert (members["version"], members["owner"], members["issuers"]) == (1, "team-data", [])
    assert [one["id"] for one in members["grants"]] == ["writers"]
    assert [one["scope"] for one in members["locations"]] == ["s3://b/*"]


@pytest.mark.parametrize("changed_at", range(1, 8))
def test_a_change_while_the_lists_are_read_starts_again(changed_at: int, at: Serve) -> None:
    served = at(answering(having(*[7] * changed_at, 8)))
    assert typed("export").out == TEXT
    assert len(served.asked) == 16  # 2 + 1 + 2 + 2 pages, and the last look, twice


def test_entries_that_never_stop_changing_are_not_exported(at: Serve) -> None:
    at(answering(having(*range(100))))
    ended = typed("export")
    assert (ended.code, ended.out) == (4, "")
    assert "kept changing while they were read" in ended.err


@pytest.mark.invariant(19)
def test_a_service_that_does_not_tell_its_revision_is_exported_with_a_word(at: Serve) -> None:
    at(answering(having(None)))
    ended = typed("export")
    assert ended.out == TEXT
    assert "a change meanwhile goes unnoticed" in ended.err


def test_a_file_is_written_and_not_replaced_unless_somebody_says_so(
    tmp_path: Path, at: Serve
) -> None:
    at(answering(having(7)))
    path = tmp_path / "vending.yaml"
    ended = typed("export", "--out", str(path))
    assert (ended.code, ended.out, ended.err) == (0, "", f"s3vend: wrote {path}\n")
    assert path.read_text() == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    refused = typed("export", "--out", str(path))
    assert (refused.code, path.read_text()) == (1, "mine")
    assert "already exists; use --overwrite to replace it" in refused.err
    assert typed("export", "--out", str(path), "--overwrite", "-q").err == ""
    assert path.read_text() == TEXT
    printed = typed("export", "--out", str(path), "--overwrite", "-o", "json").json
    assert (printed["file"], printed["version"]) == (str(path), 1)


def test_a_directory_or_a_missing_one_is_not_written(tmp_path: Path, at: Serve) -> None:
    at(answering(having(7)))
    for name in (str(tmp_path), str(tmp_path / "missing" / "file")):
        ended = typed("export", "--out", name, "--overwrite")
        assert ended.code == 2
        assert "cannot be written" in ended.err


@pytest.mark.parametrize(("keys", "code"), [("yes\n", 0), ("no\n", 1), ("\n", 1)])
def test_at_a_terminal_it_asks_before_a_file_is_replaced(
    keys: str, code: int, tmp_path: Path, at: Serve
) -> None:
    served = at(answering(having(7)))
    path = tmp_path / "vending.yaml"
    path.write_text("mine")
    ended, shown = at_a_terminal(
        "export", "--out", str(path), keys=keys, home=tmp_path, S3VEND_URL=served.url
    )
    assert (ended, "Replace it? Type 'yes' to confirm:" in shown) == (code, True)
    assert path.read_text() == ("mine" if code else TEXT)


def test_at_a_terminal_no_line_is_broken_or_shortened(tmp_path: Path, at: Serve) -> None:
    served = at(answering(having(7)))
    _, shown = at_a_terminal("export", keys="", home=tmp_path, columns=40, S3VEND_URL=served.url)
    assert shown.replace("\r\n", "\n") == TEXT
