"""Credentials that are kept fresh: when they are vended again, and by which thread."""

import threading
from datetime import datetime, timezone

import pytest

import s3vend
from s3vend.service.credentials import Credentials, credentials_of
from s3vend.service.fresh import Fresh, margins
from tests.client.vending import answer


@pytest.mark.parametrize(
    ("life", "advisory", "mandatory"),
    [(3600, 300, 90), (900, 300, 90), (600, 200, 60), (30, 10, 3), (0, 0, 0)],
)
def test_the_margins_suit_sessions_of_a_quarter_of_an_hour(
    life: float, advisory: float, mandatory: float
) -> None:
    assert margins(life) == (advisory, mandatory)


class Clocked:
    """A clock, and a vend that counts."""

    def __init__(self, life: float = 900) -> None:
        self.now, self.life, self.vends, self.broken = 1000.0, life, 0, False

    def vend(self) -> Credentials:
        if self.broken:
            raise s3vend.Unreachable("down")
        self.vends += 1
        end = datetime.fromtimestamp(self.now + self.life, timezone.utc)
        made = answer(self.vends)
        made["credentials"]["expiration"] = end.isoformat()  # type: ignore[index]
        return credentials_of(made)


@pytest.mark.parametrize(("later", "vends"), [(0, 1), (599, 1), (601, 2), (900, 2), (2000, 2)])
def test_they_are_vended_again_before_they_end(later: float, vends: int) -> None:
    clock = Clocked()
    keep = Fresh(clock.vend, lambda: clock.now)
    clock.now += later
    assert keep().access_key_id == f"ASIA{vends}"
    assert "very-secret" not in repr(keep)


@pytest.mark.parametrize(("later", "raised"), [(700, False), (899, False), (901, True)])
def test_a_service_that_is_down_is_felt_only_when_they_have_ended(
    later: float, raised: bool
) -> None:
    clock = Clocked()
    keep = Fresh(clock.vend, lambda: clock.now)
    clock.now += later
    clock.broken = True
    if raised:
        with pytest.raises(s3vend.Unreachable):
            keep()
    else:
        assert keep().access_key_id == "ASIA1"
    clock.broken = False
    assert keep().access_key_id == "ASIA2"


@pytest.mark.parametrize("later", [700, 850, 950])
def test_many_threads_at_once_vend_once(later: float) -> None:
    clock = Clocked()
    entered = threading.Event()

    def slowly() -> Credentials:
        made = clock.vend()
        if clock.vends > 1:
            entered.wait(0.05)
        return made

    keep = Fresh(slowly, lambda: clock.now)
    clock.now += later
    threads = [threading.Thread(target=keep) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert clock.vends == 2


def test_in_good_time_one_thread_vends_and_the_others_go_on() -> None:
    clock, going, done = Clocked(), threading.Event(), threading.Event()

    def slowly() -> Credentials:
        if clock.vends:
            going.set()
            done.wait(5)
        return clock.vend()

    keep = Fresh(slowly, lambda: clock.now)
    clock.now += 700
    one = threading.Thread(target=keep)
    one.start()
    going.wait(5)
    assert keep().access_key_id == "ASIA1"
    done.set()
    one.join()
    assert keep().access_key_id == "ASIA2"


def test_a_renewal_that_fails_in_time_is_told_to_whoever_wants_to_know() -> None:
    clock, told = Clocked(), list[s3vend.S3VendError]()
    keep = Fresh(clock.vend, lambda: clock.now, told.append)
    clock.now += 700
    clock.broken = True
    assert keep().access_key_id == "ASIA1"
    assert [str(error) for error in told] == ["down"]
