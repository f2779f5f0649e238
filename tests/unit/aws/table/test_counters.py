"""Counters in DynamoDB: one call, all or nothing, deleted after their minute; against moto."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.make import NOW
from tests.support.stack.tables import TABLE
from vending.aws.table import counters
from vending.decision.effects import Counter
from vending.errors import Unavailable


def add(dynamodb: Any, *added: Counter, who: str = "caller") -> object:
    return counters.add(dynamodb, TABLE, who, NOW, added)


def both(requests: int, urls: int) -> list[Counter]:
    return [Counter("requests", "a", requests, 3), Counter("urls", "a", urls, 10)]


def test_numbers_are_added_up_to_their_limits_and_not_beyond(dynamodb: Any) -> None:
    requests, urls = (one.name for one in both(1, 1))
    assert add(dynamodb, *both(1, 4)) is None
    assert add(dynamodb, *both(1, 6)) is None
    assert add(dynamodb, *both(1, 1)) == {requests: 2, urls: 10}
    assert add(dynamodb, *both(2, 0)) == {requests: 2, urls: 10}
    assert add(dynamodb, both(1, 0)[0]) is None
    assert add(dynamodb, both(1, 0)[0]) == {requests: 3}


def test_one_that_is_not_there_yet_does_not_hold_up_another_that_is_full(dynamodb: Any) -> None:
    full, fresh = Counter("requests", None, 1, 1), Counter("urls", None, 5, 9)
    assert add(dynamodb, full) is None
    assert add(dynamodb, full, fresh) == {"requests": 1}
    assert add(dynamodb, full, fresh, who="another") is None


def test_the_item_lies_by_caller_and_minute_and_goes_by_itself(dynamodb: Any) -> None:
    add(dynamodb, Counter("urls", None, 2, 9))
    [item] = dynamodb.scan(TableName=TABLE)["Items"]
    ends = int((NOW + timedelta(seconds=counters.KEPT_SECONDS)).timestamp())
    assert item == {
        "pk": {"S": "rate#caller"},
        "sk": {"S": "2026-11-23T12:00:00Z"},
        "urls": {"N": "2"},
        "ttl": {"N": str(ends)},
    }


def test_it_takes_one_call(dynamodb: Any) -> None:
    made: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: made.append(model.name))
    add(dynamodb, *both(3, 10))
    add(dynamodb, *both(1, 1))
    assert made == ["UpdateItem", "UpdateItem"]


class Failing:
    def update_item(self, **_: object) -> None:
        answer: Any = {"Error": {"Code": "ProvisionedThroughputExceededException"}}
        raise ClientError(answer, "UpdateItem")


def test_a_table_that_fails_is_no_answer() -> None:
    with pytest.raises(Unavailable) as failed:
        add(Failing(), *both(1, 1))
    assert failed.value.reason == "ProvisionedThroughputExceededException"
