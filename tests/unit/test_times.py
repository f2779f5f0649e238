"""Times are written as AWS writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from vending.times import iso, read_time

TIMES = [
    datetime(2026, 11, 23, 12, 0, 0, 999_999, UTC),
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(9998, 12, 31, 9, 8, 7, tzinfo=UTC),
    datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC),
    datetime(2027, 1, 1, 3, tzinfo=timezone(timedelta(hours=9))),  # the day before in UTC
]


@pytest.mark.parametrize("time", TIMES, ids=str)
def test_a_time_is_written_in_utc_and_whole_seconds(time: datetime) -> None:
    assert iso(time) == f"{time.astimezone(UTC).replace(tzinfo=None).isoformat()[:19]}Z"


@pytest.mark.parametrize("time", [one for one in TIMES if one.year >= 2000], ids=str)
def test_what_is_written_is_read_as_the_same_second(time: datetime) -> None:
    assert read_time(iso(time)) == time.replace(microsecond=0)
