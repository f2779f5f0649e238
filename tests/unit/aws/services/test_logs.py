"""Reading audit records from the logs: found by words, then matched by their own members."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.logged import Groups, line
from tests.support.make import NOW
from vending.aws.services.logs import CALLS, Budget, pattern, reader, records
from vending.errors import TooLarge, Unavailable

BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
ID = "aaaaaaaaaaaaaaaa"


def record(**members: object) -> str:
    return line({"record": "audit", "version": 1, **members})


def ids(groups: Groups, members: Mapping[str, str] | None = None, **more: Any) -> list[object]:
    found = records(groups, list(groups.groups), members or {}, since=BEFORE, until=AFTER, **more)
    return [one.members["vendId"] for one in found]


def test_records_of_all_groups_come_in_the_order_of_time_page_by_page() -> None:
    groups = Groups(
        a=[[(1, record(vendId="1"))], [], [(4, record(vendId="4"))]],
        b=[[(2, record(vendId="2")), (3, record(vendId="3"))]],
    )
    assert ids(groups) == ["1", "2", "3", "4"]
    assert [one.get("nextToken") for one in groups.asked if one["logGroupName"] == "a"] == [
        None,
        "1",
        "2",
    ]


def test_a_line_has_the_logs_own_time() -> None:
    (found,) = records(Groups(a=[[(7, record(vendId="1"))]]), ["a"], {}, since=BEFORE, until=AFTER)
    assert found.at == NOW + timedelta(seconds=7)


def test_what_a_line_tells_cloudwatch_of_metrics_is_no_member() -> None:
    (found,) = records(
        Groups(a=[[(0, record(vendId="1", _aws={}, durationMs=1.5))]]),
        ["a"],
        {},
        since=BEFORE,
        until=AFTER,
    )
    assert found.members == {"record": "audit", "version": 1, "vendId": "1", "durationMs": 1.5}


@pytest.mark.parametrize(
    "other",
    [
        "START RequestId: aaaaaaaaaaaaaaaa",
        f'"audit {ID}"',
        f'["audit", "{ID}"]',
        "null",
        "[" * 100_000,
        json.dumps({"record": "audit"}),
        json.dumps({"record": "other", "vendId": ID}),
        json.dumps({"level": "ERROR", "message": record(vendId=ID)}),
        record(vendId="b", targets=[f"s3://bkt/{ID}"]),
        record(vendId="b", targets=[f's3://bkt/","vendId":"{ID}"']),
        record(vendId="b", callerSession=ID),
        record(vendId=[ID]),
        record(change={"vendId": ID}),
    ],
)
def test_a_line_counts_by_its_own_members_and_not_by_words_in_it(other: str) -> None:
    groups = Groups(a=[[(1, other), (2, record(vendId=ID))]])
    assert ids(groups, {"vendId": ID}) == [ID]


def test_all_members_must_be_as_asked() -> None:
    groups = Groups(
        a=[[(1, record(vendId="1", grant="g", outcome="refused")), (2, record(vendId="2", grant="g", outcome="granted"))]]
    )  # fmt: skip
    assert ids(groups, {"grant": "g", "outcome": "granted"}) == ["2"]


@pytest.mark.parametrize(
    ("members", "asked"),
    [
        ({}, '"audit"'),
        ({"vendId": ID}, f'"audit" "{ID}"'),
        (
            {"caller": "arn:aws:iam::123456789012:role/R", "grant": "g"},
            '"audit" "arn:aws:iam::123456789012:role/R" "g"',
        ),
        # Values that JSON or the pattern would escape are matched by the members only.
        ({"subject": 'a"b'}, '"audit"'),
        ({"subject": "a\\b"}, '"audit"'),
        ({"subject": "two words"}, '"audit"'),
        ({"subject": "Jürgen", "vendId": ID}, f'"audit" "{ID}"'),
        ({"subject": ""}, '"audit"'),
        ({"subject": "x" * 1024}, '"audit"'),
    ],
)
def test_the_service_is_asked_for_words_in_quotes(members: dict[str, str], asked: str) -> None:
    assert pattern(members.values()) == asked
    assert all(word.strip('"') in record(**members) for word in asked.split())


def test_the_service_is_asked_for_the_time_in_milliseconds_of_which_it_takes_the_last_too() -> None:
    groups = Groups(a=[[]])
    assert ids(groups) == []
    (asked,) = groups.asked
    assert datetime.fromtimestamp(asked["startTime"] / 1000, UTC) == BEFORE
    assert datetime.fromtimestamp((asked["endTime"] + 1) / 1000, UTC) == AFTER


def test_what_came_before_the_budget_ended_is_complete() -> None:
    groups = Groups(
        a=[[(1, record(vendId="1"))], [(3, record(vendId="3"))], [(5, record(vendId="5"))]],
        b=[[(2, record(vendId="2"))], [(4, record(vendId="4"))]],
    )
    lines = records(groups, ["a", "b"], {}, since=BEFORE, until=AFTER, budget=Budget.of(calls=3))
    found = [one.members["vendId"] for one in islice(lines, 2)]
    with pytest.raises(TooLarge, match="'since' and 'until'"):
        next(lines)
    assert found == ["1", "2"]
    assert len(groups.asked) == 3


def test_empty_pages_without_end_end_with_the_budget() -> None:
    client = SimpleNamespace(filter_log_events=lambda **_: {"events": [], "nextToken": "more"})
    with pytest.raises(TooLarge):
        list(records(client, ["a"], {}, since=BEFORE, until=AFTER))


def test_time_is_part_of_the_budget() -> None:
    times = iter([0.0, 0.0, 5.0, 10.0])
    budget = Budget.of(calls=100, seconds=10, clock=lambda: next(times))
    groups = Groups(a=[[], [], [], []])
    with pytest.raises(TooLarge):
        ids(groups, budget=budget)
    assert len(groups.asked) == 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ClientError({"Error": {"Code": "ThrottlingException", "Message": "m"}}, "F"),
            "ThrottlingException",
        ),
        (ReadTimeoutError(endpoint_url="https://logs"), "ReadTimeoutError"),
    ],
)
def test_a_failing_service_is_unavailable(error: Exception, reason: str) -> None:
    def fail(**_: object) -> None:
        raise error

    with pytest.raises(Unavailable) as raised:
        list(records(SimpleNamespace(filter_log_events=fail), ["a"], {}, since=BEFORE, until=AFTER))
    assert raised.value.reason == reason


def test_what_one_request_reads_has_one_budget() -> None:
    read = reader(Groups(a=[[]]), ["a"])
    for _ in range(CALLS):
        assert not list(read({}, BEFORE, AFTER))
    with pytest.raises(TooLarge):
        list(read({}, BEFORE, AFTER))
