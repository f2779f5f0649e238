"""Points in time as people type them, each in UTC."""

import time
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from s3vend.cli.terminal.refusal import Refusal
from s3vend.cli.watch.times import moment

NOON = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2h", "2026-11-28T10:00:00Z"),
        ("90m", "2026-11-28T10:30:00Z"),
        ("30s", "2026-11-28T11:59:30Z"),
        ("7d", "2026-11-21T12:00:00Z"),
        ("1w", "2026-11-21T12:00:00Z"),
        ("1d12h", "2026-11-27T00:00:00Z"),
        ("1d 12h", "2026-11-27T00:00:00Z"),
        ("1h30m", "2026-11-28T10:30:00Z"),
        ("now", "2026-11-28T12:00:00Z"),
        ("2026-11-28T00:00:00Z", "2026-11-28T00:00:00Z"),
        ("2026-11-28t00:00:00z", "2026-11-28T00:00:00Z"),
        ("2026-11-28T09:00:00+09:00", "2026-11-28T00:00:00Z"),
        ("2026-11-28 09:00+0900", "2026-11-28T00:00:00Z"),
        ("2026-11-27T18:30:00-05:30", "2026-11-28T00:00:00Z"),
        ("2026-11-28T00:00:00.999Z", "2026-11-28T00:00:00Z"),
        (" 2026-11-28T00:00:00Z ", "2026-11-28T00:00:00Z"),
        (None, None),
    ],
)
def test_an_age_and_a_time_with_its_zone_are_the_same_everywhere(
    text: "str | None", sent: "str | None", zone: str
) -> None:
    assert moment(text, "--since", now=NOON) == sent


HERE = {"UTC": "T00:00:00Z", "Asia/Tokyo": "T15:00:00Z", "America/New_York": "T05:00:00Z"}


@pytest.mark.parametrize(
    ("text", "day"), [("today", 28), ("yesterday", 27), ("Yesterday", 27), ("2026-11-25", 25)]
)
def test_a_day_begins_at_midnight_of_this_machine(text: str, day: int, zone: str) -> None:
    shift = -1 if zone == "Asia/Tokyo" else 0
    begins, ends = f"2026-11-{day + shift}{HERE[zone]}", f"2026-11-{day + shift + 1}{HERE[zone]}"
    assert moment(text, "--since", now=NOON) == begins
    assert moment(text, "--until", now=NOON, ends=True) == ends


@pytest.mark.parametrize("text", ["2026-11-28T10:30", "2026-11-28 10:30:00"])
def test_a_time_without_a_zone_is_in_this_machine_s(text: str, zone: str) -> None:
    hour = {"UTC": "10", "Asia/Tokyo": "01", "America/New_York": "15"}[zone]
    assert moment(text, "--since", now=NOON) == f"2026-11-28T{hour}:30:00Z"


def test_a_day_has_the_offset_that_it_had_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert moment("2026-07-01", "--since", now=NOON) == "2026-07-01T04:00:00Z"
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "text",
    ["", " ", "2", "h", "12h1d", "1M", "1y", "-2h", "tomorrow", "last week", "2026-13-01", "2026-02-30", "28.11.2026", "2026-11-28T25:00:00Z", "2026-11-28T10", "9999999w", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        moment(text, "--until", now=NOON)
    for said in ("--until", repr(text), "yesterday", "1d12h", "UTC+"):
        assert said in str(refused.value)
