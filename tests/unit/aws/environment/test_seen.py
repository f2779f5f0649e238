"""Owners of shares are noted when they come by; of others nothing is written."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.make import caller
from tests.support.sharing import World, world_of
from tests.support.stack.tables import TABLE
from vending.aws.environment.seen import Seen
from vending.aws.table.items import read_items
from vending.shares.owner import OFTEN, Owner, owner_part
from vending.table import owner_key

KEY = owner_key(owner_part(caller().identity))


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> tuple[float, float]:
        return self.seconds, self.seconds


@pytest.fixture
def world(dynamodb: Any) -> World:
    made = world_of(dynamodb)
    made.now -= timedelta(days=30)
    return made


def owner(world: World) -> Owner | None:
    document = read_items(world.dynamodb, TABLE, [KEY], consistent=True).get(KEY)
    return Owner.decode(document) if document else None


def seen(world: World, *, on: bool = True) -> tuple[Seen, Clock]:
    clock = Clock()
    return Seen(world.dynamodb, TABLE, on, clock), clock


def test_a_caller_without_shares_is_not_kept(world: World) -> None:
    seen(world)[0].note(caller())
    assert owner(world) is None


def test_an_owner_is_noted_once_an_hour_and_at_once_when_it_is_another(world: World) -> None:
    world.make()
    before = owner(world)
    noting, clock = seen(world)
    noting.note(caller())
    first = owner(world)
    assert first
    assert before
    assert first.seen > before.seen
    clock.seconds = OFTEN - 1
    noting.note(caller())
    assert owner(world) == first
    noting.note(caller(unique_id="AIDA2EXAMPLEEXAMPLE9"))
    other = owner(world)
    assert other
    assert other.identity.unique != first.identity.unique
    clock.seconds = 3 * OFTEN
    noting.note(caller())
    last = owner(world)
    assert last
    assert last.seen > other.seen


def test_a_stack_without_shares_writes_nothing(world: World) -> None:
    world.make()
    before = owner(world)
    seen(world, on=False)[0].note(caller())
    assert owner(world) == before


def test_a_table_that_fails_refuses_nobody(world: World) -> None:
    noting = Seen(world.dynamodb, "no-such-table", True, Clock())  # noqa: FBT003
    noting.note(caller())
