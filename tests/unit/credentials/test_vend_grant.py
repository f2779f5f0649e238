"""A grant by its id: its whole scope for its grantees, and one answer for everybody else."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.evaluator import allows
from tests.support.effects import lending
from tests.support.make import ACCOUNT, NOW, Sts, grant, knowing, location, record
from tests.support.tokens import ISSUER
from vending.audit.record import Record
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.credentials.vend import VendedCredentials
from vending.credentials.vend_grant import vend_grant
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import Denials, Place
from vending.denials.names import caller_part, grant_part
from vending.errors import AccessDenied, DurationNotAllowed, PresignOnly, VendingError
from vending.grants.grant import Grant
from vending.grants.grantee import WebGrantee

ALICE = Caller("sts", WebIdentity(ISSUER, "alice", {"tenant": "acme"}, "0" * 32), "192.0.2.7")
MINE = WebGrantee(ISSUER, "alice")
BOBS = WebGrantee(ISSUER, "bob")


DENIED = Denials.of([(Place("grant", "abcdefgh"), None)])


def granted(line: str = "s3://bkt/a/* READ", **members: Any) -> Grant:
    return grant(line, **{"grantee": MINE} | members)


def vend(
    sts: Sts,
    *grants: Grant,
    id_: str = "a-grant",
    seconds: int | None = None,
    load: LoadGrants | None = None,
    notes: Record | None = None,
) -> VendedCredentials:
    catalogue = {one.id: one for one in grants}
    return vend_grant(
        ALICE,
        id_,
        seconds,
        notes or record(),
        catalogue.get,
        lending(load or knowing(*grants), sts.assume_role),
    )


@pytest.mark.parametrize(
    ("line", "opened", "closed"),
    [
        ("s3://bkt/a/* READ", "a/b/c", "b/c"),
        ("s3://bkt/* READ", "b", None),
        ("s3://bkt/one.csv READ", "one.csv", "one.csv2"),
        ("s3://bkt/${claim.tenant}/* READ", "acme/x", "acme2/x"),
        ("s3://bkt/*/* READ", "*/x", "y/x"),
        ("s3://bkt/stars* READ", None, "stars2"),
    ],
)
def test_the_whole_scope_is_lent_and_no_more(
    line: str, opened: str | None, closed: str | None
) -> None:
    if opened is None:  # not a scope: a key that ends in a star is written as {bucket, key}
        with pytest.raises(ValueError, match="prefix"):
            granted(line)
        return
    lent = vend(Sts(), granted(line))

    policy = json.loads(lent.narrowed.session.policy)
    context = {"aws:ResourceAccount": ACCOUNT}
    assert allows(policy, "s3:GetObject", f"arn:aws:s3:::bkt/{opened}", context)
    assert not closed or not allows(policy, "s3:GetObject", f"arn:aws:s3:::bkt/{closed}", context)
    assert not allows(policy, "s3:PutObject", f"arn:aws:s3:::bkt/{opened}", context)


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("sentence", "grants", "id_"),
    [
        ("there is none", [], "a-grant"),
        ("another's", [granted(grantee=BOBS)], "a-grant"),
        ("of somebody in AWS", [grant("s3://bkt/a/* READ")], "a-grant"),
        ("ended", [granted(expires=NOW)], "a-grant"),
        ("of a claim that the token lacks", [granted("s3://bkt/${claim.team}/* READ")], "a-grant"),
        ("another of mine is there", [granted(id="mine")], "a-grant"),
        ("in another spelling", [granted()], "A-GRANT"),
    ],
)
def test_a_grant_that_is_not_the_callers_looks_like_one_that_is_not_there(
    sentence: str, grants: list[Grant], id_: str
) -> None:
    sts = Sts()
    with pytest.raises(AccessDenied) as refused:
        vend(sts, *grants, id_=id_)
    assert (refused.value.detail, refused.value.reason) == (
        "You have no grant with this id.",
        "NoGrant",
    )
    assert refused.value.faults == ()
    assert sts.asked == []


def test_a_wider_or_closer_grant_of_the_callers_never_answers_for_this_one() -> None:
    mine = granted(id="asked", max_duration=1800)
    closer, wider = (
        granted("s3://bkt/a/* READWRITE", id="a"),
        granted("s3://bkt/* READWRITE", id="b"),
    )
    notes = record()
    lent = vend(Sts(), closer, mine, wider, id_="asked", notes=notes)
    assert notes.members["grant"] == "asked"
    assert lent.narrowed.session.grants == ("asked",)
    assert lent.narrowed.session.duration == 1800
    assert "s3:PutObject" not in lent.narrowed.session.policy


def test_what_a_decision_reads_decides_and_not_the_catalogue() -> None:
    """The two are read one after the other; the grant may change in between."""
    now_bobs = knowing(granted(grantee=BOBS))
    gone = knowing()
    narrower = knowing(granted("s3://bkt/a/b/* READ"))
    for load in (now_bobs, gone, narrower):
        sts = Sts()
        with pytest.raises(AccessDenied):
            vend(sts, granted(), load=load)
        assert sts.asked == []


def test_everything_else_that_a_decision_knows_stays() -> None:
    kept: list[Known] = []

    def load(keys: Sequence[str], buckets: Sequence[str]) -> Known:
        here = location("bkt", account="9" * 12)
        kept.append(Known((granted(), granted(id="other")), (here,), DENIED))
        return kept[0]

    lent = vend(Sts(), granted(), load=load)
    assert replace(kept[0], grants=()) == Known((), (lent.narrowed.decisions[0].location,), DENIED)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (Place("caller", caller_part(ALICE.identity)), "Blocked"),
        (Place("grant", grant_part("a-grant")), "NoGrant"),
    ],
)
def test_a_block_of_the_caller_or_of_the_grant_holds_here_too(place: Place, reason: str) -> None:
    def load(keys: Sequence[str], buckets: Sequence[str]) -> Known:
        return Known((granted(),), (location(),), Denials({place: None}))

    sts = Sts()
    with pytest.raises(AccessDenied) as refused:
        vend(sts, granted(), load=load)
    assert refused.value.reason == reason
    assert sts.asked == []


@pytest.mark.parametrize(
    ("members", "seconds", "held"),
    [
        ({}, None, 3600),
        ({}, 900, 900),
        ({}, 3600, 3600),
        ({}, 3601, None),
        ({}, 899, None),
        ({"max_duration": 1800}, None, 1800),
        ({"max_duration": 1800}, 1800, 1800),
        ({"max_duration": 1800}, 3600, None),
    ],
)
def test_the_most_is_lent_where_nothing_is_asked_and_more_is_refused_with_the_limit(
    members: dict[str, Any], seconds: int | None, held: int | None
) -> None:
    sts = Sts()
    if held is None:
        with pytest.raises(DurationNotAllowed, match=r"1800|3600|at least 900"):
            vend(sts, granted(**members), seconds=seconds)
        assert sts.asked == []
        return
    vend(sts, granted(**members), seconds=seconds)
    assert [session.duration for session, _ in sts.asked] == [held]


def test_a_duration_that_no_grant_allows_is_refused_before_any_grant_is_read() -> None:
    def nobody(*_: object) -> Any:
        raise AssertionError("read")

    with pytest.raises(DurationNotAllowed):
        vend_grant(
            ALICE,
            "a-grant",
            1,
            record(),
            nobody,
            lending(nobody, nobody, new_id=nobody),
        )


@pytest.mark.parametrize(
    ("members", "refused"),
    [
        ({"line": "s3://bkt/a/* WRITE", "max_object_size": 10}, PresignOnly),
        ({"line": "s3://bkt/a/* READWRITE", "content_types": ("image/*",)}, PresignOnly),
        ({"max_duration": 60}, PresignOnly),
    ],
)
def test_what_credentials_cannot_keep_is_for_urls_here_too(
    members: dict[str, Any], refused: type[VendingError]
) -> None:
    sts = Sts()
    with pytest.raises(refused):
        vend(sts, granted(**members))
    assert sts.asked == []


def test_credentials_end_with_the_grant() -> None:
    ends = NOW + timedelta(seconds=1000)
    assert vend(Sts(), granted(expires=ends)).expiration == ends
