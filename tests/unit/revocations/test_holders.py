"""Revoking everybody who holds certain claims: whom the decision refuses, and what IAM denies."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.make import NOW, ROLE_ARN, caller, grant, record
from tests.support.revoking import World
from tests.support.tokens import ISSUER, issuer
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.callers.issuer import Claim
from vending.denials import holders as denials_holders
from vending.denials.denials import Denials, Place
from vending.denials.holders import Holders
from vending.denials.names import grant_part
from vending.denials.revoked import AHEAD, NEW_SESSIONS_AFTER, Revoked, check_not_blocked
from vending.errors import (
    AccessDenied,
    InternalError,
    InvalidRequest,
    JustRevoked,
    TooLarge,
    Unavailable,
)
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee
from vending.ids import short_hash
from vending.revocations.holders import MOST_SESSIONS, Granted
from vending.revocations.lift import lift
from vending.revocations.reconcile import reconcile
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import Revocation
from vending.revocations.revoke import revoke
from vending.sessions.durations import LONGEST
from vending.times import iso
from vending.trail.vends import Vend

ADMINISTRATOR = caller("arn:aws:iam::123456789012:user/Administrator")
BLOCK = {"kind": "block", "reason": "a runner was taken over"}
ENDED = {"kind": "sessions", "reason": "a token leaked"}
HOUR = timedelta(hours=1)
ENTRY = issuer(
    claims=tuple(Claim(one, (one,)) for one in ("repository_id", "owner", "n")),
    caller_claims=("repository_id",),
)
APP = {"issuer": ISSUER, "claims": {"repository_id": "1"}}


def to(id_: str, subject: str | None = None, **claims: object) -> Grant:
    pinned = tuple(sorted((name, json.dumps(value)) for name, value in claims.items()))
    return grant("s3://bkt/a/* READ", id=id_, grantee=WebGrantee(ISSUER, subject, pinned))


APPS, OWNERS = to("apps", repository_id="1"), to("owners", owner="octo")
MAINS, OTHERS = to("mains", repository_id="1", owner="octo"), to("others", repository_id="2")
ALICES = to("alices", "alice")


def world(*grants: Grant, vends: tuple[Vend, ...] = (), entry: Any = ENTRY) -> World:
    return World(granted=Granted(entry, grants), vends=list(vends))


def asked(at: World, **members: object) -> dict[str, Any]:
    return revoke(
        ADMINISTRATOR, parse(RevocationRequest, json.dumps(members)), record(), at.effects
    )


def denials(at: World) -> Denials:
    return Denials.read(at.block, at.holders)


def holder(subject: str = "alice", url: str = ISSUER, **claims: Any) -> Caller:
    return Caller("web-identity", WebIdentity(url, subject, claims, "a-hash"), "192.0.2.7")


def vend(
    session: str, grant_id: str, claims: Mapping[str, object] | None, *, ends: timedelta = HOUR
) -> Vend:
    members = {} if claims is None else {"callerClaims": claims}
    who = {"issuer": ISSUER, "subject": "alice"}
    end = NOW + ends
    return Vend(
        f"v-{session}", session, ROLE_ARN, "a-name", who, (grant_id,), NOW, end, end, members
    )


def is_blocked(one: Caller, at: World) -> bool:
    try:
        check_not_blocked(one, denials(at))
    except AccessDenied:
        return True
    return False


# Whom, and whether it is refused after a block of ``repository_id`` "1" of the issuer.
@pytest.mark.invariant(16)
@pytest.mark.parametrize(
    ("who", "refused"),
    [
        (holder(repository_id="1"), True),
        (holder("repo:octo/app:ref:refs/heads/other", repository_id="1"), True),
        (holder(repository_id="1", owner="octo", n=7), True),
        (holder(repository_id=["2", "1"]), True),
        (holder(repository_id="2"), False),
        (holder(repository_id=1), False),
        (holder(repository_id=True), False),
        (holder(repository_id="1 "), False),
        (holder(owner="1"), False),
        (holder(), False),
        (holder(url="https://other.example.com", repository_id="1"), False),
        (caller(), False),
    ],
)
def test_a_block_by_claims_refuses_whoever_holds_them_and_nobody_else(
    who: Caller, refused: bool
) -> None:
    at = world()
    asked(at, caller=APP, **BLOCK)
    assert is_blocked(who, at) is refused


def test_a_block_of_an_issuer_refuses_everybody_of_it_and_nobody_else() -> None:
    at = world(APPS, OTHERS, ALICES)
    asked(at, caller={"issuer": ISSUER}, **BLOCK)
    assert is_blocked(holder(), at)
    assert is_blocked(holder("bob", repository_id="2"), at)
    assert not is_blocked(holder(url=f"{ISSUER}/"), at)
    assert not is_blocked(caller(), at)
    assert denials(at).before.keys() == {
        Place("grant", grant_part(one.id)) for one in (APPS, OTHERS, ALICES)
    }


VALUES: Any = st.sampled_from(["1", 1, True, "true", "", "x", 0, False])
CLAIMS: Any = st.dictionaries(st.sampled_from(["repository_id", "owner", "n"]), VALUES, max_size=3)
LISTED: Any = st.dictionaries(
    st.sampled_from(["repository_id", "owner", "n"]), VALUES | st.lists(VALUES, max_size=2)
)


def same(one: object, other: object) -> bool:
    """Equal, types included."""
    return type(one) is type(other) and one == other


@pytest.mark.invariant(16)
@given(claims=CLAIMS.filter(lambda one: "" not in one.values()), token=LISTED, pinned=CLAIMS)
def test_whoever_has_all_claims_is_refused_and_whoever_lacks_one_is_not(
    claims: dict[str, Any], token: dict[str, Any], pinned: dict[str, Any]
) -> None:
    """And IAM denies a grant only if everybody whom it matches has them."""
    granted = to("pinned", None, **pinned)
    at = world(granted)
    asked(at, caller={"issuer": ISSUER} | ({"claims": claims} if claims else {}), **BLOCK)
    who = holder(**token)
    has_all = all(
        any(same(value, one) for one in (token[name] if isinstance(token.get(name), list) else [token.get(name)]))
        for name, value in claims.items()
    )  # fmt: skip
    assert is_blocked(who, at) is has_all
    denied = Place("grant", grant_part("pinned")) in denials(at).before
    if denied and granted.grantee.is_caller(who.identity):
        assert has_all
    assert denied is all(
        name in pinned and same(pinned[name], value) for name, value in claims.items()
    )


def test_iam_denies_the_grants_that_only_holders_can_use() -> None:
    at = world(APPS, MAINS, OWNERS, OTHERS, ALICES)
    asked(at, caller=APP, **ENDED)
    assert denials(at).before.keys() == {
        Place("grant", grant_part("apps")),
        Place("grant", grant_part("mains")),
    }
    assert f"*:*-*-*{grant_part('apps')}*-*" in at.policy
    assert grant_part("owners") not in at.policy


def several(session: str, claims: Mapping[str, object] | None, *grants: str) -> Vend:
    return replace(vend(session, grants[0], claims), grants=grants)


@pytest.mark.parametrize("grants", [("owners", "apps"), ("apps", "owners")])
def test_a_session_of_several_grants_is_denied_with_the_one_that_only_holders_have(
    grants: tuple[str, ...],
) -> None:
    at = world(APPS, OWNERS, vends=(several("theirs", {"repository_id": "1"}, *grants),))
    asked(at, caller=APP, **ENDED)
    assert {place.part for place in denials(at).before} == {"grant"}


def test_every_grant_of_a_session_that_nobody_can_judge_is_named() -> None:
    at = world(OWNERS, OTHERS, vends=(several("whose", None, "owners", "elsewhere"),))
    answer = asked(at, caller=APP, **ENDED)
    named = {one.get("grantId") for one in answer["notCovered"]}
    assert {"owners", "elsewhere"} <= named


def test_iam_denies_the_sessions_that_the_trail_shows_for_holders_under_other_grants() -> None:
    shown = (
        vend("theirs", "owners", {"repository_id": "1"}),
        vend("covered", "apps", {"repository_id": "1"}),
        vend("anothers", "owners", {"repository_id": "2"}),
        vend("number", "owners", {"repository_id": 1}),
        vend("over", "owners", {"repository_id": "1"}, ends=-HOUR),
    )
    at = world(APPS, OWNERS, vends=shown)
    answer = asked(at, caller=APP, **ENDED)
    sessions = {place.begins for place in denials(at).before if place.part == "session"}
    assert sessions == {"theirs"}
    assert json.dumps(Place("session", "theirs").pattern) in at.policy
    ((recent, until),) = [one.items() for one in answer["notCovered"]]
    assert recent[0] == "vendedAfter"
    assert until[0] == "until"
    assert not [one for one in at.kept.values() if one.place]


@pytest.mark.invariant(19)
def test_what_the_trail_cannot_tell_is_not_covered_until_it_ends() -> None:
    shown = (
        vend("before", "owners", None),
        vend("later", "owners", {}, ends=HOUR / 2),
        vend("known", "alices", {"repository_id": "2"}),
    )
    at = world(OWNERS, ALICES, vends=shown)
    answer = asked(at, caller=APP, **ENDED)
    assert {"grantId": "owners", "until": "2026-11-23T13:00:00Z"} in answer["notCovered"]
    assert "alices" not in json.dumps(answer["notCovered"])
    assert not denials(at).before


def test_more_sessions_than_fit_are_not_covered_and_nothing_else_is_denied_for_them() -> None:
    shown = tuple(
        vend(f"{n:016}", "owners", {"repository_id": "1"}, ends=timedelta(minutes=10 + n % 50))
        for n in range(MOST_SESSIONS + 7)
    )
    at = world(OWNERS, vends=shown)
    answer = asked(at, caller=APP, **ENDED)
    assert answer["merged"] is False
    assert len(denials(at).before) == MOST_SESSIONS
    assert sum("sessionId" in one for one in answer["notCovered"]) == 7


@pytest.mark.invariant(16)
@pytest.mark.parametrize("kind", [BLOCK, ENDED])
def test_however_many_sessions_holders_had_nobody_s_new_session_is_denied(
    kind: dict[str, str],
) -> None:
    """Whoever is revoked can make many sessions, and denials that do not fit are merged."""
    at = world(OWNERS, OTHERS)
    for n in range(20):
        who = {"issuer": ISSUER, "claims": {"repository_id": str(n)}}
        hashes = (short_hash(f"{n} {m}", 16) for m in range(MOST_SESSIONS))
        at.vends = [vend(one, "owners", {"repository_id": str(n)}) for one in hashes]
        answer = asked(at, caller=who, **kind)
    assert answer["merged"] is True
    found = denials(at)
    assert found.before
    assert None not in found.before.values()
    later = at.time + timedelta(seconds=at.effects.cache_seconds + NEW_SESSIONS_AFTER)
    revoked = Revoked.of(holder("bob"), ALICES, found, later)
    assert revoked.has(at.vends[-1].session_id, NOW)
    assert not revoked.has(at.vends[-1].session_id, later)


def test_where_the_logs_cannot_be_searched_the_block_holds_and_the_rest_is_named() -> None:
    at = world(APPS, OWNERS)

    def too_long(issuer: str) -> list[Vend]:
        raise TooLarge("too long")

    request = parse(RevocationRequest, json.dumps({"caller": APP, **BLOCK}))
    answer: Any = revoke(ADMINISTRATOR, request, record(), replace(at.effects, vends_of=too_long))
    assert answer["denialWritten"] is True
    assert [one["issuer"] for one in answer["notCovered"]] == [ISSUER]
    assert is_blocked(holder(repository_id="1"), at)
    at.vends = [vend("theirs", "owners", {"repository_id": "1"})]
    for broken in ("vends_of", "lift"):
        at.broken = broken
        answer = asked(at, caller=APP, **BLOCK)
        assert answer["denialWritten"] is True
        assert ISSUER in [one.get("issuer") for one in answer["notCovered"]]


def test_what_was_found_before_the_logs_became_too_long_is_ended() -> None:
    """Who is revoked can make the logs long."""
    at = world(OWNERS)

    def too_long(issuer: str) -> Iterator[Vend]:
        yield vend("theirs", "owners", {"repository_id": "1"})
        raise TooLarge("too long")

    request = parse(RevocationRequest, json.dumps({"caller": APP, **BLOCK}))
    noted = record()
    answer: Any = revoke(ADMINISTRATOR, request, noted, replace(at.effects, vends_of=too_long))
    assert Place("session", "theirs") in denials(at).before
    assert answer["notCovered"][0]["issuer"] == ISSUER
    assert noted.members["reason"] == "TooLarge"


@pytest.mark.parametrize("error", [InternalError("damaged"), Unavailable("Broken")])
def test_where_grants_cannot_be_read_the_block_holds_and_the_rest_is_named(
    error: Exception,
) -> None:
    at = world(APPS)

    def damaged(issuer: str) -> Granted:
        raise error

    request = parse(RevocationRequest, json.dumps({"caller": APP, **BLOCK}))
    answer: Any = revoke(ADMINISTRATOR, request, record(), replace(at.effects, granted=damaged))
    assert answer["denialWritten"] is True
    assert [one["issuer"] for one in answer["notCovered"]] == [ISSUER]
    assert is_blocked(holder(repository_id="1"), at)


def test_where_every_grant_of_the_issuer_is_denied_nothing_remains() -> None:
    at = world(APPS, MAINS)
    assert asked(at, caller=APP, **ENDED)["notCovered"] == []


def test_ended_sessions_of_holders_do_not_sign_and_new_ones_hold_after_seconds() -> None:
    at = world(OWNERS)
    asked(at, caller=APP, **ENDED)
    who = holder(repository_id="1")
    with pytest.raises(JustRevoked):
        Revoked.of(who, OWNERS, denials(at), NOW)
    later = NOW + timedelta(seconds=NEW_SESSIONS_AFTER)
    assert Revoked.of(who, OWNERS, denials(at), later).has("any", NOW)
    assert not Revoked.of(holder(repository_id="2"), OWNERS, denials(at), NOW).has("any", NOW)


def test_what_was_found_is_denied_while_it_can_live_and_not_for_whom_the_grant_is_next() -> None:
    at = world(APPS)
    asked(at, caller=APP, **BLOCK)
    later = NOW + timedelta(seconds=at.effects.cache_seconds + NEW_SESSIONS_AFTER)
    revoked = Revoked.of(holder(repository_id="2"), APPS, denials(at), later)
    assert not revoked.has("new", later)
    at.time = NOW + timedelta(seconds=LONGEST + 120)
    reconcile(at.ledger)
    assert not denials(at).before
    assert is_blocked(holder(repository_id="1"), at)


@pytest.mark.invariant(16)
@pytest.mark.parametrize("seconds", [0, 4])
def test_a_block_ends_what_holders_got_until_every_function_refused_them(seconds: int) -> None:
    """Under a grant that the denial covers, nobody looks for single sessions."""
    at = world(APPS)
    at.owner, at.until = "another run", NOW + timedelta(seconds=seconds - 0.1)
    asked(at, caller=APP, **BLOCK)
    last = at.time + timedelta(seconds=at.effects.cache_seconds)
    before = denials(at).before[Place("grant", grant_part("apps"))]
    assert before is not None
    assert before > last
    (kept,) = at.kept.values()
    assert Revocation.decode(kept.id, kept.encode()) == kept


def test_ended_sessions_are_those_from_before_the_request() -> None:
    at = world(APPS)
    at.owner, at.until = "another run", NOW + timedelta(seconds=4)
    asked(at, caller=APP, **ENDED)
    (before,) = denials(at).before.values()
    assert before == NOW + timedelta(seconds=AHEAD)


@pytest.mark.parametrize("broken", ["save_holders", "put_policy"])
def test_a_block_that_is_not_in_force_yet_says_that_later_vends_may_live(broken: str) -> None:
    at = world(APPS)
    at.broken = broken
    answer = asked(at, caller=APP, **BLOCK)
    assert answer["denialWritten"] is False
    assert [one["vendedAfter"] for one in answer["notCovered"]] == [iso(NOW)]


def test_a_lifted_block_lets_new_vends_through_and_keeps_older_sessions_dead() -> None:
    at = world(OWNERS)
    answer = asked(at, caller=APP, **BLOCK)
    at.time += timedelta(days=1)
    lift(ADMINISTRATOR, answer["revocation"]["id"], record(), at.effects)
    who = holder(repository_id="1")
    assert not is_blocked(who, at)
    with pytest.raises(JustRevoked):
        Revoked.of(who, OWNERS, denials(at), at.time)
    at.time += timedelta(seconds=NEW_SESSIONS_AFTER)
    revoked = Revoked.of(who, OWNERS, denials(at), at.time)
    assert revoked.has("any", at.time - timedelta(minutes=1))
    at.time += timedelta(seconds=LONGEST + 120)
    reconcile(at.ledger)
    assert denials(at).holders == {}


def test_a_claim_that_no_token_is_read_for_is_refused_since_it_would_stop_nobody() -> None:
    at = world(APPS)
    with pytest.raises(InvalidRequest) as refused:
        asked(at, caller={"issuer": ISSUER, "claims": {"repository": "octo/app"}}, **BLOCK)
    assert [fault.pointer for fault in refused.value.faults] == ["/caller/claims/repository"]
    assert not at.kept


def test_blocks_of_holders_never_outgrow_the_item_that_every_decision_reads() -> None:
    """Beyond DynamoDB's limit the reconciler could write no denial at all, of anybody."""
    claims = {f"c{n}": "\u00e9" * 256 for n in range(50)}
    at = world(entry=None)

    def fill() -> None:
        for n in range(100):
            asked(at, caller={"issuer": ISSUER, "claims": claims | {"c0": str(n)}}, **BLOCK)

    with pytest.raises(TooLarge, match="Lift blocks"):
        fill()
    assert 1 < len(at.kept) == len(denials(at).holders) < 100
    assert len(str(at.holders)) < 400_000
    assert asked(at, caller={"iam": str(caller().identity.canonical)}, **BLOCK)["denialWritten"]


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("value", "granted", "told"),
    [
        (1, "1", True),
        ("1", 1, True),
        (True, "true", True),
        ("1", "1", False),
        (1, "2", False),
        (2, 2, False),
    ],
)
def test_a_value_that_grants_have_with_another_type_is_told(
    value: object, granted: object, *, told: bool
) -> None:
    at = world(to("apps", repository_id=granted))
    who = {"issuer": ISSUER, "claims": {"repository_id": value}}
    detail = asked(at, caller=who, **BLOCK)["detail"]
    assert (f"grants have {json.dumps(granted)}" in detail) is told


