"""Sizes, counts and times are written as the language has it."""

from datetime import UTC, datetime

import pytest

from vending.shares.pages.language import Language
from vending.shares.pages.wording import Wording

EN, JA = Wording("en"), Wording("ja")


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (1999, "1.99 kB"),
        (10_050, "10 kB"),
        (999_999, "999 kB"),
        (64 * 1024**2, "67.1 MB"),
        (1024**3, "1.07 GB"),
        (5 * 1024**3, "5.36 GB"),
        (48 * 1024**4, "52.7 TB"),
        (2**60, "1,152,921 TB"),
    ],
)
def test_a_size_is_short_and_never_says_too_much(number: int, written: str) -> None:
    assert EN.size(number) == written


@pytest.mark.parametrize(
    ("number", "written"), [(1, "1バイト"), (22, "22バイト"), (1500, "1.5 kB")]
)
def test_a_size_in_japanese(number: int, written: str) -> None:
    assert JA.size(number) == written


@pytest.mark.parametrize(
    ("language", "number", "written"),
    [
        ("en", 1, "It gives one more download."),
        ("en", 1000, "It gives 1,000 more downloads."),
        ("ja", 1, "あと1回ダウンロードできます。"),
        ("ja", 1000, "あと1,000回ダウンロードできます。"),
    ],
)
def test_a_count_has_the_form_of_its_language(
    language: Language, number: int, written: str
) -> None:
    assert Wording(language).count("left_downloads", number) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(1, "one second"), (59, "59 seconds"), (60, "one minute"), (61, "2 minutes")],
)
def test_a_wait_is_rounded_up(seconds: int, written: str) -> None:
    assert EN.duration(seconds) == written


def test_a_time_is_written_with_its_zone_until_a_script_knows_the_readers() -> None:
    time = datetime(2026, 12, 31, 23, 5, tzinfo=UTC)
    machine = '<time datetime="2026-12-31T23:05:00Z">'
    assert EN.moment(time) == f"{machine}31 December 2026, 23:05 UTC</time>"
    assert JA.moment(time) == f"{machine}2027年1月1日 08:05（日本時間）</time>"


def test_only_markup_is_left_as_it_is() -> None:
    assert EN.say("from", sender="<b>") == "From &lt;b&gt;"
    assert EN.listed(("image/png", "<b>")) == "<bdi>image/png</bdi>, <bdi>&lt;b&gt;</bdi>"
