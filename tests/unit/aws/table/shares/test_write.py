"""What is written of shares, and that a use is counted exactly once."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.support.make import NOW, caller
from tests.support.sharing import BUCKET, World, world_of
from tests.support.stack.tables import TABLE
from vending.aws.table.shares import read, write
from vending.errors import InternalError, ShareOver, TooLarge, Unavailable
from vending.shares.share import Share
from vending.shares.token import hash_of
from vending.table import share_key


@pytest.fixture
def world(dynamodb: Any) -> World:
    return world_of(dynamodb)


def made(world: World, **members: Any) -> Share:
    world.make(**members)
    (standing,) = read.standings(world.dynamodb, TABLE, [world.last])
    return standing.share


def use(world: World, share: Share, id_: str, size: int = 0) -> int:
    return write.use(world.dynamodb, TABLE, share, id_, size)


def test_uses_are_numbered_up_to_the_promise(world: World) -> None:
    share = made(world, maxUses=2)
    assert [use(world, share, "a"), use(world, share, "b")] == [1, 2]
    with pytest.raises(ShareOver) as error:
        use(world, share, "c")
    assert error.value.reason == "UsedUp"


def test_a_second_try_of_a_counted_use_is_not_counted_again(world: World) -> None:
    share = made(world, maxUses=1)
    assert use(world, share, "a") == use(world, share, "a") == 1
    with pytest.raises(ShareOver):
        use(world, share, "b")


@pytest.mark.parametrize(("size", "room"), [(10, True), (11, False), (0, True)])
def test_bytes_are_reserved_up_to_the_limit(world: World, size: int, room: bool) -> None:
    share = made(world, target=f"s3://{BUCKET}/in/*", kind="upload", maxSize=10)
    if room:
        use(world, share, "a", size)
        return
    with pytest.raises(TooLarge):  # the link is not over: it takes smaller files
        use(world, share, "a", size)


def test_a_share_that_was_taken_back_since_it_was_read_is_not_used(world: World) -> None:
    share = made(world)
    write.take(world.dynamodb, TABLE, share.id, "{}", NOW)
    with pytest.raises(ShareOver) as error:
        use(world, share, "a")
    assert error.value.reason == "TakenBack"


def test_a_share_that_is_gone_is_over(world: World) -> None:
    share = made(world)
    pk, sk = share_key(share.id)
    world.dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    with pytest.raises(ShareOver):
        use(world, share, "a")


def test_a_table_that_does_not_answer_gives_nothing(world: World) -> None:
    share = made(world)

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://x")

    world.dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", fail)
    with pytest.raises(Unavailable):
        use(world, share, "a")


def test_a_share_is_read_back_as_it_was_written(world: World) -> None:
    share = made(world, password="x", label="A", maxUses=3, sender="Ann", fileName="b.csv")
    assert share.owner == caller().identity
    assert Share.decode(share.id, share.encode(), share.used) == share
    assert share.password
    assert share.password.matches("x")


def test_a_link_that_does_not_fit_its_share_opens_nothing(world: World) -> None:
    token = world.make()
    link = read.find(world.dynamodb, TABLE, hash_of(token) or "")
    assert link
    other = type(link)(link.id, "another-owner", link.grantee, link.bucket, link.ended)
    with pytest.raises(InternalError):
        read.read(world.dynamodb, TABLE, other, None)


@pytest.mark.parametrize("document", ["", "{}", "[]", '{"kind":"other"}'])
def test_a_damaged_share_is_an_error_and_not_open(document: str) -> None:
    from vending.shares.share import UNUSED  # noqa: PLC0415

    with pytest.raises(InternalError):
        Share.decode("a", document, UNUSED)