def test_a_type_that_one_grant_has_too_is_not_doubted() -> None:
    at = world(to("text", n="1"), to("number", n=1))
    who = {"issuer": ISSUER, "claims": {"n": 1}}
    assert "grants have" not in asked(at, caller=who, **BLOCK)["detail"]


def test_an_issuer_that_was_removed_can_still_be_revoked() -> None:
    at = world(entry=None)
    assert asked(at, caller=APP, **ENDED)["denialWritten"] is True


@pytest.mark.invariant(16)
def test_a_blocked_subject_names_the_grants_that_its_other_subjects_can_use() -> None:
    at = world(APPS, ALICES, OTHERS)
    alice = {"issuer": ISSUER, "subject": "alice"}
    answer = asked(at, caller=alice, **BLOCK)
    assert answer["grantsByClaims"] == [
        {"grantId": "apps", **BLOCK},
        {"grantId": "others", **BLOCK},
    ]
    for body in answer["grantsByClaims"]:
        assert asked(at, **body)["denialWritten"] is True
    assert not is_blocked(holder("bob", repository_id="1"), at)


def test_a_subject_of_an_issuer_whose_subjects_are_its_callers_names_none() -> None:
    at = world(APPS, entry=replace(ENTRY, caller_claims=()))
    assert "grantsByClaims" not in asked(at, caller={"issuer": ISSUER, "subject": "a"}, **BLOCK)
    at.broken = "granted"
    assert "grantsByClaims" not in asked(at, caller={"issuer": ISSUER, "subject": "b"}, **BLOCK)


