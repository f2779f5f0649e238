"""Which sessions a denial ends, to the microsecond, and how long the next one has to wait."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.effects import decided, effects
from tests.support.make import NOW, caller, grant, knowing
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.decision.decide import check_still_allowed
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.holders import Holders
from vending.denials.names import caller_part, grant_part
from vending.denials.revoked import (
    AHEAD,
    KEPT_SECONDS,
    NEW_SESSIONS_AFTER,
    SKEW,
    Revoked,
    check_not_blocked,
    not_blocked,
)
from vending.errors import AccessDenied, Blocked, JustRevoked

ISSUER = "https://login.example.com"
MOMENT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
MINE, OTHER = grant("s3://bkt/a/* READ", id="mine"), grant("s3://bkt/b/* READ", id="other")
SESSION = "s" * 16
OF_GRANT, OF_SESSION = Place("grant", grant_part("mine")), Place("session", SESSION)
OF_CALLER = Place("caller", caller_part(caller().identity))
LATER = NOW + timedelta(minutes=1)


def denied(*places: tuple[Place, datetime | None]) -> Denials:
    return Denials.of(places)


def outside(**claims: str) -> Caller:
    return Caller("web-identity", WebIdentity(ISSUER, "alice", claims, "a-hash"), "192.0.2.7")


def test_a_new_session_is_lent_three_seconds_after_a_revocation_at_most() -> None:
    assert (KEPT_SECONDS, AHEAD, SKEW, NEW_SESSIONS_AFTER) == (1, 2, SECOND, 3)


@pytest.mark.parametrize("place", [OF_GRANT, OF_CALLER])
@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        (-SECOND + MOMENT, 1),
        (timedelta(0), 1),
        (MOMENT, 2),
        (SECOND, 2),
        (SECOND + MOMENT, 3),
        (2 * SECOND, 3),
        (60 * SECOND, 3),
    ],
)
def test_nothing_is_lent_that_would_be_revoked_too(
    place: Place, ahead: timedelta, seconds: int
) -> None:
    with pytest.raises(JustRevoked) as refused:
        Revoked.of(caller(), MINE, denied((place, NOW + ahead)), NOW)
    assert refused.value.retry_after == seconds
    assert f"Try again in {seconds} seconds." in refused.value.detail


@pytest.mark.parametrize("place", [OF_GRANT, OF_CALLER])
def test_a_session_is_revoked_if_it_was_issued_less_than_a_second_after_the_denial(
    place: Place,
) -> None:
    denials = denied((place, NOW), (Place("grant", grant_part("other")), LATER))
    revoked = Revoked.of(caller(), MINE, denials, NOW + SECOND)
    assert revoked.before == NOW + SECOND
    assert revoked.has(SESSION, NOW + SECOND - MOMENT)
    assert not revoked.has(SESSION, NOW + SECOND)
    assert not revoked.has(SESSION, LATER)


def test_of_several_denials_the_last_holds() -> None:
    denials = denied((OF_CALLER, NOW - SECOND), (OF_GRANT, NOW))
    assert Revoked.of(caller(), MINE, denials, LATER).before == NOW + SECOND
    assert Revoked.of(caller(), OTHER, denials, LATER).before == NOW


def test_without_a_denial_no_session_is_revoked() -> None:
    revoked = Revoked.of(caller(), MINE, NOTHING_DENIED, NOW)
    assert revoked.before is None
    assert not revoked.has(SESSION, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("time", "issued", "ended"),
    [
        (NOW, NOW + SECOND - MOMENT, True),
        (NOW, NOW + SECOND, False),
        (NOW, LATER, False),
        (None, LATER, True),
    ],
)
def test_a_single_session_is_revoked_and_no_other(
    time: datetime | None, issued: datetime, ended: bool
) -> None:
    revoked = Revoked.of(caller(), MINE, denied((OF_SESSION, time)), NOW)
    assert revoked.has(SESSION, issued) is ended
    assert not revoked.has("t" * 16, issued)


def test_holders_of_a_denied_claim_lose_their_sessions_and_nobody_else_does() -> None:
    holders = Holders(ISSUER, (("team", '"a"'),))
    denials = Denials({}, {holders: NOW})
    assert Revoked.of(outside(team="a"), MINE, denials, LATER).has(SESSION, NOW)
    assert not Revoked.of(outside(team="b"), MINE, denials, LATER).has(SESSION, NOW)
    check_not_blocked(outside(team="a"), denials)
    with pytest.raises(Blocked):
        check_not_blocked(outside(team="a"), Denials({}, {holders: None}))
    check_not_blocked(outside(team="b"), Denials({}, {holders: None}))


def test_a_blocked_caller_is_told_so_and_another_is_not_refused() -> None:
    blocked = denied((OF_CALLER, None))
    with pytest.raises(Blocked) as refused:
        check_not_blocked(caller(), blocked)
    assert refused.value.detail == (
        "An administrator of this service has blocked you. Ask them to lift the block."
    )
    check_not_blocked(outside(), blocked)
    check_not_blocked(caller(), denied((OF_CALLER, NOW)))


def test_a_blocked_grant_is_as_if_it_did_not_exist() -> None:
    assert not_blocked([MINE, OTHER], denied((OF_GRANT, None))) == [OTHER]
    assert not_blocked([MINE, OTHER], denied((OF_GRANT, NOW))) == [MINE, OTHER]


def issued(denials: Denials, *grants: str) -> None:
    """Check a session under these grants that STS issued now, a minute later."""
    used = [decided(one) for one in (MINE, OTHER) if one.id in grants]
    later = replace(effects(knowing(), now=LATER), load_denials=lambda: denials)
    check_still_allowed(caller(), used, SESSION, NOW, later)


@pytest.mark.parametrize("grants", [("mine",), ("mine", "other")])
def test_a_session_that_has_been_issued_is_refused_if_it_was_denied_since(
    grants: tuple[str, ...],
) -> None:
    issued(NOTHING_DENIED, *grants)
    issued(denied((OF_GRANT, NOW - SECOND)), *grants)
    with pytest.raises(JustRevoked) as revoked:
        issued(denied((OF_GRANT, NOW)), *grants)
    assert revoked.value.retry_after == 1
    with pytest.raises(JustRevoked):
        issued(denied((OF_SESSION, None)), *grants)
    with pytest.raises(Blocked):
        issued(denied((OF_CALLER, None)), *grants)
    with pytest.raises(AccessDenied) as refused:
        issued(denied((OF_GRANT, None)), *grants)
    assert (refused.value.detail, refused.value.reason) == (
        "None of your grants allows this.",
        "Blocked",
    )


def test_every_grant_of_an_issued_session_is_looked_at() -> None:
    of_other = Place("grant", grant_part("other"))
    issued(denied((of_other, None)), "mine")
    with pytest.raises(AccessDenied):
        issued(denied((of_other, None)), "mine", "other")
    with pytest.raises(JustRevoked):
        issued(denied((of_other, NOW)), "mine", "other")
