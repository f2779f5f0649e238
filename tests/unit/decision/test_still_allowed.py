"""A session is used only if the denials read after STS allow it, old ones and new ones alike."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.support.effects import effects
from tests.support.make import NOW, caller, grant, knowing, record, wanted
from vending.decision.decide import check_still_allowed, decide
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.names import caller_part, grant_part
from vending.errors import AccessDenied, Blocked, JustRevoked

HERE, ASKED = "s3://bkt/a/* READ", "s3://bkt/a/x READ"
EARLIER = NOW - timedelta(minutes=5)
SESSION = Place("session", "thesession")
CALLER = Place("caller", caller_part(caller().identity))
GRANT = Place("grant", grant_part("a-grant"))


def check(known: Denials, read: Denials, issued: datetime = NOW) -> None:
    """Decides by the denials that are known then, and checks by those that are read later."""
    (target,) = wanted(ASKED)
    world = effects(knowing(grant(HERE), denials=known))
    decision = decide(caller(), target, record(), world)
    later = replace(world, load_denials=lambda: read)
    check_still_allowed(caller(), [decision], "thesession", issued, later)


def denied(place: Place, before: datetime | None) -> Denials:
    return Denials.of([(place, before)])


@pytest.mark.parametrize("place", [SESSION, CALLER, GRANT], ids=lambda place: place.part)
def test_a_session_that_the_known_denials_deny_is_not_used_whether_they_are_read_again_or_not(
    place: Place,
) -> None:
    known = denied(place, EARLIER)
    for read in (known, denied(place, EARLIER)):
        check(known, read)
        with pytest.raises(JustRevoked):
            check(known, read, EARLIER - timedelta(minutes=1))


@pytest.mark.parametrize("known", [NOTHING_DENIED, denied(GRANT, EARLIER)], ids=["none", "one"])
@pytest.mark.parametrize(
    ("place", "before", "error"),
    [
        (SESSION, None, JustRevoked),
        (CALLER, None, Blocked),
        (GRANT, None, AccessDenied),
        (CALLER, NOW, JustRevoked),
        (GRANT, NOW, JustRevoked),
    ],
)
def test_denials_that_are_new_since_the_decision_count(
    known: Denials, place: Place, before: datetime | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        check(known, denied(place, before))
