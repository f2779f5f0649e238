"""The meter measures a request phase by phase, with a clock that is an argument."""

from collections.abc import Callable

import pytest

from vending.audit.meter import Meter


class Clock:
    """A clock that advances only when a test says so."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time

    def passes(self, milliseconds: float) -> None:
        self.time += milliseconds / 1000


def begun() -> tuple[Meter, Clock]:
    clock = Clock()
    meter = Meter(clock)
    meter.begin()
    return meter, clock


def taking(meter: Meter, clock: Clock, phase: str, milliseconds: float) -> Callable[[], str]:
    @meter.timed(phase)
    def call() -> str:
        clock.passes(milliseconds)
        return f"from {phase}"

    return call


def test_a_call_is_a_phase_and_the_whole_is_the_duration() -> None:
    meter, clock = begun()
    clock.passes(1)
    assert taking(meter, clock, "grants", 3)() == "from grants"
    clock.passes(0.25)
    assert meter.measured() == {"durationMs": 4.25, "grantsMs": 3.0}


def test_calls_of_one_phase_are_added_up() -> None:
    meter, clock = begun()
    taking(meter, clock, "sts", 3)()
    taking(meter, clock, "sts", 4)()
    assert meter.measured() == {"durationMs": 7.0, "stsMs": 7.0}


def test_a_call_that_fails_has_taken_its_time() -> None:
    meter, clock = begun()

    @meter.timed("sts")
    def fails() -> None:
        clock.passes(5)
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fails()
    assert meter.measured()["stsMs"] == 5.0


def test_the_rest_is_all_but_calls_from_where_it_begins() -> None:
    meter, clock = begun()
    clock.passes(1)
    taking(meter, clock, "sts", 10)()
    clock.passes(1)
    meter.rest("sign")
    clock.passes(2)
    taking(meter, clock, "s3", 20)()
    clock.passes(3)
    assert meter.measured() == {"durationMs": 37.0, "stsMs": 10.0, "s3Ms": 20.0, "signMs": 5.0}


def test_the_rest_begins_where_it_was_said_last() -> None:
    meter, clock = begun()
    meter.rest("sign")
    clock.passes(2)
    meter.rest("sign")
    clock.passes(3)
    assert meter.measured()["signMs"] == 3.0


def test_what_happened_is_counted() -> None:
    meter, _ = begun()
    for what in ("stsCalls", "stsCalls", "stsThrottles"):
        meter.count(what)
    assert meter.measured() == {"durationMs": 0.0, "stsCalls": 2, "stsThrottles": 1}


def test_nothing_of_an_earlier_request_is_left() -> None:
    meter, clock = begun()
    taking(meter, clock, "sts", 3)()
    meter.count("stsCalls")
    meter.rest("sign")
    meter.begin()
    clock.passes(1)
    assert meter.measured() == {"durationMs": 1.0}
    assert meter.elapsed() == pytest.approx(1)


def test_without_a_clock_nothing_takes_time() -> None:
    meter = Meter()
    meter.begin()
    assert meter.timed("sts")(lambda: 1)() == 1
    assert meter.measured() == {"durationMs": 0.0, "stsMs": 0.0}
