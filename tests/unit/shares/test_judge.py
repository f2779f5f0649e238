"""What ends a share, what makes it rest, and what brings it back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, caller, location
from tests.support.sharing import (
    BUCKET,
    FOLDER,
    World,
    of_caller,
    of_grant,
    refusal,
    shared,
    world_of,
)
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.denials.denials import EVERYBODY
from vending.denials.holders import Holders
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.grants.sharing import DAY, Sharing
from vending.shares.owner import owner_part
from vending.table import owner_key

ISSUER = "https://issuer.example.com"


def member(subject: str = "alice", **claims: Any) -> Caller:
    identity = WebIdentity(ISSUER, subject, {"group": "staff"} | claims, "0" * 32)
    return Caller("web-identity", identity, "192.0.2.7")


def staff(**members: Any) -> Grant:
    grantee = WebGrantee(ISSUER, claims=(("group", '"staff"'),))
    return shared(**{"grantee": grantee} | members)


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


def test_a_link_gives_the_file_and_counts_the_use(world: World) -> None:
    token = world.make(maxUses=2)
    url = world.post(token)
    assert url.startswith(f"https://{BUCKET}.s3.ap-northeast-1.amazonaws.com/a/b.csv?")
    assert "X-Amz-Expires=60&" in url
    assert "response-content-disposition=attachment" in url
    assert world.state()["uses"] == 1
    assert world.state()["left"] == 1


def test_a_page_uses_nothing_up(world: World) -> None:
    token = world.make(maxUses=1)
    for _ in range(3):
        world.get(token)
    assert world.state()["uses"] == 0
    assert not world.sts.asked


def changed(world: World, **members: Any) -> World:
    return world.grants(shared(**members), before={"a-grant": shared()})


ENDS: dict[str, tuple[Callable[[World], Any], tuple[str, str]]] = {
    "taken back": (lambda world: world.take_back(), ("ShareOver", "TakenBack")),
    "expired": (lambda world: world.later(days=7), ("ShareOver", "Expired")),
    "used up": (lambda world: world.post(world.token), ("ShareOver", "UsedUp")),  # type: ignore[attr-defined]
    "the caller's sessions are revoked": (
        lambda world: world.revoke(of_caller(caller())),
        ("ShareOver", "Ended"),
    ),
    "the grant's sessions are revoked": (
        lambda world: world.revoke(of_grant()),
        ("ShareOver", "Ended"),
    ),
    "all sessions are revoked": (lambda world: world.revoke(EVERYBODY), ("ShareOver", "Ended")),
    "the caller is blocked": (
        lambda world: world.revoke(of_caller(caller()), "block"),
        ("ShareOver", "Ended"),
    ),
    "another uniqueId": (
        lambda world: world.seen(caller(unique_id="AIDA2EXAMPLEEXAMPLE9")),
        ("ShareOver", "AnotherOwner"),
    ),
    "the grant is removed": (lambda world: world.without(shared()), ("AccessDenied", "NoGrant")),
    "the grant is narrowed": (
        lambda world: changed(world, line=f"s3://{BUCKET}/other/* READWRITE"),
        ("AccessDenied", "NoGrant"),
    ),
    "the permission is gone": (
        lambda world: changed(world, line=f"s3://{BUCKET}/* WRITE"),
        ("AccessDenied", "NoGrant"),
    ),
    "sharing is off": (lambda world: changed(world, sharing=None), ("AccessDenied", "NoGrant")),
    "the grant has expired": (
        lambda world: changed(world, expires=NOW),
        ("AccessDenied", "NoGrant"),
    ),
    "maxShare is shorter": (
        lambda world: changed(world, sharing=Sharing(longest=60)).later(seconds=60),
        ("ShareOver", "Expired"),
    ),
    "the opener is elsewhere": (
        lambda world: changed(world, source_ip=("192.0.2.0/24",)),
        ("AccessDenied", "SourceIp"),
    ),
    "the owner was not seen": (
        lambda world: changed(world, sharing=Sharing(owner_seen=3600)).later(hours=1),
        ("AccessDenied", "OwnerNotSeen"),
    ),
    "the denials have the caller": (
        lambda world: world.deny((of_caller(caller()), None)),
        ("Blocked", "Blocked"),
    ),
    "the denials have the grant": (
        lambda world: world.deny((of_grant(), None)),
        ("AccessDenied", "NoGrant"),
    ),
    "sessions were revoked just now": (
        lambda world: world.deny((EVERYBODY, NOW + timedelta(seconds=2))),
        ("JustRevoked", "JustRevoked"),
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_a_use_is_refused_when(world: World, what: str) -> None:
    world.token = world.make(maxUses=1)  # type: ignore[attr-defined]
    happen, expected = ENDS[what]
    happen(world)
    asked = len(world.sts.asked)
    assert refusal(world.post, world.token) == expected  # type: ignore[attr-defined]
    assert refusal(world.get, world.token) == expected  # type: ignore[attr-defined]
    assert len(world.sts.asked) == asked, "STS is asked only when all is decided"


def test_a_location_behind_an_endpoint_gives_nothing(world: World) -> None:
    token = world.make()
    world.locations(location(BUCKET, vpc_endpoint="vpce-0a1b2c3d"))
    assert refusal(world.post, token) == ("AccessDenied", "VpcEndpoint")


@pytest.mark.parametrize("kind", ["sessions", "block"])
@pytest.mark.parametrize(
    "place", [of_caller(caller()), of_grant(), EVERYBODY], ids=["caller", "grant", "all"]
)
@pytest.mark.parametrize("after", [timedelta(hours=2), timedelta(days=89)])
def test_a_revoked_share_never_comes_back(
    dynamodb: Any, kind: str, place: Any, after: timedelta
) -> None:
    world = world_of(dynamodb, shared(sharing=Sharing(90 * DAY, 90 * DAY)))
    token = world.make(expiresIn="90d")
    world.later(seconds=10)
    block = world.revoke(place, kind)
    if kind == "block":
        world.later(minutes=5).lift(block)
    world.now = NOW + after
    world.seen(caller())
    assert refusal(world.post, token) == ("ShareOver", "Ended")
    assert world.state()["state"] == "ended"


def test_a_share_made_while_a_block_is_on_its_way_ends_with_the_lift(world: World) -> None:
    """The table had the revocation, but the decision's item did not yet."""
    block = world.revoke(of_caller(caller()), "block")
    world.later(seconds=5)
    token = world.make()  # as an environment that read the denials before
    world.later(minutes=1).lift(block)
    world.later(seconds=10)
    assert refusal(world.post, token) == ("ShareOver", "Ended")


