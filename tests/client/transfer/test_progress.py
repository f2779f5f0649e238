"""How far a transfer is."""

import importlib.util
import re

import pytest

import s3vend
from s3vend.transfer.progress import Counter
from tests.client.at_a_terminal import program_at_a_terminal


def test_progress_takes_off_what_is_sent_again() -> None:
    told: list[tuple[int, int]] = []
    counter = Counter(10, lambda *now: told.append(now))
    for size in (4, -4, 10):
        counter.add(size)
    assert told == [(4, 10), (0, 10), (10, 10)]


def test_a_bar_is_told_or_the_extra_named() -> None:
    try:
        with s3vend.progress_bar("x") as bar:
            bar(1, 2)
    except s3vend.SettingsError as error:
        assert "s3vend[progress]" in str(error)  # noqa: PT017 - the oldest Python runs without it


@pytest.mark.skipif(importlib.util.find_spec("rich") is None, reason="needs the extra")
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_bar_is_one_line_however_long_its_title_is(columns: int) -> None:
    title = "s3://hogehoge-bucket/reports/2026/11/28/the-report-of-the-day.csv"
    code = f"import s3vend\nwith s3vend.progress_bar({title!r}) as bar: bar(5 << 20, 10 << 20)"
    ended, shown = program_at_a_terminal(["-c", code], columns)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\r", "\n").splitlines()
    assert ended == 0
    assert max(map(len, lines)) <= columns
    assert all("5.0/10.0 MiB" in line for line in lines if "MiB" in line)
    assert any("MiB" in line for line in lines)
