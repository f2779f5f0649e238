"""A signing session is reused for identical parameters, and for no others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.make import NOW, ROLE_ARN, Sts, credentials, record
from vending.denials.denials import Denials, Place
from vending.denials.revoked import NONE_REVOKED, Revoked
from vending.errors import RoleRefused, Unavailable
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import CAPACITY, SessionCredentials, SigningSessions

SESSION = Session(ROLE_ARN, "{}", 3600, "alice", ("a-grant",), "alice-1234567890123")
SOON = NOW + timedelta(seconds=900)


def sessions(sts: Sts, now: Callable[[], datetime] = lambda: NOW) -> SigningSessions:
    return SigningSessions(sts.assume_role, lambda: f"session{len(sts.asked)}", now)


class Hour:
    """STS and a clock that the test moves; every session lasts an hour."""

    def __init__(self) -> None:
        self.time = NOW
        self.down = self.refuses = False
        self.lasts = timedelta(hours=1)
        self.asked: list[datetime] = []
        self.kept = SigningSessions(self.assume_role, lambda: f"s{len(self.asked)}", self.now)

    def now(self) -> datetime:
        return self.time

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        self.asked.append(self.time)
        if self.down:
            raise RoleRefused("AccessDenied") if self.refuses else Unavailable("Throttling")
        ends = self.time + self.lasts
        return replace(credentials(), expiration=ends, packed_policy_size=42)

    def sign(self, seconds: int, session: Session = SESSION) -> SessionCredentials:
        until = self.time + timedelta(seconds=seconds)
        return self.kept.lasting_until(session, until, record(), NONE_REVOKED)


def test_one_request_learns_for_all_that_sts_is_down_and_waits_for_it() -> None:
    hour = Hour()
    others = [replace(SESSION, caller=name) for name in ("bob", "carol")]
    elsewhere = replace(SESSION, role_arn=f"{ROLE_ARN}Elsewhere")
    for session in (SESSION, *others, elsewhere):
        hour.sign(900, session)
    hour.down, hour.time = True, NOW + timedelta(seconds=2100)
    asked = len(hour.asked)
    assert all(hour.sign(900, session).cached for session in (SESSION, *others))
    assert len(hour.asked) == asked + 1
    assert hour.sign(900, elsewhere).cached
    assert len(hour.asked) == asked + 2, "other roles do not pause"


@pytest.mark.invariant(6)
def test_a_session_is_not_believed_to_last_longer_than_was_asked_for() -> None:
    hour = Hour()
    hour.lasts = timedelta(days=3650)
    until = hour.sign(900).credentials.expiration
    assert until <= NOW + timedelta(seconds=3660)
    hour.time = NOW + timedelta(seconds=2800)
    assert not hour.sign(900).cached


@pytest.mark.invariant(12)
def test_a_session_that_is_over_when_it_comes_serves_nobody_twice() -> None:
    hour = Hour()
    hour.lasts = timedelta(hours=-1)
    assert not hour.sign(900).cached
    assert not hour.sign(900).cached


@pytest.mark.parametrize(("asked_for", "serves"), [(900, 2700), (60, 3540), (3300, 300)])
def test_a_session_is_replaced_in_the_last_quarter_of_its_use(asked_for: int, serves: int) -> None:
    hour = Hour()
    assert not hour.sign(asked_for).cached
    hour.time = NOW + timedelta(seconds=serves * 0.75)
    assert hour.sign(asked_for).cached
    hour.time += timedelta(seconds=1)
    assert not hour.sign(asked_for).cached
    assert hour.sign(asked_for).cached


def test_what_is_still_good_goes_on_signing_while_sts_is_down() -> None:
    hour = Hour()
    hour.sign(900)
    hour.down = True
    hour.time = NOW + timedelta(seconds=2100)
    assert hour.sign(900) == replace(hour.sign(900), session_id="s0", cached=True)
    assert len(hour.asked) == 2
    hour.time += timedelta(seconds=30)
    assert hour.sign(900).session_id == "s0"
    assert len(hour.asked) == 3
    hour.time = NOW + timedelta(seconds=2701)
    with pytest.raises(Unavailable):
        hour.sign(900)
    hour.down = False
    assert not hour.sign(900).cached


@pytest.mark.invariant(12)
def test_an_sts_that_says_no_ends_signing_at_once() -> None:
    hour = Hour()
    hour.sign(900)
    hour.down = hour.refuses = True
    hour.time = NOW + timedelta(seconds=2100)
    with pytest.raises(RoleRefused):
        hour.sign(900)


def test_the_record_names_the_session_that_signs_though_another_was_asked_for() -> None:
    hour = Hour()
    hour.sign(900)
    hour.down, hour.time, notes = True, NOW + timedelta(seconds=2100), record()
    hour.kept.lasting_until(SESSION, hour.time + timedelta(seconds=900), notes, NONE_REVOKED)
    assert notes.members["sessionId"] == "s0"


def test_the_same_request_is_answered_from_what_is_kept() -> None:
    sts = Sts()
    kept = sessions(sts)
    first, second = (
        kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED),
        kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED),
    )
    assert (first.cached, second.cached) == (False, True)
    assert (first.session_id, second.session_id) == ("session0", "session0")
    assert len(sts.asked) == 1


def test_the_record_says_how_much_room_a_new_sessions_policy_takes() -> None:
    hour, first, second = Hour(), record(), record()
    for notes in (first, second):
        hour.kept.lasting_until(SESSION, SOON, notes, NONE_REVOKED)
    assert first.members["packedPolicySize"] == 42
    assert "packedPolicySize" not in second.members


def test_the_record_names_the_session_whether_it_was_there_or_not() -> None:
    kept = sessions(Sts())
    for _ in range(2):
        notes = record()
        kept.lasting_until(SESSION, SOON, notes, NONE_REVOKED)
        assert notes.members["sessionId"] == "session0"
        assert notes.members["roleSessionName"] == SESSION.name("session0")


@pytest.mark.invariant(9)
@pytest.mark.parametrize(
    "other",
    [
        replace(SESSION, caller="bob"),
        replace(SESSION, grants=("b",)),
        replace(SESSION, policy='{"other": 1}'),
        replace(SESSION, role_arn=ROLE_ARN + "2"),
        replace(SESSION, duration=900),
        replace(SESSION, source_identity="bob-1234567890123"),
    ],
)
def test_a_session_never_serves_another_caller_scope_condition_or_role(other: Session) -> None:
    sts = Sts()
    kept = sessions(sts)
    kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED)
    assert not kept.lasting_until(other, SOON, record(), NONE_REVOKED).cached
    assert len(sts.asked) == 2


def test_a_session_with_too_little_life_left_is_replaced() -> None:
    sts = Sts(seconds=1000)
    kept = sessions(sts)
    kept.lasting_until(SESSION, NOW + timedelta(seconds=1000), record(), NONE_REVOKED)
    assert kept.lasting_until(SESSION, NOW + timedelta(seconds=1000), record(), NONE_REVOKED).cached
    sts.seconds = 2000
    assert not kept.lasting_until(
        SESSION, NOW + timedelta(seconds=1001), record(), NONE_REVOKED
    ).cached
    assert kept.lasting_until(SESSION, NOW + timedelta(seconds=1001), record(), NONE_REVOKED).cached


def test_a_failure_of_sts_leaves_what_is_kept() -> None:
    sts = Sts()
    kept = sessions(sts)
    kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED)

    def fails(session: Session, session_id: str) -> object:
        raise RuntimeError(session_id)

    kept.assume_role = fails  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        kept.lasting_until(SESSION, NOW + timedelta(hours=2), record(), NONE_REVOKED)
    assert kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED).cached


def test_the_least_recently_used_session_is_dropped_first() -> None:
    sts = Sts()
    kept = sessions(sts)
    for number in range(CAPACITY):
        kept.lasting_until(replace(SESSION, caller=str(number)), SOON, record(), NONE_REVOKED)
    kept.lasting_until(replace(SESSION, caller="0"), SOON, record(), NONE_REVOKED)
    kept.lasting_until(replace(SESSION, caller="new"), SOON, record(), NONE_REVOKED)
    assert kept.lasting_until(replace(SESSION, caller="0"), SOON, record(), NONE_REVOKED).cached
    assert not kept.lasting_until(replace(SESSION, caller="1"), SOON, record(), NONE_REVOKED).cached


@pytest.mark.parametrize(
    ("denied", "reused"),
    [
        ((Place("session", "session0"), None), False),
        ((Place("session", "session1"), None), True),
        ((Place("caller", "alice"), NOW), True),
        ((Place("caller", "alice"), NOW + timedelta(microseconds=1)), False),
    ],
)
def test_a_session_that_was_revoked_signs_no_more(
    denied: tuple[Place, datetime | None], reused: bool
) -> None:
    kept = sessions(Sts())
    kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED)
    revoked = Revoked(denied[1], Denials.of([denied]))
    assert kept.lasting_until(SESSION, SOON, record(), revoked).cached is reused
    assert kept.lasting_until(SESSION, SOON, record(), NONE_REVOKED).cached
