"""Searches of the audit trail: each record once, on any number of pages and in long logs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.logged import identifier, reading, vended
from tests.support.make import NOW, USER_ARN
from tests.support.pages import ROOT
from vending.answers import Page
from vending.errors import InvalidRequest, NotFound, TooLarge
from vending.trail.search import ACTIONS, Search, look_up
from vending.trail.vends import Line, Read

HOUR = timedelta(hours=1)
DAY_BEFORE = {"since": "2026-11-22T12:00:00Z"}


def listed(read: Read, query: Mapping[str, str], *, limit: int = 100) -> list[list[object]]:
    """The ids on each page."""
    pages = []
    asked = {**query, "limit": str(limit)}
    while True:
        page = Page.from_query(asked, parts=2)
        answer = Search.from_query(query, NOW).page(read, page, NOW)
        records: Any = answer["records"]
        pages.append([one["vendId"] for one in records])
        if "nextToken" not in answer:
            return pages
        asked["nextToken"] = str(answer["nextToken"])


@given(st.lists(st.integers(-7200_000, -1), max_size=30), st.integers(1, 10))
def test_pages_together_are_all_records_in_the_order_of_time(
    milliseconds: list[int], limit: int
) -> None:
    lines = [(one / 1000, vended(number)) for number, one in enumerate(milliseconds)]
    pages = listed(reading(*lines), DAY_BEFORE, limit=limit)
    expected = sorted((at, str(record["vendId"])) for at, record in lines)
    assert [id_ for page in pages for id_ in page] == [id_ for _, id_ in expected]
    assert all(len(page) <= limit for page in pages)


def test_without_a_word_it_is_the_last_hour() -> None:
    read = reading((-3601, vended(1)), (-3600, vended(2)), (-1, vended(3)), (0, vended(4)))
    assert listed(read, {}) == [[identifier(2), identifier(3)]]


def test_times_are_from_the_first_on_and_before_the_second() -> None:
    read = reading(*((-second, vended(second)) for second in range(10, 0, -1)))
    times = {"since": "2026-11-23T11:59:54Z", "until": "2026-11-23T11:59:57Z"}
    assert listed(read, times) == [[identifier(6), identifier(5), identifier(4)]]


def test_an_answer_says_which_time_it_is_about_and_what_may_be_late() -> None:
    answer = Search.from_query({}, NOW).page(reading(), Page(10, None), NOW)
    assert answer == {
        "records": [],
        "since": "2026-11-23T11:00:00Z",
        "until": "2026-11-23T12:00:00Z",
        "settledUntil": "2026-11-23T11:59:50Z",
    }
    earlier = Search.from_query({"until": "2026-11-23T11:00:00Z"}, NOW)
    answer = earlier.page(reading(), Page(10, None), NOW)
    assert answer["settledUntil"] == answer["until"] == "2026-11-23T11:00:00Z"


def test_a_time_to_come_is_now() -> None:
    assert Search.from_query({"until": "2026-11-24T12:00:00Z"}, NOW).until == NOW


@pytest.mark.parametrize(
    ("query", "members"),
    [
        ({"grant": "g", "outcome": "refused"}, {"grant": "g", "outcome": "refused"}),
        ({"caller": USER_ARN}, {"caller": USER_ARN}),
        # As in the record: without a path; for a session, its role.
        (
            {"caller": "arn:aws:iam::123456789012:role/a/path/R"},
            {"caller": "arn:aws:iam::123456789012:role/R"},
        ),
        (
            {"caller": "arn:aws:sts::123456789012:assumed-role/R/session"},
            {"caller": "arn:aws:iam::123456789012:role/R"},
        ),
        ({"issuer": "https://i.example", "subject": "a b"}, None),
        ({"vendId": identifier(1), "sessionId": identifier(2)}, None),
    ],
)
def test_a_search_asks_for_members_as_records_have_them(
    query: dict[str, str], members: dict[str, str] | None
) -> None:
    asked: list[Any] = []
    listed(reading(asked=asked), query)
    assert [one for one, _, _ in asked] == [members or query]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"vendId": "x"}, "/vendId"),
        ({"sessionId": "A" * 16}, "/sessionId"),
        ({"caller": "somebody"}, "/caller"),
        ({"caller": "arn:aws:iam::123456789012:root"}, "/caller"),
        ({"outcome": "good"}, "/outcome"),
        ({"action": "vend"}, "/action"),
        ({"grant": ""}, "/grant"),
        ({"subject": "x" * 2049}, "/subject"),
        ({"since": "yesterday"}, "/since"),
        ({"since": "2026-11-23T11:00:00"}, "/since"),
        ({"since": "2026-11-23T12:00:00Z"}, "/since"),
        ({"since": "2027-01-01T00:00:00Z"}, "/since"),
        ({"until": "1"}, "/until"),
        ({"since": "2026-11-23T11:00:00Z", "until": "2026-11-23T11:00:00Z"}, "/since"),
    ],
)
def test_what_no_record_could_have_is_refused(query: dict[str, str], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        Search.from_query(query, NOW)
    assert [fault.pointer for fault in raised.value.faults] == [pointer]


@pytest.mark.parametrize("start", [("x", " "), ("123", " "), ("9" * 14, " "), ("-" * 13, " ")])
def test_a_token_of_another_list_is_refused(start: tuple[str, str]) -> None:
    with pytest.raises(InvalidRequest, match="nextToken"):
        Search.from_query({}, NOW).page(reading(), Page(1, start), NOW)


def spent_after(read: Read, calls: int) -> Read:
    """The same log, until the budget of one request is spent."""
    left = [calls]

    def limited(
        members: Mapping[str, str], since: datetime, until: datetime, words: Sequence[str] = ()
    ) -> Iterable[Line]:
        for line in read(members, since, until):
            yield line
            left[0] -= 1
            if left[0] <= 0:
                raise TooLarge("too much")
        left[0] -= 1
        if left[0] < 0:
            raise TooLarge("too much")

    return limited


def test_a_search_through_more_log_than_one_request_reads_gets_on_page_by_page() -> None:
    lines = [(-60 * number - 1, vended(number)) for number in range(600)]
    whole = reading(*lines)
    asked, seen, pages = dict(DAY_BEFORE), [], 0
    while True:
        page = Page.from_query(asked, parts=2)
        answer = Search.from_query(DAY_BEFORE, NOW).page(spent_after(whole, 20), page, NOW)
        records: Any = answer["records"]
        seen += [one["vendId"] for one in records]
        pages += 1
        if "nextToken" not in answer:
            break
        asked["nextToken"] = str(answer["nextToken"])
    assert seen == [identifier(number) for number in reversed(range(600))]
    assert pages > 20


def test_time_without_records_is_got_through_in_ever_longer_parts() -> None:
    asked: list[Any] = []
    listed(reading(asked=asked), {"since": "2026-11-20T12:00:00Z"})
    assert [until - since for _, since, until in asked][:4] == [HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR]
    assert sum((until - since for _, since, until in asked), timedelta()) == 72 * HOUR


def test_too_much_log_in_the_first_part_alone_is_refused() -> None:
    with pytest.raises(TooLarge):
        Search.from_query({}, NOW).page(spent_after(reading(), 0), Page(10, None), NOW)


def test_a_record_is_looked_up_in_the_latest_time_first_and_then_in_a_month() -> None:
    asked: list[Any] = []
    read = reading((-86400, vended(1)), asked=asked)
    assert look_up(read, identifier(1), Search.from_query({}, NOW), given=False).members == vended(
        1
    )
    assert asked[0][2] == NOW
    assert [one[1] for one in asked[:-1]] == [one[2] for one in asked[1:]]
    asked.clear()
    with pytest.raises(NotFound, match="from 2026-10-23T12:00:00Z to 2026-11-23T12:00:00Z"):
        look_up(read, identifier(2), Search.from_query({}, NOW), given=False)
    assert len(asked) < 8


def test_a_record_is_looked_up_in_the_time_that_is_given() -> None:
    read = reading((-86401, vended(1)), (-86400, vended(2)))
    search = Search.from_query(DAY_BEFORE, NOW)
    assert look_up(read, identifier(2), search, given=True).members == vended(2)
    with pytest.raises(NotFound):
        look_up(read, identifier(1), search, given=True)


@pytest.mark.parametrize("id_", ["", "x", "A" * 16, "a" * 2000, 'a" ?"b'])
def test_an_id_that_is_none_is_not_looked_for(id_: str) -> None:
    asked: list[Any] = []
    with pytest.raises(NotFound):
        look_up(reading(asked=asked), id_, Search.from_query({}, NOW), given=False)
    assert asked == []


def test_a_search_knows_every_action_of_a_record() -> None:
    schema = json.loads((ROOT / "docs" / "audit-record.json").read_text())
    assert schema["properties"]["action"]["enum"] == list(ACTIONS)
