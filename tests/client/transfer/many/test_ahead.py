"""Items that another thread takes ahead of time."""

import threading
from collections.abc import Iterator

import pytest

from s3vend.transfer.crew import Stopped
from s3vend.transfer.many.ahead import ahead


def test_all_items_arrive_in_order_and_at_most_some_wait() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    for number in ahead(items(), 3, bool):
        assert len(taken) <= number + 6
    assert len(taken) == 100


def test_an_error_is_raised_where_the_items_are_taken() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    several = ahead(items(), 3, bool)
    assert next(several) == 1
    with pytest.raises(ValueError, match="no more"):
        next(several)


def test_when_all_stops_nothing_waits() -> None:
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            raise Stopped

    several = ahead(iter(range(100)), 1, check)
    next(several)
    stop.set()
    with pytest.raises(Stopped):
        next(several)