def test_a_share_made_after_a_revocation_lives(world: World) -> None:
    world.revoke(of_caller(caller()))
    world.later(seconds=5)
    assert world.post(world.make())


def test_no_share_is_made_in_the_seconds_of_a_revocation(world: World) -> None:
    world.revoke(of_caller(caller()))
    assert refusal(world.make) == ("JustRevoked", "JustRevoked")


def test_an_earlier_revocation_that_is_written_later_moves_no_time_back(world: World) -> None:
    world.later(minutes=5)
    world.revoke(EVERYBODY)
    world.later(minutes=-5)
    world.revoke(EVERYBODY)
    world.later(minutes=4)
    assert refusal(world.make) == ("JustRevoked", "JustRevoked"), "the later time is still there"


def test_a_share_rests_without_its_owner_and_wakes_with_its_next_request(world: World) -> None:
    changed(world, sharing=Sharing(90 * DAY, 7 * DAY))
    token = world.make(expiresIn="30d")
    world.later(days=7)
    assert refusal(world.post, token) == ("AccessDenied", "OwnerNotSeen")
    assert world.state()["state"] == "resting"
    world.seen(caller())
    assert world.post(token)
    assert world.state()["state"] == "live"


def test_another_users_request_does_not_wake_it(world: World) -> None:
    changed(world, sharing=Sharing(90 * DAY, 7 * DAY))
    token = world.make(expiresIn="30d")
    world.later(days=7)
    world.seen(caller("arn:aws:iam::123456789012:user/Another"))
    assert refusal(world.post, token) == ("AccessDenied", "OwnerNotSeen")


