"""Revoking and lifting: what is written, what is in force, and what the answer says."""

import json
from copy import replace
from datetime import datetime, timedelta
from typing import NoReturn

import pytest

from tests.support.make import NOW, ROLE_ARN, USER_ARN, caller, grant, location, record
from tests.support.revoking import World
from vending.bodies.parse import parse
from vending.callers.identity import WebIdentity
from vending.denials.denials import EVERYBODY, Denials, Place
from vending.denials.names import caller_part, grant_part
from vending.denials.revoked import (
    NEW_SESSIONS_AFTER,
    NONE_REVOKED,
    Revoked,
    check_not_blocked,
    not_blocked,
)
from vending.errors import (
    AccessDenied,
    InternalError,
    InvalidRequest,
    JustRevoked,
    NotFound,
    PreconditionFailed,
    Unavailable,
    VendingError,
)
from vending.revocations.ledger import Covered
from vending.revocations.lift import lift
from vending.revocations.reconcile import LEASE, reconcile
from vending.revocations.request import RevocationRequest
from vending.revocations.revocation import Revocation, revocation_id
from vending.revocations.revoke import revoke
from vending.trail.vends import Vend

ADMINISTRATOR = caller("arn:aws:iam::123456789012:user/Administrator")
SESSION = "abcdefghijklmnop"
BLOCK = {"kind": "block", "reason": "a laptop was stolen"}
ENDED = {"kind": "sessions", "reason": "a key leaked"}


def asked(world: World, **members: object) -> dict[str, object]:
    request = parse(RevocationRequest, json.dumps(members))
    return revoke(ADMINISTRATOR, request, record(), world.effects)


def denials(world: World) -> Denials:
    return Denials.decode(world.block or "[]")


def vend(vend_id: str, role_arn: str = ROLE_ARN) -> Vend:
    hour = NOW + timedelta(hours=1)
    return Vend(
        vend_id, SESSION, role_arn, "a-name", {"caller": USER_ARN}, ("a",), NOW, hour, hour, {}
    )