def test_a_revocation_of_holders_is_shown_and_kept_as_it_was_asked() -> None:
    at = world(APPS, vends=(vend("theirs", "owners", {"repository_id": "1"}),))
    answer = asked(at, caller=APP, **BLOCK)
    assert answer["revocation"]["caller"] == APP
    (kept,) = at.kept.values()
    assert Revocation.decode(kept.id, kept.encode()) == kept
    assert kept.found == (Place("grant", grant_part("apps")), Place("session", "theirs"))


@pytest.mark.parametrize(
    "changed",
    [{"holders": None}, {"place": ["caller", "x"]}, {"found": [["part", "x"]]}, {"holders": "x"}],
)
def test_a_damaged_revocation_of_holders_is_not_read(changed: dict[str, object]) -> None:
    at = world(APPS)
    asked(at, caller=APP, **BLOCK)
    (kept,) = at.kept.values()
    with pytest.raises(InternalError):
        Revocation.decode(kept.id, json.dumps(json.loads(kept.encode()) | changed))


def test_while_a_revocation_is_damaged_no_denial_of_holders_ends() -> None:
    at = world(APPS)
    asked(at, caller=APP, **BLOCK)
    at.damaged = tuple(at.kept)
    reconcile(at.ledger)
    assert is_blocked(holder(repository_id="1"), at)


TIMES: Any = st.none() | st.just(NOW) | st.just(NOW + HOUR)
DENIED: Any = st.dictionaries(
    st.builds(
        Holders,
        st.sampled_from([ISSUER, "https://other.example.com"]),
        st.sampled_from([(), (("a", "1"),), (("a", '"1"'), ("b", "true"))]),
    ),
    TIMES,
)


@given(denied=DENIED)
def test_denials_of_holders_are_read_as_they_were_written(
    denied: dict[Holders, datetime | None],
) -> None:
    assert denials_holders.decode(denials_holders.encode(denied)) == denied


@pytest.mark.parametrize("text", ["{}", "[[1]]", '[["i",[["a"]],null]]', "x", '[["i",[],"never"]]'])
def test_damaged_denials_of_holders_are_refused(text: str) -> None:
    with pytest.raises(InternalError):
        denials_holders.decode(text)
