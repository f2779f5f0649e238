"""How long credentials and URLs last, at each limit, and how a refusal says so."""

from datetime import timedelta

import pytest

from tests.support.make import NOW, grant
from vending.errors import DurationNotAllowed, Fault
from vending.sessions.durations import (
    LONGEST,
    LONGEST_URL,
    SHORTEST,
    check_shortest,
    credentials_duration,
    in_words,
    longest_credentials,
    longest_url,
    url_lifetime,
)


def test_the_limits_of_sts_and_of_a_signing_session() -> None:
    assert (SHORTEST, LONGEST, LONGEST_URL) == (900, 3600, 3300)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 seconds"),
        (59, "59 seconds"),
        (60, "60 seconds (1m)"),
        (61, "61 seconds"),
        (90, "90 seconds"),
        (3300, "3300 seconds (55m)"),
        (3599, "3599 seconds"),
        (3600, "3600 seconds (1h)"),
        (3660, "3660 seconds (1h1m)"),
        (7200, "7200 seconds (2h)"),
        (9000, "9000 seconds (2h30m)"),
    ],
)
def test_seconds_are_written_as_people_write_them_if_they_are_whole_minutes(
    seconds: int, words: str
) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("most", "longest"), [(None, 3600), (300, 300), (3600, 3600), (7200, 3600)]
)
def test_credentials_last_at_most_an_hour_and_what_the_grant_allows(
    most: int | None, longest: int
) -> None:
    assert longest_credentials(grant("s3://bkt/* READ", max_duration=most)) == longest


def test_of_several_grants_the_shortest_limits_the_session_and_is_named() -> None:
    grants = [
        grant("s3://bkt/* READ", id=f"to-{most}", max_duration=most) for most in (1800, 1200, 2400)
    ]
    assert credentials_duration(None, grants) == 1200
    for asked in (900, 1199, 1200):
        assert credentials_duration(asked, grants) == asked
    with pytest.raises(DurationNotAllowed) as refused:
        credentials_duration(1201, grants)
    assert refused.value.detail == (
        "durationSeconds is 1201; the grant 'to-1200' allows at most 1200 seconds (20m)."
    )
    assert refused.value.faults == (Fault("/durationSeconds", refused.value.detail),)


@pytest.mark.parametrize(
    ("most", "left", "longest"),
    [
        (None, None, 3300),
        (600, None, 600),
        (3600, None, 3300),
        (None, 500, 500),
        (None, 9999, 3300),
        (600, 500, 500),
        (400, 500, 400),
        (None, 0.9, 0),
    ],
)
def test_a_url_lasts_at_most_55_minutes_what_the_grant_allows_and_as_long_as_it_lasts(
    most: int | None, left: float | None, longest: int
) -> None:
    ends = None if left is None else NOW + timedelta(seconds=left)
    granted = grant("s3://bkt/* READ", max_duration=most, expires=ends)
    assert longest_url(granted, NOW) == longest
    for asked in (longest, longest - 1):
        assert url_lifetime(asked, granted, NOW) == asked
    with pytest.raises(DurationNotAllowed) as refused:
        url_lifetime(longest + 1, granted, NOW)
    assert refused.value.detail == (
        f"expiresIn is {longest + 1}; the grant 'a-grant' allows at most {in_words(longest)}."
    )


def test_of_an_absurd_number_twelve_digits_are_shown() -> None:
    with pytest.raises(DurationNotAllowed) as refused:
        url_lifetime(123456789012345, grant("s3://bkt/* READ", max_duration=600), NOW)
    assert refused.value.detail.startswith("expiresIn is 123456789012; ")


@pytest.mark.parametrize("asked", [899, 0, -900])
def test_what_no_grant_allows_is_refused_before_any_is_read(asked: int) -> None:
    for enough in (None, 900, 901):
        check_shortest("durationSeconds", enough, 900)
    with pytest.raises(DurationNotAllowed) as refused:
        check_shortest("durationSeconds", asked, 900)
    assert refused.value.detail == (
        f"durationSeconds is {asked}; it must be at least 900 seconds (15m)."
    )
