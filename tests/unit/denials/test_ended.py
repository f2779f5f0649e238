"""The times that end shares: they only move on, and are narrowed never."""

from datetime import timedelta

import pytest

from tests.support.make import NOW, caller
from vending.callers.identity import WebIdentity
from vending.denials.ended import KEPT, MOST, Ended, ended_parts, kept_until, later
from vending.denials.holders import Holders
from vending.errors import InternalError

ISSUER = "https://issuer.example.com"
ALICE = WebIdentity(ISSUER, "alice", {"group": "staff"}, "")
STAFF, GUESTS = (Holders(ISSUER, (("group", f'"{one}"'),)) for one in ("staff", "guests"))
BEFORE, AFTER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)


def ended(*documents: str) -> Ended:
    return Ended.read(documents)


def test_what_was_made_before_the_time_is_over_and_nothing_after() -> None:
    one = ended(later(None, NOW))
    assert one.has(BEFORE, caller().identity)
    assert not one.has(NOW, caller().identity)
    assert not ended().has(BEFORE, caller().identity)


def test_a_time_never_goes_back() -> None:
    document = later(None, AFTER)
    assert later(document, BEFORE) == document
    assert ended(later(document, BEFORE)).has(NOW, ALICE)


def test_holders_are_ended_by_their_claims() -> None:
    document = later(later(None, AFTER, GUESTS), BEFORE, STAFF)
    assert not ended(document).has(NOW, ALICE)
    assert ended(later(document, AFTER, STAFF)).has(NOW, ALICE)
    assert ended(later(document, AFTER, Holders(ISSUER))).has(NOW, ALICE)
    assert not ended(later(None, AFTER, Holders("https://other.example.com"))).has(NOW, ALICE)
    assert not ended(later(None, AFTER, STAFF)).has(NOW, caller().identity)


def test_too_many_holders_become_all_of_the_issuer() -> None:
    document = None
    for number in range(MOST):
        document = later(document, NOW, Holders(ISSUER, (("group", f'"{number}"'),)))
    assert not ended(document or "").has(BEFORE, ALICE)
    whole = later(document, AFTER, GUESTS)
    assert ended(whole).has(NOW, ALICE)
    assert len(whole) < 200


def test_what_is_older_than_any_share_is_forgotten() -> None:
    document = later(later(None, NOW, GUESTS), NOW + KEPT, STAFF)
    assert "guests" not in document


def test_an_item_is_kept_for_longer_than_the_longest_share() -> None:
    assert kept_until(later(None, NOW)) == NOW + timedelta(days=100)


def test_a_web_identity_has_one_part_more() -> None:
    assert len(ended_parts(caller().identity, "a-grant")) == 3
    assert len(ended_parts(ALICE, "a-grant")) == 4
    assert all(
        part.partition("#")[0] in ("caller", "grant", "all", "issuer")
        for part in ended_parts(ALICE, "g")
    )


@pytest.mark.parametrize("document", ["", "{}", '{"issuer":"","times":[["a"]]}', "[]"])
def test_a_damaged_item_is_an_error_and_not_nothing(document: str) -> None:
    with pytest.raises(InternalError):
        ended(document)
