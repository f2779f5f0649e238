"""Large documents for real: the command stages them, callers see all or nothing, others wait."""

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from local.stack.seed import BUCKET
from tests.cloud.conftest import NewCaller
from tests.cloud.test_cli import Typed, typed  # noqa: F401 - a fixture

OWNER = "staged-tests"
COUNT = 600
READER = "StagedReader"
# A file that is staged, without the time that so many grants would take here.
REASONS = {"AnyAddress": "x" * 500, "Expired": "y" * 500, "EmptySegment": "z" * 500}
FILLING = REASONS | dict.fromkeys(
    ("EncodedScope", "NameNotAnId", "NestedScope", "SpaceInScope", "RefusedIfNew"), "w" * 500
)

type Ask = Callable[..., Answer]


def line(number: int, permission: str = "READ") -> dict[str, object]:
    """The last ten are for one reader, in places of their own."""
    role = READER if number >= COUNT - 10 else f"Staged{number}"
    return {
        "id": f"staged-{number}",
        "owner": OWNER,
        "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:user/{role}"},
        "scope": f"s3://{BUCKET}/staged/{number}/*",
        "permission": permission,
        "acknowledge": FILLING,
    }


def document(permission: str = "READ", count: int = COUNT) -> dict[str, object]:
    return {"version": 1, "owner": OWNER, "grants": [line(n, permission) for n in range(count)]}


@pytest.fixture
def ask(call: Call, administrator: Credentials) -> Ask:
    """`ask("POST", "/admin/staged", …)` as an administrator."""
    return lambda method, path, body=None: call(method, path, body, administrator)


@pytest.fixture
def large(tmp_path: Path) -> str:
    path = tmp_path / "large.yaml"
    path.write_text(json.dumps(document()))
    assert path.stat().st_size > 2 * 1024 * 1024
    return str(path)


@pytest.fixture(autouse=True)
def removed(call: Call, administrator: Credentials) -> Iterator[None]:
    """Without the grants of these tests afterwards."""
    yield
    empty = {"version": 1, "owner": OWNER, "grants": [], "prune": True}
    while (answer := call("POST", "/admin/changes", empty, administrator)).status in (409, 503):
        running = call("GET", "/admin/staged", None, administrator).json["staged"]
        for one in running:
            if one["state"] == "writing":
                call("DELETE", f"/admin/staged/{one['id']}", None, administrator)
    assert answer.status == 200, answer.json


def granted(ask: Ask) -> list[str]:
    found, query = [], "?limit=1000"
    while True:
        page = ask("GET", f"/admin/grants{query}").json
        found += [one["id"] for one in page["grants"] if one.get("owner") == OWNER]
        if "nextToken" not in page:
            return found
        query = f"?limit=1000&nextToken={page['nextToken']}"


def staged(ask: Ask, members: dict[str, Any], size: int) -> str:
    """The id of a document whose parts have arrived."""
    grants: list[Any] = members["grants"]
    bodies = [{"grants": grants[n : n + size]} for n in range(0, len(grants), size)]
    hashes = (sha256(json.dumps(one).encode()).hexdigest() for one in bodies)
    announced = {
        **{name: value for name, value in members.items() if name != "grants"},
        "digest": sha256("".join(hashes).encode()).hexdigest(),
        "entries": {"grants": len(grants)},
        "parts": len(bodies),
    }
    answer = ask("POST", "/admin/staged", announced)
    assert answer.status == 200, answer.json
    id_ = str(answer.json["id"])
    for number, body in enumerate(bodies):
        put = ask("PUT", f"/admin/staged/{id_}/parts/{number}", body)
        assert put.status == 200, put.json
    return id_


def test_the_command_plans_and_applies_a_large_file_and_the_caller_has_it(
    typed: Typed,  # noqa: F811 - the fixture
    administrator: Credentials,
    large: str,
    ask: Ask,
    call: Call,
    new_user: NewCaller,
) -> None:
    planned = typed("plan", large, who=administrator)
    assert planned.code == 2, planned.err
    assert f"{COUNT} to add, 0 to change, 0 to remove" in planned.out
    assert f"+ grant staged-{COUNT - 1} " in planned.out
    assert granted(ask) == []
    applied = typed("apply", large, "--yes", who=administrator)
    assert applied.code == 0, applied.err
    assert len(granted(ask)) == COUNT
    again = typed("plan", large, who=administrator)
    assert again.code == 0, again.out
    reader = new_user(name=READER)
    wanted = {"target": f"s3://{BUCKET}/staged/{COUNT - 1}/x", "permission": "READ"}
    assert call("POST", "/iam/credentials", wanted, reader).status == 200
    asked = typed("who-can", f"s3://{BUCKET}/staged/{COUNT - 1}/x", who=administrator)
    assert READER in asked.out


def test_while_it_is_written_others_wait_vends_and_revocations_do_not_and_it_can_be_cancelled(
    ask: Ask,
    call: Call,
    administrator: Credentials,
    user: Credentials,
    cloud: Cloud,
    stack: Stack,
    typed: Typed,  # noqa: F811 - the fixture
) -> None:
    """The local cloud runs one request of a function at a time, so the table is made to say so."""
    id_ = staged(ask, document(count=100), 50)
    plan = ask("POST", f"/admin/staged/{id_}/commit", {"dryRun": True})
    assert (plan.status, plan.json["state"]) == (200, "planned"), plan.json
    table = aws.dynamodb(cloud)

    def write(pk: str, sk: str, change: Callable[[str], str]) -> None:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = table.get_item(TableName=stack.outputs["TableName"], Key=key)["Item"]
        found["document"] = {"S": change(found["document"]["S"])}
        table.put_item(TableName=stack.outputs["TableName"], Item=found)

    write("staged", id_, lambda text: text.replace('"state":"planned"', '"state":"writing"'))
    write("revision", "revision", lambda text: f"{text} {id_}")
    other = {"version": 1, "grants": [], "dryRun": True}
    refused = ask("POST", "/admin/changes", other)
    assert (refused.status, refused.json["code"]) == (409, "ChangeRunning")
    assert id_ in refused.json["detail"]
    wanted = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
    assert call("POST", "/iam/credentials", wanted, user).status == 200
    revoked = {"grantId": "nobodys", "kind": "sessions", "reason": "a test"}
    assert ask("POST", "/admin/revocations", revoked).status == 200
    cancelled = typed("apply", "--cancel", id_, who=administrator)
    assert cancelled.code == 0, cancelled.err
    assert ask("POST", f"/admin/staged/{id_}/commit", {}).status == 412
    assert ask("POST", "/admin/changes", other).status == 200


def test_a_document_whose_sender_was_killed_is_found_again(ask: Ask) -> None:
    id_ = staged(ask, document(count=60), 50)
    assert staged(ask, document(count=60), 50) == id_
    assert ask("POST", f"/admin/staged/{id_}/commit", {}).json["state"] == "applied"
    assert len(granted(ask)) == 60
    assert staged(ask, document(count=60), 50) != id_


def test_a_fault_in_a_part_is_that_of_the_whole_document(ask: Ask) -> None:
    members = document(count=60)
    grants: Any = members["grants"]
    grants[55]["scope"] = "s3://unregistered-bucket/*"
    id_ = staged(ask, members, 50)
    answer = ask("POST", f"/admin/staged/{id_}/commit", {"dryRun": True})
    assert answer.status == 400
    assert [one["pointer"] for one in answer.json["errors"]] == ["/grants/55/scope"]
    assert granted(ask) == []
    ask("DELETE", f"/admin/staged/{id_}")
