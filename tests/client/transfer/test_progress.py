"""How far a transfer is."""

import s3vend
from s3vend.transfer.progress import Counter


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
