"""Whom a denial by claims includes, and how the table keeps it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.make import NOW, USER_ARN, caller
from vending.callers.identity import Identity, WebIdentity
from vending.callers.principal import Principal
from vending.denials.holders import Holders, broadest, decode, encode
from vending.errors import InternalError
from vending.grants.grantee import Grantee, IamGrantee, WebGrantee

ISSUER = "https://login.example.com"
BELOW, ABOVE = "https://a.example.com", "https://z.example.com"  # in the order of text
TEAM, PART = ("team", '"m"'), ("part", "7")
BOTH, EVERYBODY = Holders(ISSUER, (PART, TEAM)), Holders(ISSUER)


def again(text: str) -> str:
    """The same text as another object, as one that was read elsewhere."""
    return text.encode().decode()


def web(issuer: str = ISSUER, **claims: str | int) -> WebIdentity:
    return WebIdentity(again(issuer), "alice", claims, "a-hash")


@pytest.mark.parametrize(
    ("who", "both", "everybody"),
    [
        (web(team="m", part=7), True, True),
        (web(team="m", part=7, more="x"), True, True),
        (web(team="m"), False, True),
        (web(part=7), False, True),
        (web(team="m", part="7"), False, True),
        (web(), False, True),
        (web(BELOW, team="m", part=7), False, False),
        (web(ABOVE, team="m", part=7), False, False),
        (caller().identity, False, False),
    ],
)
def test_holders_are_of_one_issuer_and_have_all_claims(
    who: Identity, both: bool, everybody: bool
) -> None:
    assert BOTH.include(who) is both
    assert EVERYBODY.include(who) is everybody


@pytest.mark.parametrize(
    ("grantee", "both", "everybody"),
    [
        (WebGrantee(again(ISSUER), None, (PART, TEAM)), True, True),
        (WebGrantee(again(ISSUER), "alice", (("more", "1"), PART, TEAM)), True, True),
        (WebGrantee(again(ISSUER), None, (TEAM,)), False, True),
        (WebGrantee(again(ISSUER), None, (PART, ("team", '"n"'))), False, True),
        (WebGrantee(again(ISSUER), "alice"), False, True),
        (WebGrantee(BELOW, None, (PART, TEAM)), False, False),
        (WebGrantee(ABOVE, None, (PART, TEAM)), False, False),
        (IamGrantee(Principal.parse(USER_ARN)), False, False),
    ],
)
def test_a_grantee_is_included_if_whoever_it_matches_is(
    grantee: Grantee, both: bool, everybody: bool
) -> None:
    assert BOTH.include_all_of(grantee) is both
    assert EVERYBODY.include_all_of(grantee) is everybody


@pytest.mark.parametrize(
    ("claims", "included"),
    [
        ({"team": "m", "part": 7}, True),
        ({"team": "m", "part": 7, "more": 1}, True),
        ({"team": "m"}, None),
        ({"part": 7}, None),
        ({}, None),
        ({"team": "a"}, False),
        ({"team": "z"}, False),
        ({"team": "a", "part": 7}, False),
        ({"team": "z", "part": 7}, False),
        ({"team": "m", "part": "7"}, False),
    ],
)
def test_recorded_claims_include_exclude_or_do_not_tell(
    claims: Mapping[str, object], included: bool | None
) -> None:
    assert BOTH.include_recorded(claims) is included
    assert EVERYBODY.include_recorded(claims) is True


def test_holders_are_named_as_a_revocation_names_them() -> None:
    assert BOTH.as_json() == {"issuer": ISSUER, "claims": {"part": 7, "team": "m"}}
    assert EVERYBODY.as_json() == {"issuer": ISSUER}


def test_equal_denials_are_equal_text_and_are_read_back() -> None:
    later = NOW + timedelta(minutes=1)
    denied = {BOTH: NOW, EVERYBODY: None, Holders(BELOW): later, Holders(ABOVE): NOW}
    text = encode(denied)
    assert text == encode(dict(reversed(denied.items())))
    assert text == (
        f'[["{BELOW}",[],"2026-11-23T12:01:00Z"],["{ISSUER}",[],null],'
        f'["{ISSUER}",[["part","7"],["team","\\"m\\""]],"2026-11-23T12:00:00Z"],'
        f'["{ABOVE}",[],"2026-11-23T12:00:00Z"]]'
    )
    assert decode(text) == denied


def test_no_item_denies_nobody_and_a_time_elsewhere_is_one_in_utc() -> None:
    assert decode(None) == {}
    (time,) = decode(f'[["{ISSUER}",[],"2026-11-23T21:00:00+09:00"]]').values()
    assert time == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert time.tzinfo is UTC


@pytest.mark.parametrize("document", ["", "{}", "1", "[1]", f'[["{ISSUER}",[]]]', "null"])
def test_a_damaged_item_is_not_read_as_no_denials(document: str) -> None:
    with pytest.raises(InternalError) as damaged:
        decode(document)
    assert damaged.value.reason == "DamagedItem"


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        ((None, NOW), None),
        ((NOW, None), None),
        ((NOW, NOW - timedelta(1)), NOW),
        ((NOW - timedelta(1), NOW), NOW),
        ((None, None), None),
        ((NOW,), NOW),
    ],
)
def test_of_two_denials_of_the_same_holders_the_broader_holds(
    times: tuple[datetime | None, ...], kept: datetime | None
) -> None:
    assert broadest((BOTH, time) for time in times) == {BOTH: kept}
