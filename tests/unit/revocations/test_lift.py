"""Lifting a block: the answer says what is still denied, until when, and by whom else."""

import json
from datetime import timedelta

import pytest

from tests.support.make import NOW, USER_ARN, caller, record
from tests.support.revoking import World
from vending.bodies.parse import parse
from vending.revocations.lift import lift
from vending.revocations.request import RevocationRequest
from vending.revocations.revoke import revoke

ADMINISTRATOR = caller("arn:aws:iam::123456789012:user/Administrator")
ISSUER = "https://ci.example.com"
APP = {"caller": {"issuer": ISSUER, "claims": {"id": "1"}}}
BRANCH = {"caller": {"issuer": ISSUER, "claims": {"id": "1", "ref": "x"}}}
ME = {"caller": {"issuer": ISSUER, "subject": "me"}}
USER = {"caller": {"iam": USER_ARN}}


def block(world: World, **whose: object) -> str:
    body = {"kind": "block", "reason": "why"} | whose
    answer = revoke(ADMINISTRATOR, parse(RevocationRequest, json.dumps(body)), record(), world.effects)  # fmt: skip
    assert isinstance(answer["revocation"], dict)
    return str(answer["revocation"]["id"])


def lifted(world: World, id_: str) -> dict[str, object]:
    return lift(ADMINISTRATOR, id_, record(), world.effects)


@pytest.mark.invariant(19)
def test_what_was_vended_before_stays_denied_and_the_answer_says_until_when() -> None:
    world = World()
    id_ = block(world, **USER)
    world.time = NOW + timedelta(minutes=10)
    answer = lifted(world, id_)
    detail = str(answer["detail"])
    assert "New vends are allowed again; sessions from 2026-11-23T12:10:03Z on work." in detail
    assert "deny what was vended before 2026-11-23T12:10:02Z, until 2026-11-23T13:11:02Z" in detail
    assert isinstance(answer["revocation"], dict)
    assert answer["revocation"]["until"] == "2026-11-23T13:11:02Z"
    assert "blockedBy" not in answer


@pytest.mark.invariant(19)
def test_a_lift_that_is_not_in_force_says_that_the_policy_still_denies() -> None:
    world = World()
    id_ = block(world, **USER)
    world.broken = "put_policy"
    answer = lifted(world, id_)
    assert answer["denialWritten"] is False
    assert "still denies what was vended and what is vended now" in str(answer["detail"])
    assert "New vends are allowed" not in str(answer["detail"])


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("whose", "other", "goes_on"),
    [
        (USER, {"all": True}, True),
        (USER, USER, True),
        (USER, {"caller": {"iam": f"{USER_ARN}2"}}, False),
        (USER, {"grantId": "g"}, False),
        (USER, {"caller": {"issuer": ISSUER}}, False),
        ({"grantId": "g"}, {"grantId": "g"}, True),
        (ME, {"caller": {"issuer": ISSUER}}, True),
        (ME, APP, False),
        (BRANCH, APP, True),
        (APP, BRANCH, False),
        (APP, {"caller": {"issuer": ISSUER}}, True),
        (APP, {"caller": {"issuer": "https://other.example.com"}}, False),
    ],
)
def test_another_block_for_the_same_callers_is_named(
    whose: dict[str, object], other: dict[str, object], goes_on: bool
) -> None:
    world = World()
    first, second = block(world, **whose), block(world, **other)
    answer = lifted(world, first)
    assert answer.get("blockedBy") == ([second] if goes_on else None)
    assert ("Other blocks still refuse new vends" in str(answer["detail"])) is goes_on
    assert ("New vends are allowed again" in str(answer["detail"])) is not goes_on


def test_another_block_that_is_lifted_or_of_sessions_is_not_named() -> None:
    world = World()
    first, second = block(world, **USER), block(world, **USER)
    lifted(world, second)
    body = {"kind": "sessions", "reason": "why", **USER}
    revoke(ADMINISTRATOR, parse(RevocationRequest, json.dumps(body)), record(), world.effects)
    assert "blockedBy" not in lifted(world, first)
