"""How often a password may be tried, and from where."""

import json
from datetime import datetime, timedelta
from itertools import count

import pytest

from tests.support.make import NOW
from vending.errors import TooManyRequests
from vending.shares.opening.tries import (
    ALL,
    EACH,
    ROUNDS,
    Try,
    TryEffects,
    count_try,
    place_of,
    take_back,
)


class Items:
    """One share's item in memory; ``lost`` replacements fail as if somebody else came first."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.now = NOW
        self.lost = 0
        self.ids = count()

    def effects(self) -> TryEffects:
        return TryEffects(lambda _: self.text, self.replace, lambda: str(next(self.ids)), self.now)

    def replace(self, _: str, before: str | None, after: str, __: datetime) -> bool:
        if self.lost:
            self.lost -= 1
            return False
        assert before == self.text
        self.text = after
        return True

    def attempt(self, address: str = "192.0.2.1") -> Try:
        return count_try("share", address, self.effects())

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def refused(items: Items, address: str = "192.0.2.1") -> int:
    with pytest.raises(TooManyRequests) as error:
        items.attempt(address)
    assert error.value.retry_after
    return error.value.retry_after


def test_an_address_has_five_tries_in_fifteen_minutes() -> None:
    items = Items()
    for _ in range(EACH):
        items.attempt()
        items.later(minutes=1)
    assert refused(items) == 10 * 60
    items.attempt("192.0.2.2")
    items.later(minutes=10)
    items.attempt()
    assert refused(items) == 60


def test_no_five_tries_of_two_windows_come_together() -> None:
    """A window that slides: at no moment are there six within fifteen minutes."""
    items, tried = Items(), []
    for _ in range(200):
        try:
            items.attempt()
            tried.append(items.now)
        except TooManyRequests:
            pass
        items.later(seconds=37)
    for one in tried:
        assert sum(one <= other < one + timedelta(minutes=15) for other in tried) <= EACH


def test_a_link_has_fifty_tries_an_hour_from_all_addresses() -> None:
    items = Items()
    for number in range(ALL):
        items.attempt(f"192.0.2.{number}")
    assert refused(items, "203.0.113.1") == 3600
    items.later(seconds=3599)
    assert refused(items, "203.0.113.1") == 1
    items.later(seconds=1)
    items.attempt("203.0.113.1")


def test_a_refused_try_is_not_counted_and_keeps_nobody_out_for_longer() -> None:
    items = Items()
    for _ in range(EACH):
        items.attempt()
    for _ in range(100):
        refused(items)
        items.later(seconds=1)
    items.later(minutes=15)
    items.attempt()


def test_a_right_password_gives_its_try_back() -> None:
    items = Items()
    for _ in range(20):
        take_back("share", items.attempt(), items.effects())
    assert json.loads(items.text or "") == []


def test_a_try_is_counted_again_after_somebody_else_came_first() -> None:
    items = Items()
    items.lost = ROUNDS - 1
    items.attempt()
    assert len(json.loads(items.text or "")) == 1


def test_who_never_gets_through_is_refused() -> None:
    items = Items()
    items.lost = ROUNDS
    assert refused(items) == 1
    assert items.text is None


def test_tries_of_the_hour_before_last_are_forgotten() -> None:
    items = Items()
    for number in range(30):
        items.attempt(f"192.0.2.{number}")
    items.later(hours=2)
    items.attempt()
    assert len(json.loads(items.text or "")) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("not an address", "nor this", True),
    ],
)
def test_a_subscriber_of_ipv6_is_one_place(one: str, other: str, same: bool) -> None:
    assert (place_of(one) == place_of(other)) is same


def test_no_address_is_kept_as_it_is() -> None:
    items = Items()
    items.attempt("192.0.2.77")
    assert "192.0.2.77" not in (items.text or "")
