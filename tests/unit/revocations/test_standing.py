"""What revocations do to sessions that are out."""

import json
from datetime import datetime, timedelta

import pytest

from tests.support.make import NOW, ROLE_ARN, USER_ARN, caller, record
from tests.support.revoking import World
from vending.bodies.parse import parse
from vending.denials.denials import Denials
from vending.denials.names import grant_part, source_identity
from vending.revocations.lift import lift
from vending.revocations.request import RevocationRequest
from vending.revocations.revoke import revoke
from vending.revocations.standing import Standing

ADMINISTRATOR = caller("arn:aws:iam::123456789012:user/Administrator")
SESSION = "abcdefghijklmnop"
NAME = f"{source_identity(caller())}-{grant_part('mine')}-{SESSION}"
EARLIER, LATER = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)


def revoked(world: World, **members: object) -> str:
    body = {"kind": "sessions", "reason": "why"} | members
    request = parse(RevocationRequest, json.dumps(body))
    answer = revoke(ADMINISTRATOR, request, record(), world.effects)
    assert isinstance(answer["revocation"], dict)
    return str(answer["revocation"]["id"])


def state(
    world: World, *, issued: datetime = EARLIER, name: str = NAME, role_arn: str = ROLE_ARN
) -> str | None:
    decided = Denials.read(world.block, world.holders)
    marks = world.covered.marks
    standing = Standing.of(world.kept.values(), marks, decided, ROLE_ARN, world.time)
    return standing.state(role_arn, name, issued)


WHOSE = [{"caller": {"iam": USER_ARN}}, {"grantId": "mine"}, {"sessionId": SESSION}, {"all": True}]
OTHERS = [
    {"caller": {"iam": f"{USER_ARN}2"}},
    {"grantId": "others"},
    {"sessionId": SESSION[::-1]},
]


@pytest.mark.invariant(19)
@pytest.mark.parametrize("whose", WHOSE)
def test_a_session_that_is_revoked_is_denied(whose: dict[str, object]) -> None:
    world = World()
    assert state(world) is None
    revoked(world, **whose)
    assert state(world) == "denied"


@pytest.mark.parametrize("grant", ["first", "mine", "last"])
def test_a_session_of_several_grants_is_denied_with_any_of_them(grant: str) -> None:
    world = World()
    grants = ".".join(map(grant_part, ("first", "mine", "last")))
    name = f"{source_identity(caller())}-{grants}-{SESSION}"
    revoked(world, grantId="others")
    assert state(world, name=name) is None
    revoked(world, grantId=grant)
    assert state(world, name=name) == "denied"


@pytest.mark.parametrize("whose", OTHERS)
def test_a_session_that_nobody_revoked_is_not(whose: dict[str, object]) -> None:
    world = World()
    revoked(world, **whose)
    assert state(world) is None


def test_a_session_from_after_the_revocation_is_not_revoked() -> None:
    world = World()
    revoked(world, grantId="mine")
    assert state(world, issued=LATER) is None
    revoked(world, grantId="mine", kind="block")
    assert state(world, issued=LATER) == "denied"


@pytest.mark.invariant(19)
@pytest.mark.parametrize("broken", ["put_policy", "save_denials"])
def test_what_the_role_s_policy_does_not_have_yet_is_pending(broken: str) -> None:
    world = World(broken=broken)
    revoked(world, grantId="mine")
    assert state(world) == "pending"
    world.broken = ""
    revoked(world, grantId="others")  # the next run writes both
    assert state(world) == "denied"


def test_a_lift_that_is_not_written_yet_goes_on_denying_new_sessions() -> None:
    world = World()
    id_ = revoked(world, grantId="mine", kind="block")
    world.time, world.broken = NOW + timedelta(minutes=1), "put_policy"
    assert lift(ADMINISTRATOR, id_, record(), world.effects)["denialWritten"] is False
    assert state(world) in ("denied", "pending"), "dead by the block, and by what the lift leaves"
    world.broken = ""
    lift(ADMINISTRATOR, id_, record(), world.effects)
    assert state(world) == "denied"
    assert state(world, issued=LATER) is None


def test_the_sessions_of_another_role_are_not_reached() -> None:
    world = World()
    other = "arn:aws:iam::222222222222:role/Other"
    assert state(world, role_arn=other) is None
    revoked(world, grantId="mine")
    assert state(world, role_arn=other) == "notReached"


def test_what_is_denied_only_because_denials_were_merged_is_denied_too() -> None:
    world = World()
    world.block = json.dumps([["grant", grant_part("mine")[:1], None]])
    assert state(world) == "denied"


def test_a_name_that_is_not_ours_is_denied_with_everybody_s() -> None:
    world = World()
    revoked(world, grantId="mine")
    assert state(world, name="somebody") is None


def test_a_revocation_that_is_over_denies_nothing() -> None:
    world = World()
    revoked(world, grantId="mine")
    world.time = NOW + timedelta(hours=2)
    world.block = None
    assert state(world) is None


@pytest.mark.invariant(19)
@pytest.mark.parametrize(("broken", "written"), [("", True), ("put_policy", False)])
def test_a_revocation_is_listed_with_whether_the_policy_has_it(broken: str, written: bool) -> None:
    world = World(broken=broken)
    revoked(world, grantId="mine")
    (one,) = world.kept.values()
    marks = world.covered.marks
    assert one.as_listed(world.time, marks)["denialWritten"] is written
    assert "denialWritten" not in one.as_listed(NOW + timedelta(hours=2), marks)
