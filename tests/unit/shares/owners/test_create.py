"""Who may share what, for how long; and how shares are listed and taken back."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import ACCOUNT, NOW, Counts, caller, grant, location, rates
from tests.support.sharing import (
    BUCKET,
    FILE,
    FOLDER,
    INBOX,
    World,
    of_caller,
    refusal,
    shared,
    world_of,
)
from vending.answers import Page
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.denials.denials import EVERYBODY
from vending.errors import DurationNotAllowed, InvalidRequest, NotFound, Unavailable
from vending.grants.rate_limit import RateLimit
from vending.grants.sharing import DAY, Sharing
from vending.shares.owners import own
from vending.shares.owners.create import create
from vending.shares.owners.request import ShareRequest

BOB = caller(f"arn:aws:iam::{ACCOUNT}:user/Bob", unique_id="AIDA2EXAMPLEEXAMPLE2")


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


@pytest.mark.parametrize(
    ("granted", "target", "kind"),
    [
        (grant(f"s3://{BUCKET}/* READWRITE"), FILE, "download"),
        (shared(f"s3://{BUCKET}/b/* READWRITE"), FILE, "download"),
        (shared(f"s3://{BUCKET}/* WRITE"), FILE, "download"),
        (shared(f"s3://{BUCKET}/* READ"), INBOX, "upload"),
        (shared(expires=NOW), FILE, "download"),
    ],
    ids=["no sharing", "other keys", "no READ", "no WRITE", "expired"],
)
def test_only_a_grant_that_says_so_lets_share(
    dynamodb: Any, granted: Any, target: str, kind: str
) -> None:
    world = world_of(dynamodb, granted)
    assert refusal(world.make, target, kind=kind) == ("AccessDenied", "NoGrant")
    assert refusal(world.make, target, kind=kind, by=BOB) == ("AccessDenied", "NoGrant")


def test_a_wider_grant_that_says_so_helps_where_the_closest_does_not(dynamodb: Any) -> None:
    world = world_of(dynamodb, grant(f"s3://{BUCKET}/a/* READ", id="close"), shared(id="wide"))
    world.make()
    assert world.state()["grant"] == "wide"


def test_a_link_without_an_address_makes_no_share(world: World) -> None:
    def failing() -> str:
        raise Unavailable("ThrottlingException")

    request = ShareRequest.model_validate({"target": FILE, "kind": "download", "expiresIn": "7d"})
    effects = replace(world.owners(), base_url=failing)
    assert refusal(create, caller(), request, world.record(), effects)[0] == "Unavailable"
    assert own.list_own(caller(), Page(10, None), world.owners())["shares"] == []


def test_a_bucket_behind_an_endpoint_is_not_shared(dynamodb: Any) -> None:
    world = world_of(dynamodb).locations(location(BUCKET, vpc_endpoint="vpce-0a1b2c3d"))
    assert refusal(world.make) == ("AccessDenied", "VpcEndpoint")


@pytest.mark.parametrize(
    ("granted", "expires_in", "refused"),
    [
        (shared(), "7d", False),
        (shared(), 7 * DAY + 1, True),
        (shared(sharing=Sharing(longest=60)), 60, False),
        (shared(sharing=Sharing(longest=60)), 61, True),
        (shared(sharing=Sharing(longest=90 * DAY)), "90d", False),
        (shared(expires=NOW + timedelta(days=1)), "1d", False),
        (shared(expires=NOW + timedelta(days=1)), 86_401, True),
    ],
)
def test_a_share_lives_as_long_as_its_grant_allows(
    dynamodb: Any,
    granted: Any,
    expires_in: Any,
    refused: bool,
) -> None:
    world = world_of(dynamodb, granted)
    if not refused:
        world.make(expiresIn=expires_in)
        return
    with pytest.raises(DurationNotAllowed) as error:
        world.make(expiresIn=expires_in)
    assert error.value.faults[0].pointer == "/expiresIn"


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"expiresIn": 59}, "/expiresIn"),
        ({"expiresIn": 90 * DAY + 1}, "/expiresIn"),
        ({"expiresIn": "1w"}, "/expiresIn"),
        ({"kind": "both"}, "/kind"),
        ({"maxUses": 0}, "/maxUses"),
        ({"maxUses": 1_000_001}, "/maxUses"),
        ({"password": ""}, "/password"),
        ({"password": "x" * 129}, "/password"),
        ({"password": "é" * 65}, "/password"),
        ({"password": "a\nb"}, "/password"),
        ({"label": "a\nb"}, "/label"),
        ({"label": "a\u202eb"}, "/label"),
        ({"label": "x" * 201}, "/label"),
        ({"label": " a"}, "/label"),
        ({"from": "x" * 101}, "/from"),
        ({"from": "\u0000"}, "/from"),
        ({"fileName": "a/b"}, "/fileName"),
        ({"fileName": "..\\b"}, "/fileName"),
        ({"fileName": ".profile"}, "/fileName"),
        ({"fileName": 'a"b'}, "/fileName"),
        ({"fileName": "a\r\nb"}, "/fileName"),
        ({"target": FOLDER, "fileName": "a.csv"}, "/fileName"),
        ({"target": FILE, "kind": "upload"}, "/target"),
        ({"target": "s3://bkt/plans/"}, "/target"),
        ({"maxSize": 5}, ""),
        ({"contentTypes": ["image/*"]}, ""),
        ({"target": INBOX, "kind": "upload", "fileName": "a"}, ""),
        ({"target": INBOX, "kind": "upload", "maxSize": 0}, "/maxSize"),
        ({"token": "a" * 32}, "/token"),
        ({"id": "a" * 16}, "/id"),
        ({"owner": "x"}, "/owner"),
        ({"permission": "WRITE"}, "/permission"),
        ({"target": "s3://bkt/a/../b"}, "/target"),
    ],
)
def test_what_a_request_may_not_have_is_named(members: Any, pointer: str) -> None:
    import json  # noqa: PLC0415

    body = {"target": FILE, "kind": "download", "expiresIn": "7d"} | members
    with pytest.raises(InvalidRequest) as error:
        parse(ShareRequest, json.dumps(body))
    assert [one.pointer for one in error.value.faults] == [pointer]


def test_whoever_may_not_ask_now_makes_nothing(world: World) -> None:
    world.deny((of_caller(caller()), None))
    assert refusal(world.make) == ("Blocked", "Blocked")


def test_making_one_counts_as_a_request_and_using_it_as_a_url_of_its_owner(dynamodb: Any) -> None:
    world = world_of(dynamodb, shared(rate_limit=RateLimit(requests=2, urls=1)))
    world.rates = rates(Counts())
    token = world.make()
    world.post(token)
    assert refusal(world.post, token)[0] == "TooManyRequests"
    assert refusal(world.make)[0] == "TooManyRequests"


def test_a_revocation_that_comes_while_a_share_is_made_ends_it(world: World) -> None:
    def revoke(name: str) -> None:
        if name == "save":
            world.broken = lambda _: None
            world.revoke(EVERYBODY)

    world.broken = revoke
    assert refusal(world.make) == ("JustRevoked", "JustRevoked")
    assert own.list_own(caller(), Page(10, None), world.owners()) == {"shares": []}


def listed(world: World, who: Caller) -> list[str]:
    answer = own.list_own(who, Page(100, None), world.owners())
    return [one["id"] for one in answer["shares"]]  # type: ignore[attr-defined]


def test_a_caller_sees_its_own_shares_newest_first_and_no_others(dynamodb: Any) -> None:
    world = world_of(dynamodb, shared(), shared(id="bobs", grantee=grantee_of(BOB)))
    made = []
    for who in (caller(), BOB, caller()):
        world.later(seconds=1).make(by=who)
        made.append(world.last)
    assert listed(world, caller()) == [made[2], made[0]]
    assert listed(world, BOB) == [made[1]]
    for call in (world.state, world.take_back):
        with pytest.raises(NotFound):
            call(made[1])
    assert world.state(made[1], by=BOB)["state"] == "live"


def grantee_of(who: Caller) -> Any:
    from vending.grants.grantee import IamGrantee  # noqa: PLC0415

    return IamGrantee(who.identity.principal)  # type: ignore[union-attr]


def test_a_user_with_the_name_of_a_deleted_one_sees_none_of_its_shares(world: World) -> None:
    world.make()
    later = caller(unique_id="AIDA2EXAMPLEEXAMPLE9")
    assert listed(world, later) == []
    with pytest.raises(NotFound):
        world.state(by=later)


@pytest.mark.parametrize("id_", ["x", "0" * 17, "../x", "shares", "a" * 3000, "*"])
def test_no_other_text_is_an_id(world: World, id_: str) -> None:
    asked: list[str] = []
    world.broken = asked.append
    with pytest.raises(NotFound):
        world.state(id_)
    assert not asked


def test_taking_back_twice_changes_nothing_more(world: World) -> None:
    world.make()
    first = world.take_back()
    world.later(hours=1)
    assert world.take_back() == first
    assert first["state"] == "takenBack"


def test_administrators_see_all_and_find_what_opens_some_keys(dynamodb: Any) -> None:
    world = world_of(dynamodb, shared(), shared(id="bobs", grantee=grantee_of(BOB)))
    world.make(FOLDER)
    folder = world.last
    world.make(f"s3://{BUCKET}/c.csv", by=BOB)
    file = world.last
    world.make(FILE)
    world.take_back()

    def found(target: str | None) -> list[str]:
        answer = own.list_all(Page(10, None), target, world.owners())
        return [one["id"] for one in answer["shares"]]  # type: ignore[attr-defined]

    assert len(found(None)) == 3
    assert found("s3://bkt/a/x/y.csv") == [folder]
    assert set(found("s3://bkt/*")) == {folder, file}
    assert found("s3://other-bucket/*") == []
    with pytest.raises(InvalidRequest):
        found("nothing")
    assert own.read_any(file, world.owners())["owner"] == {"arn": BOB.identity.principal.arn}  # type: ignore[union-attr]


def test_an_owner_sees_what_is_left_and_when_it_really_ends(dynamodb: Any) -> None:
    world = world_of(dynamodb, shared(expires=NOW + timedelta(days=3)))
    world.make(maxUses=5, expiresIn="2d", label="A label", sender="Ann")
    state = world.state()
    assert (state["uses"], state["left"], state["maxUses"]) == (0, 5, 5)
    assert state["until"] == state["expiresAt"] == "2026-11-25T12:00:00Z"
    assert (state["label"], state["from"], state["password"]) == ("A label", "Ann", False)
    world.grants(
        shared(expires=NOW + timedelta(days=1)),
        before={"a-grant": shared(expires=NOW + timedelta(days=3))},
    )
    assert world.state()["until"] == "2026-11-24T12:00:00Z"
