"""A session that signs is reused for the very same request, and for no other."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.make import NOW, ROLE_ARN, Sts, record
from vending.session import Session
from vending.signing_sessions import CAPACITY, SigningSessions

SESSION = Session(ROLE_ARN, "{}", 3600, "alice", "a-grant", "alice-1234567890123")
SOON = NOW + timedelta(seconds=900)


def sessions(sts: Sts) -> SigningSessions:
    return SigningSessions(sts.assume_role, lambda: f"session{len(sts.asked)}")


def test_the_same_request_is_answered_from_what_is_kept() -> None:
    sts = Sts()
    kept = sessions(sts)
    first, second = (
        kept.lasting_until(SESSION, SOON, record()),
        kept.lasting_until(SESSION, SOON, record()),
    )
    assert (first.cached, second.cached) == (False, True)
    assert (first.session_id, second.session_id) == ("session0", "session0")
    assert len(sts.asked) == 1


def test_the_record_names_the_session_whether_it_was_there_or_not() -> None:
    kept = sessions(Sts())
    for _ in range(2):
        notes = record()
        kept.lasting_until(SESSION, SOON, notes)
        assert notes.members["sessionId"] == "session0"
        assert notes.members["roleSessionName"] == SESSION.name("session0")


@pytest.mark.parametrize(
    "other",
    [
        replace(SESSION, caller="bob"),
        replace(SESSION, grant="b"),
        replace(SESSION, policy='{"other": 1}'),
        replace(SESSION, role_arn=ROLE_ARN + "2"),
        replace(SESSION, duration=900),
        replace(SESSION, source_identity="bob-1234567890123"),
    ],
)
def test_a_session_never_serves_another_caller_scope_condition_or_role(other: Session) -> None:
    sts = Sts()
    kept = sessions(sts)
    kept.lasting_until(SESSION, SOON, record())
    assert not kept.lasting_until(other, SOON, record()).cached
    assert len(sts.asked) == 2


def test_a_session_with_too_little_life_left_is_replaced() -> None:
    sts = Sts(seconds=1000)
    kept = sessions(sts)
    kept.lasting_until(SESSION, NOW + timedelta(seconds=1000), record())
    assert kept.lasting_until(SESSION, NOW + timedelta(seconds=1000), record()).cached
    sts.seconds = 2000
    assert not kept.lasting_until(SESSION, NOW + timedelta(seconds=1001), record()).cached
    assert kept.lasting_until(SESSION, NOW + timedelta(seconds=1001), record()).cached


def test_a_failure_of_sts_leaves_what_is_kept() -> None:
    sts = Sts()
    kept = sessions(sts)
    kept.lasting_until(SESSION, SOON, record())

    def fails(session: Session, session_id: str) -> object:
        raise RuntimeError(session_id)

    kept.assume_role = fails  # type: ignore[assignment]
    with pytest.raises(RuntimeError):
        kept.lasting_until(SESSION, NOW + timedelta(hours=2), record())
    assert kept.lasting_until(SESSION, SOON, record()).cached


def test_the_least_recently_used_session_is_dropped_first() -> None:
    sts = Sts()
    kept = sessions(sts)
    for number in range(CAPACITY):
        kept.lasting_until(replace(SESSION, caller=str(number)), SOON, record())
    kept.lasting_until(replace(SESSION, caller="0"), SOON, record())
    kept.lasting_until(replace(SESSION, caller="new"), SOON, record())
    assert kept.lasting_until(replace(SESSION, caller="0"), SOON, record()).cached
    assert not kept.lasting_until(replace(SESSION, caller="1"), SOON, record()).cached
