"""What a page says before and after the password, and whom a ticket admits."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import NOW, caller
from tests.support.sharing import BUCKET, FOLDER, INBOX, World, of_caller, refusal, shared, world_of
from vending.errors import TooManyRequests
from vending.grants.sharing import Sharing
from vending.shares.opening.views import File, Folder, Password, Upload

SECRET = "correct horse"


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


def protected(world: World, **members: Any) -> str:
    return world.make(password=SECRET, label="A label", sender="Ann", **members)


def test_a_page_says_what_the_owner_wrote_and_nothing_of_the_owner(world: World) -> None:
    token = world.make(label="A label", maxUses=3, sender="Ann")
    page = world.get(token)
    assert isinstance(page, File)
    assert (page.about.sender, page.about.label, page.about.left) == ("Ann", "A label", 3)
    assert page.name == "b.csv"
    assert page.origin == f"https://{BUCKET}.s3.ap-northeast-1.amazonaws.com"
    for text in ("AssumeS3User", "123456789012", "a-grant", "a/b"):
        assert text not in repr(page)


@pytest.mark.parametrize(
    "narrower",
    [{"sharing": Sharing(longest=3600)}, {"expires": NOW + timedelta(hours=1)}],
    ids=["maxShare", "expires"],
)
def test_a_page_says_when_the_link_really_ends_as_its_grant_is_now(
    world: World, narrower: dict[str, Any]
) -> None:
    token = world.make()
    world.grants(shared(**narrower), before={"a-grant": shared()})
    assert world.get(token).about.expires_at == NOW + timedelta(hours=1)  # type: ignore[union-attr]


def test_each_kind_of_share_has_its_page(world: World) -> None:
    assert isinstance(world.get(world.make(FOLDER)), Folder)
    assert isinstance(world.get(world.make(INBOX, kind="upload")), Upload)
    named = world.get(world.make(fileName="numbers.csv"))
    assert isinstance(named, File)
    assert named.name == "numbers.csv"


def test_before_the_password_a_page_says_nothing_at_all(world: World) -> None:
    assert world.get(protected(world)) == Password()
    assert world.get(protected(world, target=FOLDER)) == Password()


@pytest.mark.parametrize(
    "happen",
    [
        lambda world: world.later(days=8),
        lambda world: world.take_back(),
        lambda world: world.revoke(of_caller(caller())),
    ],
    ids=["expired", "taken back", "revoked"],
)
def test_before_the_password_every_end_is_the_same(world: World, happen: Any) -> None:
    token = protected(world)
    happen(world)
    code, reason = refusal(world.get, token)
    assert (code, reason[:6]) == ("ShareOver", "Hidden")
    assert refusal(world.post, token)[0] == "ShareOver"
    assert refusal(world.post, token, "password", password=SECRET)[0] == "ShareOver"


@pytest.mark.parametrize(
    "happen",
    [lambda world: world.without(shared()), lambda world: world.deny((of_caller(caller()), None))],
    ids=["no grant", "blocked"],
)
def test_before_the_password_nobody_learns_what_the_owner_lost(world: World, happen: Any) -> None:
    token = protected(world)
    happen(world)
    assert world.get(token) == Password()
    assert refusal(world.post, token) == ("AccessDenied", "PasswordNeeded")


def test_the_right_password_opens_for_an_hour_by_its_ticket(world: World) -> None:
    token = protected(world)
    page = world.post(token, "password", password=SECRET)
    assert isinstance(page, File)
    assert page.about.label == "A label"
    assert page.ticket
    world.later(minutes=59)
    assert world.post(token, ticket=page.ticket).startswith("https://")
    world.later(minutes=1)
    assert refusal(world.post, token, ticket=page.ticket) == ("AccessDenied", "PasswordNeeded")


def test_a_ticket_admits_to_its_own_share_alone(world: World) -> None:
    other = world.post(protected(world), "password", password=SECRET).ticket
    token = protected(world)
    for ticket in (other, "a" * 32, "", "x", token):
        assert refusal(world.post, token, ticket=ticket) == ("AccessDenied", "PasswordNeeded")


def test_the_table_has_neither_token_nor_ticket_nor_password(world: World) -> None:
    token = protected(world)
    ticket = world.post(token, "password", password=SECRET).ticket
    items = str(world.dynamodb.query) and str(scan(world))
    for secret in (token, ticket, SECRET):
        assert secret not in items


def scan(world: World) -> Any:
    import boto3  # noqa: PLC0415 - the layer's botocore has no scan

    return boto3.client("dynamodb", "ap-northeast-1").scan(TableName="grants")["Items"]


@pytest.mark.parametrize("given", ["", "correct hors", SECRET + " ", SECRET.upper(), "x" * 129])
def test_a_wrong_password_opens_nothing(world: World, given: str) -> None:
    token = protected(world)
    assert refusal(world.post, token, "password", password=given) == (
        "AccessDenied",
        "WrongPassword",
    )


def test_a_password_is_the_same_however_it_is_typed(world: World) -> None:
    token = world.make(password="caf\u00e9")
    assert world.post(token, "password", password="cafe\u0301").ticket


def test_the_right_password_does_not_help_after_five_wrong_ones(world: World) -> None:
    token = protected(world)
    for _ in range(5):
        assert refusal(world.post, token, "password", password="x")[1] == "WrongPassword"
    assert refusal(world.post, token, "password", password=SECRET) == ("TooManyRequests", "Tries")
    with pytest.raises(TooManyRequests) as error:
        world.post(token, "password", password=SECRET)
    assert error.value.retry_after == 900
    assert world.post(token, "password", password=SECRET, source_ip="192.0.2.200").ticket


def test_a_try_is_counted_before_the_password_is_checked(world: World) -> None:
    token = protected(world)

    def fail(name: str) -> None:
        if name == "replace":
            raise RuntimeError

    world.broken = fail
    with pytest.raises(RuntimeError):
        world.post(token, "password", password=SECRET)


def test_a_share_without_a_password_takes_any(world: World) -> None:
    assert isinstance(world.post(world.make(), "password", password="x"), File)


def test_a_ticket_does_not_outlive_what_ends_the_share(world: World) -> None:
    token = protected(world)
    ticket = world.post(token, "password", password=SECRET).ticket
    world.take_back()
    assert refusal(world.post, token, ticket=ticket) == ("ShareOver", "TakenBack")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a" * 31,
        "a" * 33,
        "A" * 32,
        "0" * 32,
        "a" * 31 + "\n",
        "../admin/grants",
        "a#b",
        "é" * 32,
    ],
)
def test_what_is_no_token_is_not_even_looked_up(world: World, token: str) -> None:
    asked: list[str] = []
    world.broken = asked.append
    assert refusal(world.get, token) == ("NotFound", "NotFound")
    assert not asked


def test_a_guess_costs_one_read(world: World) -> None:
    asked: list[str] = []
    world.make()
    world.broken = asked.append
    assert refusal(world.get, "a" * 32) == ("NotFound", "NotFound")
    assert asked == ["find"]


def test_the_record_of_a_try_has_no_password(world: World) -> None:
    token = protected(world)
    refusal(world.post, token, "password", password="a wrong one")
    members = world.records[-1].members
    assert members["action"] == "share-password"
    assert "a wrong one" not in str(members)


def test_a_share_lives_no_longer_than_its_ticket_says(world: World) -> None:
    token = protected(world, expiresIn=600)
    ticket = world.post(token, "password", password=SECRET).ticket
    world.now += timedelta(minutes=10)
    assert refusal(world.post, token, ticket=ticket) == ("ShareOver", "Expired")
