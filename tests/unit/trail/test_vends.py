"""Vends, found by ``vendId`` and ``sessionId``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

import pytest

from tests.support.logged import ROLE_ARN, identifier, reading, vended
from tests.support.make import NOW, USER_ARN
from vending.errors import TooLarge
from vending.trail.vends import Vend, has_members, vend_of, vends_of, vends_with

GRANTED = vended(1)
ID, SESSION = identifier(1), identifier(1000)
LATER = NOW + timedelta(seconds=1)


def test_a_vend_is_found_with_its_session_and_what_it_gave() -> None:
    vend = vend_of(reading((0, GRANTED)), ID, since=NOW, until=LATER)
    assert vend == Vend(
        vend_id=ID,
        session_id=SESSION,
        role_arn=ROLE_ARN,
        session_name=f"AssumeS3User-caller-grant-{SESSION}",
        caller={"caller": USER_ARN},
        grants=("g",),
        at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        ends=NOW + timedelta(hours=1),
        members=GRANTED,
    )


def test_a_subjects_vend_names_issuer_and_subject() -> None:
    subject = {"issuer": "https://i.example", "subject": "alice"}
    members = vended(1, caller=None, **subject)
    vend = vend_of(reading((0, members)), ID, since=NOW, until=LATER)
    assert vend
    assert vend.caller == subject


@pytest.mark.parametrize(
    "changed",
    [{"outcome": "refused"}, {"outcome": "failed"}, {"sessionId": None}, {"sessionId": 1}],
)
def test_what_gave_nothing_is_no_vend(changed: dict[str, object]) -> None:
    record = vended(1, **changed)
    assert vend_of(reading((0, record)), ID, since=NOW, until=LATER) is None


def test_a_vend_is_sought_in_one_log_after_another_and_a_flooded_one_holds_up_its_own_alone() -> (
    None
):
    def flooded(*_: object, words: Sequence[str] = ()) -> NoReturn:
        raise TooLarge("")

    other = vended(2, sessionId=identifier(1001))
    reads = [reading((0, other)), reading((0, GRANTED), (0, vended(3))), flooded]
    found = vends_with(reads, ID, since=NOW, until=LATER)
    assert [vend.vend_id for vend in found] == [ID, identifier(3)]
    with pytest.raises(TooLarge):
        vends_with(reads, identifier(4), since=NOW, until=LATER)
    assert vends_with(reads[:2], identifier(4), since=NOW, until=LATER) == ()


def test_the_vends_of_a_session_are_all_that_it_served() -> None:
    lines = [vended(number) for number in range(3)]
    lines += [vended(3, sessionId=identifier(1001)), vended(4, outcome="refused")]
    read = reading(*((0, one) for one in lines))
    found = vends_of(read, SESSION, since=NOW, until=LATER)
    assert [vend.vend_id for vend in found] == [identifier(number) for number in range(3)]


@pytest.mark.parametrize(
    ("grant", "found"), [("first", True), ("last", True), ("firs", False), ("first last", False)]
)
def test_a_record_of_several_grants_is_found_by_each_of_them(grant: str, found: bool) -> None:
    record = {"grants": ["first", "last"], "outcome": "granted"}
    assert has_members(record, {"grant": grant, "outcome": "granted"}) is found
    assert has_members(record, {"grant": grant, "outcome": "refused"}) is False


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"grant": "g"}, True),
        ({"grants": ["f", "g"]}, True),
        ({"change": {"kind": "grant", "id": "g"}}, True),
        ({"revocation": {"grantId": "g"}}, True),
        ({"change": {"kind": "grant", "id": "f"}}, False),
        ({"change": {"kind": "location", "id": "g"}}, False),
        ({"revocation": {"sessionId": "g"}}, False),
        ({"change": "g", "revocation": ["g"]}, False),
        ({}, False),
    ],
)
def test_a_search_for_a_grant_finds_its_uses_changes_and_revocations(
    members: dict[str, object], found: bool
) -> None:
    assert has_members(members, {"grant": "g"}) is found