def test_claims_count_as_of_the_owners_last_request(dynamodb: Any) -> None:
    world = world_of(dynamodb, staff())
    token = world.make(by=member())
    assert world.post(token)
    world.seen(member(group="guests"))
    assert refusal(world.post, token) == ("AccessDenied", "NoGrant")
    world.seen(member())
    assert world.post(token)


@pytest.mark.parametrize("claims", [(), (("group", '"staff"'),)], ids=["issuer", "group"])
def test_a_revocation_of_holders_ends_the_shares_of_each(dynamodb: Any, claims: Any) -> None:
    world = world_of(dynamodb, staff())
    token = world.make(by=member())
    world.revoke(None, holders=Holders(ISSUER, claims))
    world.later(hours=2).seen(member())
    assert refusal(world.post, token) == ("ShareOver", "Ended")


def test_who_lost_the_claim_before_the_revocation_had_it_when_the_share_was_made(
    dynamodb: Any,
) -> None:
    grantee = WebGrantee(ISSUER, "alice")
    world = world_of(dynamodb, shared(grantee=grantee))
    token = world.make(by=member())
    world.seen(member(group="guests"))
    assert world.post(token)
    world.revoke(None, holders=Holders(ISSUER, (("group", '"staff"'),)))
    assert refusal(world.post, token) == ("ShareOver", "Ended")


def test_a_revocation_of_other_holders_ends_nothing(dynamodb: Any) -> None:
    world = world_of(dynamodb, staff())
    token = world.make(by=member())
    world.revoke(None, holders=Holders(ISSUER, (("group", '"guests"'),)))
    world.revoke(None, holders=Holders("https://other.example.com"))
    world.revoke(of_caller(caller("arn:aws:iam::123456789012:user/Another")))
    world.revoke(of_grant("another"))
    world.later(seconds=5)
    assert world.post(token)


def test_a_grant_with_another_id_does_not_help(world: World) -> None:
    token = world.make()
    world.grants(shared(id="another"))
    world.without(shared())
    assert refusal(world.post, token) == ("AccessDenied", "NoGrant")


def test_the_session_is_the_owners_and_narrower_than_the_grant(world: World) -> None:
    token = world.make(FOLDER)
    world.post(token, file="b.csv")
    ((session, _),) = world.sts.asked
    assert session.name("s" * 16).startswith("AssumeS3User-")
    assert of_caller(caller()).begins in session.name("s" * 16)
    assert of_grant().begins in session.name("s" * 16)
    assert "arn:aws:s3:::bkt/a/*" in session.policy
    assert "PutObject" not in session.policy


def test_the_openers_address_is_in_the_session_where_the_grant_binds_it(world: World) -> None:
    changed(world, source_ip="caller")
    world.post(world.make(), source_ip="203.0.113.5")
    ((session, _),) = world.sts.asked
    assert '"aws:SourceIp":"203.0.113.5/32"' in session.policy


def test_a_failure_uses_nothing_up(world: World) -> None:
    token = world.make(maxUses=1)
    keep = world.sts.assume_role

    def fail(*_: Any) -> Any:
        raise RuntimeError

    world.sessions.assume_role = fail
    with pytest.raises(RuntimeError):
        world.post(token)
    world.sessions.assume_role = keep
    assert world.state()["uses"] == 0
    assert world.post(token)


def test_active_content_is_shown_where_the_grant_allows_it(world: World) -> None:
    changed(world, active_content=True)
    assert "response-content-disposition" not in world.post(world.make())


def test_an_owner_whose_item_is_gone_rests(world: World) -> None:
    token = world.make()
    pk, sk = owner_key(owner_part(caller().identity))
    world.dynamodb.delete_item(TableName="grants", Key={"pk": {"S": pk}, "sk": {"S": sk}})
    assert refusal(world.post, token) == ("AccessDenied", "OwnerNotSeen")


def test_the_record_of_a_use_names_share_owner_and_address(world: World) -> None:
    token = world.make()
    world.post(token)
    members = world.records[-1].members
    assert members["share"] == world.last
    assert members["use"] == 1
    assert members["caller"] == "arn:aws:iam::123456789012:user/AssumeS3User"
    assert members["targets"] == ["s3://bkt/a/b.csv"]
    assert token not in str(members)
    assert "tokenHash" not in members
