"""The disposition for a name: what browsers save."""

from email.message import Message

import pytest

from s3vend.errors import SettingsError
from s3vend.presigning.disposition import attachment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a.csv", 'attachment; filename="a.csv"'),
        ("Report 2026; v1.csv", 'attachment; filename="Report 2026; v1.csv"'),
        (
            "\u20ac \u00dcbersicht.csv",
            "attachment; filename=\"_ Ubersicht.csv\"; filename*=UTF-8''%E2%82%AC%20%C3%9Cbersicht.csv",
        ),
        ('a"b.csv', "attachment; filename=\"a_b.csv\"; filename*=UTF-8''a%22b.csv"),
        ("100%.csv", "attachment; filename=\"100_.csv\"; filename*=UTF-8''100%25.csv"),
        ("it's (1)*.csv", 'attachment; filename="it\'s (1)*.csv"'),
        (
            "\u65e5\u672c.txt",
            "attachment; filename=\"__.txt\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.txt",
        ),
    ],
)
def test_a_name_is_given_in_ascii_and_exactly(name: str, value: str) -> None:
    assert attachment(name) == value


# tests/unit/bodies asks whether the service takes them as they are.
NAMES = ("a", "\u20ac" * 85, "\U0001f600.png", "x" * 255, "\u00e9'()*.csv", "\ufb03\u2126 a", "...")


@pytest.mark.parametrize("name", NAMES)
def test_readers_find_the_name(name: str) -> None:
    value = attachment(name)
    message = Message()
    message["Content-Disposition"] = (
        value.partition("; filename=")[0] + "; " + value.split("; ")[-1]
    )
    assert message.get_filename() == name


@pytest.mark.parametrize(
    "name",
    ["", "a/b", "a\\b", "a\r\nb", "a\x00", "\x7f", "a\u0085", "a\u2028", "x" * 256, "\udcff"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="is not a file name"):
        attachment(name)
