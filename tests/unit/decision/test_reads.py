"""Denials are at most a second old; grants are kept longer, and one call reads both."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.support.make import grant
from vending.decision.effects import Known
from vending.decision.reads import Reads
from vending.denials.denials import EVERYBODY, NOTHING_DENIED, Denials
from vending.denials.revoked import KEPT_SECONDS
from vending.errors import Unavailable

KEYS = ("iam#1#user#a", "iam#1")
BLOCKED = Denials.of([(EVERYBODY, None)])
MINE = grant("s3://bkt/* READ")


@dataclass
class Table:
    """A table and two clocks; each read takes ``takes`` seconds."""

    denials: Denials = NOTHING_DENIED
    takes: float = 0.0
    broken: bool = False
    time: float = 100.0
    wall: float = 5000.0
    seen: list[str] = field(default_factory=list)

    def clocks(self) -> tuple[float, float]:
        return self.time, self.wall

    def passes(self, seconds: float) -> None:
        self.time += seconds
        self.wall += seconds

    def call(self, name: str) -> Denials:
        self.seen.append(name)
        if self.broken:
            raise Unavailable("ThrottlingException")
        denials = self.denials
        self.passes(self.takes)
        return denials

    def read(self, grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        return Known((MINE,), (), self.call("both"))

    def read_denials(self) -> Denials:
        return self.call("denials")

    def reads(self, seconds: int = 10) -> Reads:
        return Reads(self.read, self.read_denials, seconds, self.clocks)

    def taken(self) -> list[str]:
        seen, self.seen = self.seen, []
        return seen


def test_one_call_reads_both_and_a_second_one_only_denials_that_are_old() -> None:
    table = Table()
    reads = table.reads()
    for passed, calls in ((0, ["both"]), (0.875, []), (0.125, ["denials"]), (0.5, [])):
        table.passes(passed)
        assert reads.load_grants(KEYS, ("bkt",)).grants == (MINE,)
        assert table.taken() == calls
    table.passes(8.5)
    reads.load_grants(KEYS, ("bkt",))
    assert table.taken() == ["both"], "grants are ten seconds old, and so are the denials"
    reads.load_grants(KEYS, ("other",))
    assert table.taken() == ["both"]


def test_a_denial_is_seen_within_a_second_though_grants_are_kept() -> None:
    table = Table()
    reads = table.reads()
    reads.load_grants(KEYS, ("bkt",))
    table.denials = BLOCKED
    table.passes(KEPT_SECONDS - 0.125)
    assert reads.load_grants(KEYS, ("bkt",)).denials == NOTHING_DENIED
    table.passes(0.125)
    assert reads.load_grants(KEYS, ("bkt",)).denials == BLOCKED
    assert reads.load_denials() == BLOCKED


def test_at_most_a_second_is_a_second() -> None:
    assert KEPT_SECONDS == 1


def test_grants_of_one_caller_refresh_the_denials_for_all() -> None:
    table = Table()
    reads = table.reads()
    reads.load_grants(KEYS, ("bkt",))
    table.denials = BLOCKED
    reads.load_grants(KEYS[:1], ("bkt",))
    assert reads.load_grants(KEYS, ("bkt",)).denials == BLOCKED
    assert table.taken() == ["both", "both"]


def test_without_a_cache_every_decision_reads_both() -> None:
    table = Table()
    reads = table.reads(seconds=0)
    for _ in range(2):
        reads.load_grants(KEYS, ("bkt",))
        reads.load_denials()
    assert table.taken() == ["both", "both"]


@pytest.mark.parametrize("clock", ["time", "wall"])
def test_denials_from_before_a_freeze_are_old_by_whichever_clock_went_on(clock: str) -> None:
    table = Table()
    reads = table.reads()
    reads.load_grants(KEYS, ("bkt",))
    table.denials = BLOCKED
    setattr(table, clock, getattr(table, clock) + KEPT_SECONDS)
    assert reads.load_denials() == BLOCKED


def test_a_wall_clock_that_is_set_back_makes_denials_old() -> None:
    table = Table()
    reads = table.reads()
    reads.load_denials()
    table.denials = BLOCKED
    table.wall -= 0.5
    assert reads.load_denials() == BLOCKED


@pytest.mark.invariant(12)
def test_denials_that_cannot_be_read_refuse_though_grants_are_kept() -> None:
    table = Table()
    reads = table.reads()
    reads.load_grants(KEYS, ("bkt",))
    table.broken = True
    table.passes(KEPT_SECONDS)
    for _ in range(2):
        with pytest.raises(Unavailable):
            reads.load_grants(KEYS, ("bkt",))
        with pytest.raises(Unavailable):
            reads.load_denials()
    table.broken = False
    assert reads.load_grants(KEYS, ("bkt",)).grants == (MINE,)


def test_a_slow_read_is_repeated_and_then_refused() -> None:
    """The time counts from before the read: what it returns is as old as it took."""
    table = Table(takes=KEPT_SECONDS)
    reads = table.reads()
    with pytest.raises(Unavailable) as error:
        reads.load_grants(KEYS, ("bkt",))
    assert error.value.reason == "DenialsTooOld"
    assert table.taken() == ["both", "denials", "denials"]
    table.takes = KEPT_SECONDS - 0.125
    assert reads.load_grants(KEYS, ("bkt",)).grants == (MINE,)
    assert table.taken() == ["denials"]
