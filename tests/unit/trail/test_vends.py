"""Vends, found by ``vendId`` and ``sessionId``."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

import pytest

from tests.support.logged import ROLE_ARN, identifier, reading, vended, vended_apart
from tests.support.make import NOW, USER_ARN
from vending.errors import TooLarge
from vending.trail.vends import Line, Vend, has_members, vends_of, vends_with

GRANTED = vended(1)
ID, SESSION = identifier(1), identifier(1000)
LATER = NOW + timedelta(seconds=1)


def test_a_vend_is_found_with_its_session_and_what_it_gave() -> None:
    (vend,) = vends_with([reading((0, GRANTED))], ID, since=NOW, until=LATER)
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
    (vend,) = vends_with([reading((0, members))], ID, since=NOW, until=LATER)
    assert vend.caller == subject


@pytest.mark.parametrize(
    "changed",
    [{"outcome": "refused"}, {"outcome": "failed"}, {"sessionId": None}, {"sessionId": 1}],
)
def test_what_gave_nothing_is_no_vend(changed: dict[str, object]) -> None:
    record = vended(1, **changed)
    assert vends_with([reading((0, record))], ID, since=NOW, until=LATER) == ()


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


APART = vended_apart(5, 1000, 1001)


def test_a_record_of_several_sessions_is_a_vend_in_each_of_them() -> None:
    first, second = Vend.all_of(Line(NOW, APART))
    assert (first.session_id, first.grants) == (SESSION, ("g0",))
    assert (second.session_id, second.grants) == (identifier(1001), ("g1",))
    assert {one.vend_id for one in (first, second)} == {identifier(5)}
    assert first.members["targets"] == ["s3://bkt0/5"]
    assert first.members["uniqueId"] == APART["uniqueId"]
    refused = APART | {"outcome": "failed"}
    assert Vend.all_of(Line(NOW, refused)) == ()


@pytest.mark.parametrize("session", [1000, 1001])
def test_a_session_is_found_in_a_record_of_several(session: int) -> None:
    read = reading((0, APART), (0, GRANTED))
    found = vends_of(read, identifier(session), since=NOW, until=LATER)
    others = [ID] if session == 1000 else []
    assert sorted(vend.vend_id for vend in found) == sorted([identifier(5), *others])
    assert {vend.session_id for vend in found} == {identifier(session)}


def test_a_vend_of_several_sessions_comes_with_all_vends_of_each() -> None:
    other = vended(6, sessionId=identifier(1001))
    apart = vended_apart(7, 1002, 1003)
    reads = [reading((0, GRANTED), (0, APART), (0, other), (0, apart))]
    found = vends_with(reads, identifier(5), since=NOW, until=LATER)
    assert [(vend.session_id, vend.vend_id) for vend in found] == [
        (SESSION, ID),
        (SESSION, identifier(5)),
        (identifier(1001), identifier(5)),
        (identifier(1001), identifier(6)),
    ]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"grant": "g0"}, True),
        ({"grant": "g1", "sessionId": identifier(1001)}, True),
        ({"grant": "g0", "sessionId": identifier(1001)}, False),
        ({"grant": "g2"}, False),
        ({"vendId": identifier(5), "sessionId": SESSION}, True),
        ({"sessionId": identifier(1002)}, False),
    ],
)
def test_a_record_matches_if_one_of_its_sessions_does(wanted: dict[str, str], found: bool) -> None:
    assert has_members(APART, wanted) is found


@pytest.mark.parametrize("damaged", [{}, "text", [], [7], [None, "x"]])
def test_sessions_that_no_function_of_ours_has_written_are_nobodys(damaged: object) -> None:
    assert Vend.all_of(Line(NOW, APART | {"sessions": damaged})) == ()
