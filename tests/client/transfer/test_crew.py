"""Threads that work together, and what ends them."""

import _thread
import signal
import threading
from collections.abc import Iterator

import pytest

from s3vend.transfer.crew import Crew, Stopped, at_once


def test_a_crew_does_every_job_once() -> None:
    done: list[int] = []
    Crew[int](4).run(iter(range(100)), done.append)
    assert sorted(done) == list(range(100))


@pytest.mark.parametrize("where", ["work", "jobs"])
def test_the_first_failure_ends_the_crew_and_is_raised(where: str) -> None:
    crew: Crew[int] = Crew(2)

    def jobs() -> "list[int]":
        if where == "jobs":
            raise ZeroDivisionError
        return list(range(1000))

    def work(job: int) -> None:
        if job == 3:
            raise ZeroDivisionError
        crew.pause(0.01)

    with pytest.raises(ZeroDivisionError):
        crew.run((job for made in [jobs] for job in made()), work)
    assert crew.stop.is_set()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also where whoever started the tests ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interruption_does_not_wait_for_a_thread_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("s3vend.transfer.crew.GRACE", 0.05)
    crew: Crew[int] = Crew(1)
    never, main = threading.Event(), threading.main_thread().ident

    def work(job: int) -> None:
        _thread.interrupt_main()
        never.wait(5)

    assert main
    with pytest.raises(KeyboardInterrupt):
        crew.run(iter([1]), work)
    never.set()


def test_waiting_ends_when_the_work_does() -> None:
    crew: Crew[int] = Crew(1)
    crew.stop.set()
    with pytest.raises(Stopped):
        crew.pause(3600)


def test_results_come_in_order_as_soon_as_they_are_there() -> None:
    first_is_taken = threading.Event()
    results = at_once([lambda: 0, lambda: 1, lambda: first_is_taken.wait(5) and 2, lambda: 3])
    assert [next(results), next(results)] == [0, 1]  # the third one waits
    first_is_taken.set()
    assert list(results) == [2, 3]


def test_what_a_work_raises_is_raised_in_its_place() -> None:
    results = at_once([lambda: 1, lambda: 1 // 0, lambda: 1])
    assert next(results) == 1
    with pytest.raises(ZeroDivisionError):
        next(results)
