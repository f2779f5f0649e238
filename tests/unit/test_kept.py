"""What was read is used for its lifetime, and never a moment longer."""

from collections.abc import Callable, Sequence

import pytest

from tests.support.make import NOW, grant
from vending.decision.effects import Known
from vending.denials.denials import NOTHING_DENIED
from vending.errors import Unavailable
from vending.kept import CAPACITY, Kept

KEYS = ("iam#1#user#a", "iam#1")


class Clock:
    """Two clocks that are set by hand, together or apart."""

    def __init__(self) -> None:
        self.steady = 1000.0
        self.wall = NOW.timestamp()

    def pass_(self, seconds: float) -> None:
        self.steady += seconds
        self.wall += seconds

    def now(self) -> tuple[float, float]:
        return self.steady, self.wall


def counting(
    asked: list[tuple[object, str]],
) -> Callable[[Sequence[str], str], Known]:
    def load(keys: Sequence[str], bucket: str) -> Known:
        asked.append((keys, bucket))
        return Known((grant("s3://bkt/* READ", id=f"number-{len(asked)}"),), (), NOTHING_DENIED)

    return load


@pytest.mark.parametrize(("seconds", "reads"), [(0, 3), (10, 1)])
def test_an_answer_is_kept_for_its_lifetime_and_zero_keeps_nothing(
    seconds: int, reads: int
) -> None:
    asked: list[tuple[object, str]] = []
    load = Kept(counting(asked), seconds, Clock().now).load
    for _ in range(3):
        load(KEYS, "bkt")
    assert len(asked) == reads


def test_an_answer_ends_with_its_lifetime_to_the_second() -> None:
    clock, asked = Clock(), list[tuple[object, str]]()
    load = Kept(counting(asked), 10, clock.now).load
    load(KEYS, "bkt")
    clock.pass_(9.875)
    load(KEYS, "bkt")
    assert len(asked) == 1
    clock.pass_(0.125)
    load(KEYS, "bkt")
    assert len(asked) == 2


def test_a_clock_that_goes_back_does_not_keep_an_answer_longer() -> None:
    clock, asked = Clock(), list[tuple[object, str]]()
    load = Kept(counting(asked), 10, clock.now).load
    load(KEYS, "bkt")
    clock.wall -= 1
    load(KEYS, "bkt")
    assert len(asked) == 2


@pytest.mark.parametrize("clock_that_went_on", ["steady", "wall"])
def test_an_answer_from_before_a_freeze_is_old_by_whichever_clock_went_on(
    clock_that_went_on: str,
) -> None:
    clock, asked = Clock(), list[tuple[object, str]]()
    load = Kept(counting(asked), 10, clock.now).load
    load(KEYS, "bkt")
    setattr(clock, clock_that_went_on, getattr(clock, clock_that_went_on) + 10)
    load(KEYS, "bkt")
    assert len(asked) == 2


def test_an_answer_is_for_the_same_caller_and_bucket_alone() -> None:
    asked: list[tuple[object, str]] = []
    load = Kept(counting(asked), 10, Clock().now).load
    for keys, bucket in ((KEYS, "bkt"), (KEYS, "other"), (KEYS[:1], "bkt")):
        load(keys, bucket)
    assert len(asked) == 3


@pytest.mark.invariant(12)
def test_an_old_answer_is_not_used_when_the_table_fails() -> None:
    clock, fails = Clock(), list[bool]()

    def load(keys: Sequence[str], bucket: str) -> Known:
        if fails:
            raise Unavailable("ProvisionedThroughputExceededException")
        return Known((), (), NOTHING_DENIED)

    keeping = Kept(load, 10, clock.now).load
    keeping(KEYS, "bkt")
    fails.append(True)
    keeping(KEYS, "bkt")
    clock.pass_(10)
    with pytest.raises(Unavailable):
        keeping(KEYS, "bkt")


def test_the_oldest_answers_go_when_there_are_too_many() -> None:
    asked: list[tuple[object, str]] = []
    load = Kept(counting(asked), 10, Clock().now).load
    for number in range(CAPACITY + 1):
        load((str(number),), "bkt")
    load((str(CAPACITY),), "bkt")
    assert len(asked) == CAPACITY + 1
    load(("0",), "bkt")
    assert len(asked) == CAPACITY + 2


def test_answers_that_are_too_old_do_not_take_memory() -> None:
    clock = Clock()
    keeping = Kept(counting([]), 10, clock.now)
    for number in range(5):
        keeping.load((str(number),), "bkt")
    clock.pass_(10)
    keeping.load(("new",), "bkt")
    assert list(keeping.answers) == [(("new",), "bkt")]


def test_whatever_is_read_is_kept_by_what_was_asked() -> None:
    """One class for all that is read: nothing asked, a position, a name."""
    asked: list[object] = []

    def issuers() -> int:
        asked.append(())
        return len(asked)

    def named(first: str, *, second: str = "") -> str:
        asked.append((first, second))
        return first + second

    all_ = Kept(issuers, 10, Clock().now)
    assert [all_.load(), all_.load()] == [1, 1]
    some = Kept(named, 10, Clock().now)
    for first, second in (("a", "b"), ("a", "b"), ("ab", ""), ("a", "c")):
        assert some.load(first, second=second) == first + second
    assert some.load("a") == "a"
    assert asked == [(), ("a", "b"), ("ab", ""), ("a", "c"), ("a", "")]


@pytest.mark.parametrize("answer", [None, 0, "", (), {}])
def test_an_answer_of_nothing_is_kept_too(answer: object) -> None:
    asked: list[object] = []

    def read(key: str) -> object:
        asked.append(key)
        return answer

    keeping = Kept(read, 10, Clock().now)
    assert [keeping.load("a"), keeping.load("a")] == [answer, answer]
    assert asked == ["a"]


def test_a_failure_is_not_kept() -> None:
    fails = [True]

    def read() -> str:
        if fails:
            raise Unavailable("ThrottlingException")
        return "read"

    keeping = Kept(read, 10, Clock().now)
    with pytest.raises(Unavailable):
        keeping.load()
    fails.clear()
    assert keeping.load() == "read"


def test_two_that_keep_do_not_share() -> None:
    first, second = Kept(lambda: 1, 10, Clock().now), Kept(lambda: 2, 10, Clock().now)
    assert (first.load(), second.load()) == (1, 2)
