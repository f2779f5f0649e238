"""/admin for real: plan, apply, prune, and two administrators at once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.cloud.client import Answer, Call, Credentials
from local.stack.seed import vending

type Change = Callable[..., Answer]

ROUTE = "/admin/changes"
ACCOUNT = "123456789012"


def line(id_: str, **members: object) -> dict[str, object]:
    given = {
        "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:role/{id_}"},
        "scope": f"s3://hogehoge-bucket/{id_}/*",
        "permission": "READ",
    }
    return {"id": id_} | given | members


@pytest.fixture
def change(call: Call, administrator: Credentials) -> Change:
    """``change(grants=[…], prune=True)`` → the answer."""
    return lambda **members: call("POST", ROUTE, {"version": 1} | members, administrator)


@pytest.fixture
def read(call: Call, administrator: Credentials) -> Callable[[str], Any]:
    """``read("/admin/grants")`` → the answer's JSON."""
    return lambda path: call("GET", path, None, administrator).json


def revision(change: Change) -> int:
    return int(change(dryRun=True).json["revision"])


def test_a_dry_run_shows_the_difference_and_changes_nothing(change: Change, read: Any) -> None:
    before = read("/admin/grants")
    answer = change(grants=[line("planned")], dryRun=True)
    assert answer.status == 200
    assert answer.json["applied"] is False
    assert answer.json["changes"] == [
        {
            "action": "add",
            "kind": "grant",
            "id": "planned",
            "pointer": "/grants/0",
            "before": None,
            "after": line("planned"),
        }
    ]
    assert read("/admin/grants") == before
    assert read("/admin/grants/planned")["code"] == "NotFound"


def test_applying_twice_changes_once(change: Change, read: Any) -> None:
    first = change(grants=[line("once", maxDuration="15m")])
    second = change(grants=[line("once", maxDuration=900)])
    assert [one["action"] for one in first.json["changes"]] == ["add"]
    assert second.json["changes"] == []
    assert second.json["revision"] == first.json["revision"]
    assert read("/admin/grants/once") == line("once", maxDuration=900)


def test_a_change_shows_before_and_after(change: Change) -> None:
    change(grants=[line("changed")])
    (made,) = change(grants=[line("changed", permission="WRITE")]).json["changes"]
    assert (made["action"], made["before"]["permission"], made["after"]["permission"]) == (
        "change",
        "READ",
        "WRITE",
    )


def test_pruning_removes_what_the_list_does_not_name(change: Change, read: Any) -> None:
    everything = read("/admin/grants?limit=1000")["grants"]
    change(grants=[line("pruned")])
    answer = change(grants=everything, prune=True)
    removed = {one["id"] for one in answer.json["changes"] if one["action"] == "remove"}
    assert removed == {"pruned"}
    assert read("/admin/grants?limit=1000")["grants"] == everything
    assert {one["id"] for one in vending("")["grants"]} <= {one["id"] for one in everything}


def test_of_two_administrators_one_is_told_that_the_other_was_first(change: Change) -> None:
    known = revision(change)
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda n: change(grants=[line(f"race{n}")], revision=known), range(4))
        )
    assert sorted(one.status for one in answers) == [200, 412, 412, 412]
    refused = next(one for one in answers if one.status == 412)
    assert refused.json["code"] == "PreconditionFailed"
    assert revision(change) == known + 1


@pytest.mark.invariant(13)
def test_a_bad_document_is_refused_whole_with_a_pointer_for_each_fault(
    change: Change, read: Any
) -> None:
    known = revision(change)
    grants = [
        line("good"),
        line("bad", permission="ALL", scope="s3://hogehoge-bucket/tenant1*"),
        line("worse", grantee={"iam": "*"}, maxDuration="2h", extra=1),
    ]
    answer = change(grants=grants)
    assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")
    assert {one["pointer"] for one in answer.json["errors"]} == {
        "/grants/1/permission",
        "/grants/1/scope",
        "/grants/2/grantee/iam",
        "/grants/2/maxDuration",
        "/grants/2/extra",
    }
    assert revision(change) == known
    assert read("/admin/grants/good")["code"] == "NotFound"


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"grants": [line("a", scope="s3://unregistered-bucket/*")]}, "/grants/0/scope"),
        ({"grants": [line("a"), line("a")]}, "/grants/1/id"),
        ({"locations": [{"scope": "s3://hogehoge-bucket/x/*", "region": "ap-northeast-1"}]}, "/locations/0/scope"),
        ({"administrators": []}, "/administrators"),
        ({"version": 2}, "/version"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_refused(
    members: dict[str, Any], pointer: str, change: Change
) -> None:
    answer = change(**members)
    assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")
    assert [one["pointer"] for one in answer.json["errors"]] == [pointer]


def test_a_large_document_is_applied_in_several_transactions_and_removed_again(
    change: Change, read: Any
) -> None:
    known, before = revision(change), read("/admin/grants?limit=1000")["grants"]
    grants = [line(f"many{number:03}") for number in range(120)]
    answer = change(grants=grants)
    assert len(answer.json["changes"]) == 120
    assert answer.json["revision"] > known + 1
    listed = read("/admin/grants?limit=1000")["grants"]
    assert len(listed) == len(before) + 120
    change(grants=before, prune=True)
    assert read("/admin/grants?limit=1000")["grants"] == before


def test_lists_come_in_order_page_by_page(read: Any) -> None:
    everything = read("/admin/grants?limit=1000")["grants"]
    assert [one["id"] for one in everything] == sorted(one["id"] for one in everything)
    first = read("/admin/grants?limit=2")
    rest = read(f"/admin/grants?limit=1000&nextToken={first['nextToken']}")
    assert first["grants"] + rest["grants"] == everything


def test_locations_are_read_by_their_bucket(read: Any) -> None:
    here = {"scope": "s3://hogehoge-bucket/*", "region": "ap-northeast-1"}
    assert here in read("/admin/locations")["locations"]
    assert read("/admin/locations/hogehoge-bucket") == here
    assert read("/admin/locations/nowhere")["code"] == "NotFound"
    assert read("/admin/grants/stranger-reads-reports")["expires"] == "2099-12-31T00:00:00Z"


def test_a_body_over_two_mebibytes_is_too_large(call: Call, administrator: Credentials) -> None:
    body = json.dumps({"version": 1, "grants": [line("a", id="x" * 2 * 1024 * 1024)]})
    answer = call("POST", ROUTE, body, administrator)
    assert (answer.status, answer.json["code"]) == (413, "TooLarge")
