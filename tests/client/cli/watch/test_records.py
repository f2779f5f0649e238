"""Audit records as people see them."""

from typing import Any

import pytest

from s3vend.cli.watch.records import action, what

GRANT = {"id": "archive", "permission": "READ", "maxDuration": 900}
WIDER = GRANT | {"permission": "READWRITE", "expires": "2027-01-01T00:00:00Z"}


def changed(kind: str, before: object, after: object) -> "dict[str, Any]":
    return {"change": {"action": kind, "kind": "grant", "id": "archive", "before": before, "after": after}}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"targets": ["s3://b/k", "s3://b/l"], "targetCount": 2}, "s3://b/k, s3://b/l"),
        ({"targets": ["s3://b/k", "s3://b/k"], "targetCount": 2}, "s3://b/k"),
        ({"targets": ["s3://b/k"], "targetCount": 21}, "s3://b/k and 20 more"),
        ({"route": "GET /web-identity/grants"}, "GET /web-identity/grants"),
        ({}, ""),
        ({"changes": 0, "dryRun": False, "revision": 3}, "no changes"),
        ({"changes": 0, "dryRun": True, "revision": 3}, "no changes"),
        ({"changes": 2, "dryRun": True, "revision": 3}, "2 changes planned"),
        ({"changes": 1, "dryRun": False, "revision": 4}, "1 change, revision 4"),
        (changed("add", None, GRANT), "+ grant archive"),
        (changed("remove", GRANT, None), "- grant archive"),
        (changed("change", GRANT, WIDER), "~ grant archive: permission, expires"),
        (changed("remove", {**GRANT, "owner": "a"}, None), "- grant archive (a)"),
        ({"changes": 2, "dryRun": True, "owner": "a"}, "2 changes of a planned"),
        ({"changes": 1, "dryRun": False, "owner": "a", "revision": 4}, "1 change of a, revision 4"),
        (
            {"revocation": {"kind": "block", "grantId": "g", "reason": "a leak"}},
            "block of grant g: a leak",
        ),
        (
            {"revocation": {"kind": "sessions", "all": True, "reason": "a leak"}},
            "sessions of everybody: a leak",
        ),
        ({"reconciliation": {"active": 2, "repaired": True}}, "2 revocations in force, repaired"),
        ({"reconciliation": {"active": 0, "repaired": False}}, "0 revocations in force"),
    ],
)
def test_a_record_says_what_was_done(record: "dict[str, Any]", shown: str) -> None:
    assert what(record) == shown


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        ({"action": "changes", "dryRun": True}, "plan"),
        ({"action": "changes", "dryRun": False}, "apply"),
        ({"action": "changes"}, "changes"),  # of a body that nobody can read
        ({"action": "change"}, "change"),
        ({"action": "credentials"}, "credentials"),
    ],
)
def test_a_dry_run_is_a_plan(record: "dict[str, Any]", shown: str) -> None:
    assert action(record) == shown