@pytest.mark.parametrize(
    ("whose", "place"),
    [
        ({"caller": {"iam": USER_ARN}}, Place("caller", caller_part(caller().identity))),
        (
            {"caller": {"iam": "arn:aws:iam::123456789012:role/with/a/path/Reader"}},
            Place("caller", caller_part(caller("arn:aws:iam::123456789012:role/Reader").identity)),
        ),
        (
            {"caller": {"issuer": "https://login.example.com", "subject": "alice"}},
            Place(
                "caller",
                caller_part(WebIdentity("https://login.example.com", "alice", {}, "a-hash")),
            ),
        ),
        ({"grantId": "reports-readers"}, Place("grant", grant_part("reports-readers"))),
        ({"sessionId": SESSION}, Place("session", SESSION)),
        ({"all": True}, EVERYBODY),
    ],
)
def test_what_is_revoked_is_found_in_the_role_session_name(
    whose: dict[str, object], place: Place
) -> None:
    world = World()
    answer = asked(world, **whose, **ENDED)
    assert list(denials(world).before) == [place]
    assert json.dumps(place.pattern) in world.policy
    assert answer["denialWritten"] is True


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({**ENDED}, ""),
        ({"all": True, "grantId": "a", **ENDED}, ""),
        ({"all": False, **ENDED}, "/all"),
        ({"sessionId": SESSION, **BLOCK}, ""),
        ({"vendId": SESSION, **BLOCK}, ""),
        ({"sessionId": "*", **ENDED}, "/sessionId"),
        ({"caller": {"iam": "123456789012"}, **ENDED}, "/caller/iam"),
        ({"caller": {"iam": "arn:aws:iam::123456789012:root"}, **ENDED}, "/caller/iam"),
        ({"caller": {"subject": "a"}, **ENDED}, "/caller"),
        ({"caller": {"claims": {"a": 1}}, **ENDED}, "/caller"),
        ({"caller": {"iam": USER_ARN, "claims": {"a": 1}}, **ENDED}, "/caller"),
        (
            {
                "caller": {"issuer": "https://a.example.com", "subject": "a", "claims": {"a": 1}},
                **ENDED,
            },
            "/caller",
        ),
        ({"caller": {"issuer": "https://a.example.com", "claims": {}}, **ENDED}, "/caller/claims"),
        (
            {"caller": {"issuer": "https://a.example.com", "claims": {"a": ["x"]}}, **ENDED},
            "/caller/claims",
        ),
        (
            {"caller": {"issuer": "https://a.example.com", "claims": {"a": 1.5}}, **ENDED},
            "/caller/claims",
        ),
        (
            {
                "caller": {"issuer": "https://a.example.com", "claims": {"a": "*"}, "all": True},
                **ENDED,
            },
            "/caller/all",
        ),
        ({"caller": {}, **ENDED}, "/caller"),
        ({"caller": {"iam": USER_ARN, "subject": "a"}, **ENDED}, "/caller"),
        ({"caller": {"iam": USER_ARN, "uniqueId": "AIDA"}, **ENDED}, "/caller/uniqueId"),
        ({"all": True, "kind": "sessions"}, "/reason"),
        ({"all": True, "reason": "x"}, "/kind"),
        ({"all": True, "kind": "pause", "reason": "x"}, "/kind"),
        ({"all": True, "kind": "block", "reason": ""}, "/reason"),
        ({"all": True, "kind": "block", "reason": "a\nb"}, "/reason"),
    ],
)
def test_a_request_that_is_not_clear_is_refused(members: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(RevocationRequest, json.dumps(members))
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_the_arn_of_a_session_is_answered_with_its_role() -> None:
    session = "arn:aws:sts::123456789012:assumed-role/Reader/i-0123456789"
    with pytest.raises(InvalidRequest) as refused:
        parse(RevocationRequest, json.dumps({"caller": {"iam": session}, **ENDED}))
    (fault,) = refused.value.faults
    assert fault.detail.endswith("write its role, arn:aws:iam::123456789012:role/Reader")


def test_a_block_stops_new_vends_and_ends_what_is_out_until_it_is_lifted() -> None:
    world = World()
    answer = asked(world, caller={"iam": USER_ARN}, **BLOCK)
    revocation = answer["revocation"]
    assert isinstance(revocation, dict)
    assert revocation["state"] == "active"
    assert "until" not in revocation
    with pytest.raises(AccessDenied):
        check_not_blocked(caller(), denials(world))
    assert "TokenIssueTime" not in world.policy
    world.time += timedelta(days=30)
    reconcile(world.ledger)
    with pytest.raises(AccessDenied):
        check_not_blocked(caller(), denials(world))

    lifted = lift(ADMINISTRATOR, str(revocation["id"]), record(), world.effects)
    check_not_blocked(caller(), denials(world))
    assert isinstance(lifted["revocation"], dict)
    assert lifted["revocation"]["state"] == "lifted"
    assert lifted["revocation"]["liftedBy"] == {"arn": ADMINISTRATOR.identity.canonical}
    assert "TokenIssueTime" in world.policy, "earlier sessions stay revoked"


def test_lifting_again_changes_nothing() -> None:
    world = World()
    asked(world, all=True, **BLOCK)
    (id_,) = world.kept
    first = lift(ADMINISTRATOR, id_, record(), world.effects)
    world.time += timedelta(minutes=1)
    second = lift(ADMINISTRATOR, id_, record(), world.effects)
    assert first["revocation"] == second["revocation"]


def test_of_two_who_lift_at_once_one_is_told() -> None:
    world = World()
    asked(world, all=True, **BLOCK)
    (id_,) = world.kept
    effects = replace(world.effects, read=lambda _: replace(world.kept[id_], reason="as it was"))
    with pytest.raises(PreconditionFailed):
        lift(ADMINISTRATOR, id_, record(), effects)


def test_revoked_sessions_stay_dead_and_cannot_be_lifted() -> None:
    world = World()
    asked(world, all=True, **ENDED)
    (id_,) = world.kept
    with pytest.raises(InvalidRequest):
        lift(ADMINISTRATOR, id_, record(), world.effects)
    with pytest.raises(NotFound):
        lift(ADMINISTRATOR, "another", record(), world.effects)


def test_what_is_over_is_swept_and_stays_listed() -> None:
    world = World()
    asked(world, grantId="a-grant", **ENDED)
    (one,) = world.kept.values()
    assert one.until
    world.time = one.until - timedelta(seconds=1)
    reconcile(world.ledger)
    assert denials(world).before
    world.time = one.until
    written = reconcile(world.ledger)
    assert written
    assert written.active == 0
    assert not denials(world).before
    assert "nobody" in world.policy
    assert one.state(world.time) == "ended"


def test_new_vends_go_on_once_a_session_of_theirs_would_live() -> None:
    world, mine = World(), grant("s3://bkt/* READ")
    asked(world, caller={"iam": USER_ARN}, **ENDED)
    (before,) = filter(None, denials(world).before.values())
    assert timedelta() < before - world.time <= timedelta(seconds=2)
    with pytest.raises(JustRevoked) as later:
        Revoked.of(caller(), mine, denials(world), world.time)
    assert later.value.retry_after == NEW_SESSIONS_AFTER
    ahead = timedelta(milliseconds=999)  # an issue time may be rounded up
    with pytest.raises(JustRevoked):
        Revoked.of(caller(), mine, denials(world), before + ahead)
    sure = before + timedelta(seconds=1)
    revoked = Revoked.of(caller(), mine, denials(world), sure)
    assert revoked.has("any", before + ahead)
    assert not revoked.has("any", sure)
    other = caller("arn:aws:iam::123456789012:user/Other")
    assert not Revoked.of(other, mine, denials(world), world.time).has("any", NOW)


def test_one_session_ends_and_no_other() -> None:
    world, mine = World(), grant("s3://bkt/* READ")
    asked(world, sessionId=SESSION, **ENDED)
    revoked = Revoked.of(caller(), mine, denials(world), world.time)
    assert revoked.has(SESSION, world.time)
    assert not revoked.has(SESSION[::-1], world.time)
    assert not NONE_REVOKED.has(SESSION, world.time)


def test_a_blocked_grant_is_as_if_it_were_not_there() -> None:
    world = World()
    asked(world, grantId="blocked", **BLOCK)
    grants = [grant("s3://bkt/* READ", id="blocked"), grant("s3://bkt/* READ", id="other")]
    assert [one.id for one in not_blocked(grants, denials(world))] == ["other"]
    check_not_blocked(caller(), denials(world))


def test_a_revocation_that_could_not_be_written_for_certain_is_in_the_record() -> None:
    """The table may have it nevertheless, and then it comes into force."""
    world, notes = World(broken="add"), record()
    request = parse(RevocationRequest, json.dumps({"all": True, **BLOCK}))
    with pytest.raises(Unavailable):
        revoke(ADMINISTRATOR, request, notes, world.effects)
    assert isinstance(notes.members["revocation"], dict)
    assert notes.members["revocation"]["reason"] == BLOCK["reason"]

    world.broken = ""
    asked(world, all=True, **BLOCK)
    (id_,), world.broken, notes = world.kept, "lift", record()
    with pytest.raises(Unavailable):
        lift(ADMINISTRATOR, id_, notes, world.effects)
    assert isinstance(notes.members["revocation"], dict)
    assert notes.members["revocation"]["id"] == id_


def test_a_vend_ends_with_its_session_and_the_others_in_it_are_named() -> None:
    world = World(vends=[vend("aaaaaaaaaaaaaaaa"), vend("bbbbbbbbbbbbbbbb")])
    answer = asked(world, vendId="bbbbbbbbbbbbbbbb", **ENDED)
    assert answer["vends"] == ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"]
    assert list(denials(world).before) == [Place("session", SESSION)]
    (kept,) = world.kept.values()
    assert kept.whose == {"vendId": "bbbbbbbbbbbbbbbb", "sessionId": SESSION}


def test_a_vend_of_several_sessions_ends_with_all_of_them() -> None:
    ours, other, third = "aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"
    sessions = (SESSION, "ponmlkjihgfedcba", "a" * 16)
    world = World(
        vends=[
            vend(other),
            *(replace(vend(ours), session_id=one) for one in sessions[:2]),
            replace(vend(third), session_id=sessions[1]),
        ]
    )
    answer = asked(world, vendId=ours, **ENDED)
    assert answer["vends"] == [other, ours, third]
    (kept,) = world.kept.values()
    assert kept.whose == {"vendId": ours, "sessionIds": [*sessions[:2]]}
    again = Revocation.decode(kept.id, kept.encode())
    assert again == kept
    for one in (Denials.decode(world.block), Denials.of(again.denied(NOW))):
        revoked = Revoked.of(caller(), grant("s3://bkt/* READ"), one, NOW + timedelta(hours=1))
        issued = NOW - timedelta(seconds=1)
        assert [revoked.has(session, issued) for session in sessions] == [True, True, False]
    assert all(f'"*:*-*-*-{session}"' in world.policy for session in sessions[:2])


def test_a_vend_without_a_record_is_not_found_and_nothing_is_revoked() -> None:
    world = World()
    with pytest.raises(NotFound):
        asked(world, vendId="aaaaaaaaaaaaaaaa", **ENDED)
    assert not world.kept


def test_the_answer_names_the_roles_that_the_denial_does_not_reach() -> None:
    theirs = "arn:aws:iam::999999999999:role/Partner"
    world = World(locations=[location(), location("other", role=theirs)])
    answer = asked(world, all=True, **ENDED)
    assert answer["notCovered"] == [{"roleArn": theirs, "until": "2026-11-23T13:00:10Z"}]
    world.vends = [vend("aaaaaaaaaaaaaaaa")]
    assert asked(world, vendId="aaaaaaaaaaaaaaaa", **ENDED)["notCovered"] == []


@pytest.mark.parametrize("error", [Unavailable("Broken"), InternalError("", reason="DamagedItem")])
def test_what_is_not_covered_is_asked_last_and_holds_nothing_up(error: VendingError) -> None:
    def locations() -> NoReturn:
        raise error

    world, notes = World(), record()
    effects = replace(world.effects, locations=locations)
    request = parse(RevocationRequest, json.dumps({"all": True, **BLOCK}))
    answer = revoke(ADMINISTRATOR, request, notes, effects)
    assert answer["denialWritten"] is True
    assert "notCovered" not in answer, "the roles are not known"
    assert notes.members["reason"] == error.reason


@pytest.mark.invariant(12)
@pytest.mark.parametrize("broken", ["put_policy", "save_denials", "take", "release"])
def test_what_fails_on_the_way_is_written_down_and_told(broken: str) -> None:
    world = World(broken=broken)
    notes = record()
    request = parse(RevocationRequest, json.dumps({"all": True, **BLOCK}))
    answer = revoke(ADMINISTRATOR, request, notes, world.effects)
    assert answer["denialWritten"] is False
    assert notes.members["reason"] == "Broken"
    assert len(world.kept) == 1
    world.broken, world.time = "", world.time + 2 * LEASE
    assert reconcile(world.ledger)
    with pytest.raises(AccessDenied):
        check_not_blocked(caller(), denials(world))


def test_a_policy_deleted_by_hand_comes_back() -> None:
    world = World()
    asked(world, all=True, **BLOCK)
    policy, world.policy = world.policy, ""
    written = reconcile(world.ledger)
    assert world.policy == policy
    assert written
    assert written.repaired
    again = reconcile(world.ledger)
    assert again
    assert not again.repaired


def test_what_changed_is_written_to_the_role_whatever_iam_says_is_there() -> None:
    world = World()
    stale = replace(world.ledger, has_policy=lambda _: True)  # IAM may return an old policy
    request = parse(RevocationRequest, json.dumps({"all": True, **BLOCK}))
    answer = revoke(ADMINISTRATOR, request, record(), replace(world.effects, ledger=stale))
    assert answer["denialWritten"] is True
    assert '"aws:userid":["*"]' in world.policy


def test_a_run_that_finds_nothing_to_do_writes_nothing() -> None:
    world = World()
    reconcile(world.ledger)
    world.calls.clear()
    reconcile(world.ledger)
    assert not {"save_denials", "put_policy"} & set(world.calls)


def test_while_another_has_the_lease_one_waits_for_a_run_that_covers_it() -> None:
    world = World(owner="another", until=NOW + timedelta(seconds=1))
    assert asked(world, all=True, **BLOCK)["denialWritten"] is True
    assert "pause" in world.calls


def test_waiting_ends_when_another_has_covered_it() -> None:
    world = World(owner="another", until=NOW + LEASE)

    def pause(seconds: float) -> None:
        world.time += timedelta(seconds=seconds)
        world.covered = Covered([one.mark for one in world.kept.values()], merged=True)

    effects = replace(world.effects, ledger=replace(world.ledger, pause=pause))
    request = parse(RevocationRequest, json.dumps({"all": True, **BLOCK}))
    answer = revoke(ADMINISTRATOR, request, record(), effects)
    assert (answer["denialWritten"], answer["merged"]) == (True, True)
    assert world.policy == World().policy, "the other run wrote it"


def test_waiting_ends_with_patience() -> None:
    world = World(owner="another", until=NOW + LEASE)
    assert asked(world, all=True, **BLOCK)["denialWritten"] is False
    assert world.time - NOW < timedelta(seconds=11)
    assert "take" not in world.calls, (
        "if hundreds took the lease, DynamoDB would throttle its owner"
    )


def test_a_lifted_block_is_not_covered_by_the_run_before() -> None:
    world = World()
    asked(world, all=True, **BLOCK)
    (one,) = world.kept.values()
    assert one.mark in world.covered.marks
    assert one.lift(NOW, {}).mark not in world.covered.marks


def test_the_answer_says_when_more_is_denied_than_was_asked_for() -> None:
    world = World()
    assert asked(world, all=True, **ENDED)["merged"] is False
    for number in range(500):
        id_ = f"{number:016}"
        world.kept[id_] = replace(
            next(iter(world.kept.values())), id=id_, place=Place("session", f"{id_:a>16}")
        )
    answer = asked(world, sessionId=SESSION, **ENDED)
    assert answer["merged"] is True
    assert "denies more" in str(answer["detail"])


def test_a_damaged_revocation_goes_on_denying_and_stands_in_no_others_way() -> None:
    world = World()
    asked(world, grantId="damaged", **BLOCK)
    world.damaged = tuple(world.kept)
    assert asked(world, grantId="later", **BLOCK)["denialWritten"] is True
    for id_ in ("damaged", "later"):
        assert not not_blocked([grant("s3://bkt/* READ", id=id_)], denials(world))
        assert Place("grant", grant_part(id_)).pattern in world.policy
    written = reconcile(world.ledger)
    assert written
    assert written.damaged == world.damaged


def test_no_block_is_told_to_be_lifted_while_a_damaged_one_may_be_the_same() -> None:
    world = World()
    asked(world, grantId="other", **BLOCK)
    world.damaged = tuple(world.kept)
    asked(world, grantId="mine", **BLOCK)
    (id_,) = set(world.kept) - set(world.damaged)
    assert lift(ADMINISTRATOR, id_, record(), world.effects)["denialWritten"] is False
    assert not not_blocked([grant("s3://bkt/* READ", id="mine")], denials(world))
    world.damaged = ()
    assert lift(ADMINISTRATOR, id_, record(), world.effects)["denialWritten"] is True
    assert not_blocked([grant("s3://bkt/* READ", id="mine")], denials(world))


def test_the_table_keeps_revocations_as_they_are() -> None:
    world = World(time=NOW + timedelta(microseconds=123456))
    asked(world, all=True, **BLOCK)
    (one,) = world.kept.values()
    for kept in (one, one.lift(NOW + timedelta(days=1), {"arn": "b"})):
        assert Revocation.decode(kept.id, kept.encode()) == kept


@pytest.mark.parametrize(
    ("member", "value"), [("kind", "pause"), ("place", ["role", "a"]), ("place", ["caller", 1])]
)
def test_a_revocation_of_a_kind_or_place_that_is_none_of_ours_is_damaged(
    member: str, value: object
) -> None:
    world = World()
    asked(world, all=True, **BLOCK)
    (one,) = world.kept.values()
    document = json.dumps(json.loads(one.encode()) | {member: value})
    with pytest.raises(InternalError) as damaged:
        Revocation.decode(one.id, document)
    assert damaged.value.reason == "DamagedItem"


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(days=4000)])
def test_newer_ids_stand_before_older_ones(later: timedelta) -> None:
    def made(time: datetime) -> str:
        return revocation_id(time, b"12345")

    assert made(NOW + later) < made(NOW)
