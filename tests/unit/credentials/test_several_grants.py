"""One session of up to three grants: what it may do, how it is named, and what is refused."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.evaluator import allows
from tests.narrowing import several
from tests.narrowing.several import BUCKETS, CONTEXTS, KEYS, READS, WRITES, Target, documents
from tests.support.effects import effects, lending
from tests.support.make import (
    ACCOUNT,
    NOW,
    Counts,
    Sts,
    caller,
    grant,
    knowing,
    location,
    rates,
    record,
)
from vending.audit.record import Record
from vending.bodies.parse import parse
from vending.callers.grantee_keys import MOST_KEYS
from vending.callers.identity import WebIdentity
from vending.credentials.explain import explain
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import VendedCredentials, vend_credentials
from vending.decision.effects import Known, LoadGrants
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.names import caller_part, grant_part
from vending.errors import (
    AccessDenied,
    DurationNotAllowed,
    InvalidRequest,
    JustRevoked,
    PolicyTooLarge,
    PresignOnly,
    SeveralGrants,
    TooManyRequests,
    VendingError,
)
from vending.grants.grant import Grant
from vending.grants.grantee import IamGrantee
from vending.grants.location import Location
from vending.grants.rate_limit import RateLimit

BLOCKS = range(int(os.environ.get("S3VEND_PROOF_BLOCKS", "1")))
IN = grant("s3://bkt/in/* READ", id="in")
OUT = grant("s3://two/out/* WRITE", id="out")
LOG = grant("s3://bkt/log/* WRITE", id="log")
READ_HERE_WRITE_THERE = (
    {"target": "s3://bkt/in/*", "permission": "READ"},
    {"target": "s3://two/out/*", "permission": "WRITE"},
)
AND_LOG = (*READ_HERE_WRITE_THERE, {"target": "s3://bkt/log/x", "permission": "WRITE"})


def here(*grants: Grant, **others: Any) -> LoadGrants:
    return knowing(*grants, buckets=("bkt", "two", "three"), **others)


def vend(
    grants: LoadGrants,
    targets: Sequence[object],
    *,
    sts: Sts | None = None,
    notes: Record | None = None,
    counts: Counts | None = None,
    **members: object,
) -> VendedCredentials:
    body = {"targets": targets} | members
    return vend_credentials(
        caller(),
        parse(CredentialsRequest, json.dumps(body)),
        notes or record(),
        lending(grants, (sts or Sts()).assume_role, counted=rates(counts)),
    )


def policy(vended: VendedCredentials) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(vended.narrowed.session.policy)
    return read


def test_one_session_reads_here_and_writes_there() -> None:
    vended = vend(here(IN, OUT), READ_HERE_WRITE_THERE)
    lent, context = policy(vended), {"aws:ResourceAccount": ACCOUNT}
    for action, resource, may in [
        ("s3:GetObject", "arn:aws:s3:::bkt/in/a", True),
        ("s3:PutObject", "arn:aws:s3:::two/out/a", True),
        ("s3:PutObject", "arn:aws:s3:::bkt/in/a", False),
        ("s3:GetObject", "arn:aws:s3:::two/out/a", False),
        ("s3:GetObject", "arn:aws:s3:::two/in/a", False),
        ("s3:GetBucketLocation", "arn:aws:s3:::bkt", True),
        ("s3:GetBucketLocation", "arn:aws:s3:::two", True),
    ]:
        assert allows(lent, action, resource, context) is may, (action, resource)
    assert vended.narrowed.session.grants == ("in", "out")


def test_the_answer_says_what_and_in_which_buckets() -> None:
    told = vend(here(IN, OUT), READ_HERE_WRITE_THERE).narrowed.as_answered()
    assert told == {
        "matchedGrantTargets": list(READ_HERE_WRITE_THERE),
        "region": "ap-northeast-1",
        "buckets": [
            {"bucket": "bkt", "region": "ap-northeast-1"},
            {"bucket": "two", "region": "ap-northeast-1"},
        ],
    }


def test_one_permission_for_all_targets_is_answered_as_ever() -> None:
    told = vend(here(IN, OUT, LOG), ["s3://bkt/log/x", "s3://two/out/*"], permission="WRITE")
    assert told.narrowed.as_answered()["matchedGrantTargets"] == [
        "s3://bkt/log/x",
        "s3://two/out/*",
    ]
    assert told.narrowed.as_answered()["permission"] == "WRITE"


def test_buckets_in_two_regions_have_no_region_in_common() -> None:
    def load(_: object, buckets: Sequence[str]) -> Known:
        places = (location("bkt"), Location(location("two").scope, "eu-west-1"))
        return Known((IN, OUT), places, NOTHING_DENIED)

    told = vend(load, READ_HERE_WRITE_THERE).narrowed.as_answered()
    assert "region" not in told
    assert told["buckets"] == [
        {"bucket": "bkt", "region": "ap-northeast-1"},
        {"bucket": "two", "region": "eu-west-1"},
    ]


@pytest.mark.parametrize(("count", "readable"), [(1, 20), (2, 15), (3, 6)])
def test_a_long_name_of_the_caller_is_cut_so_that_all_grants_have_room(
    count: int, readable: int
) -> None:
    long = f"arn:aws:iam::{ACCOUNT}:user/{'n' * 64}"
    grants = [replace(one, grantee=IamGrantee(ACCOUNT)) for one in (IN, OUT, LOG)]
    sts, body = Sts(), json.dumps({"targets": AND_LOG[:count]})
    request = parse(CredentialsRequest, body)
    vend_credentials(caller(long), request, record(), lending(here(*grants), sts.assume_role))
    name = sts.asked[0][0].name("s" * 16)
    assert name.startswith("n" * readable + "-")
    assert len(name) <= 64


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_session_s_name_has_each_grant_and_at_most_64_characters(count: int) -> None:
    sts = Sts()
    vended = vend(here(IN, OUT, LOG), AND_LOG[:count], sts=sts)
    name = sts.asked[0][0].name("s" * 16)
    readable, who, grants, session = name.split("-")
    assert len(name) <= 64
    assert "AssumeS3User".startswith(readable)
    assert (who, session) == (caller_part(caller().identity), "s" * 16)
    assert grants.split(".") == [grant_part(one) for one in vended.narrowed.session.grants]


def test_a_readwrite_target_may_come_from_two_grants() -> None:
    reads, writes = grant("s3://bkt/* READ", id="reads"), grant("s3://bkt/a/* WRITE", id="writes")
    vended = vend(here(reads, writes), ["s3://bkt/a/x"], permission="READWRITE")
    assert {*vended.narrowed.session.grants} == {"reads", "writes"}
    both = grant("s3://bkt/* READWRITE", id="both")
    alone = vend(here(reads, writes, both), ["s3://bkt/a/x"], permission="READWRITE")
    assert alone.narrowed.session.grants == ("both",)


def test_one_grant_that_covers_everything_answers_alone() -> None:
    wide = grant("s3://bkt/* READ", id="wide")
    others = [grant(f"s3://bkt/{name}/* READ", id=name) for name in "ab"]
    vended = vend(here(*others, wide), ["s3://bkt/a/x", "s3://bkt/b/x"], permission="READ")
    assert vended.narrowed.session.grants == ("wide",)


def test_the_default_privilege_is_each_grant_s_whole_scope() -> None:
    vended = vend(
        here(IN, OUT),
        [
            {"target": "s3://bkt/in/x", "permission": "READ"},
            {"target": "s3://two/out/y", "permission": "WRITE"},
        ],
        privilege="Default",
    )
    assert vended.narrowed.as_answered()["matchedGrantTargets"] == [*READ_HERE_WRITE_THERE]
    assert allows(
        policy(vended), "s3:GetObject", "arn:aws:s3:::bkt/in/z", {"aws:ResourceAccount": ACCOUNT}
    )


def test_the_answer_ends_with_the_first_grant_that_ends() -> None:
    ends = [NOW + timedelta(minutes=minutes) for minutes in (40, 20, 30)]
    grants = [replace(one, expires=end) for one, end in zip((IN, OUT, LOG), ends, strict=True)]
    assert vend(here(*grants), AND_LOG).expiration == min(ends)


def test_each_grant_keeps_its_own_conditions_and_end() -> None:
    ends = NOW + timedelta(minutes=20)
    bound = grant("s3://bkt/in/* READ", id="in", source_ip=("192.0.2.0/24",), expires=ends)
    vended = vend(here(bound, OUT), READ_HERE_WRITE_THERE)
    assert vended.expiration == ends
    by_action = {str(one["Action"]): one["Condition"] for one in policy(vended)["Statement"]}
    assert "IpAddress" in by_action["s3:GetObject"]
    writing = next(one for action, one in by_action.items() if "PutObject" in action)
    assert writing.keys() == {"StringEquals"}


def test_the_session_lasts_as_long_as_the_shortest_grant_allows() -> None:
    short = grant("s3://two/out/* WRITE", id="out", max_duration=1200)
    sts = Sts()
    vend(here(IN, short), READ_HERE_WRITE_THERE, sts=sts)
    assert sts.asked[0][0].duration == 1200
    with pytest.raises(DurationNotAllowed, match=r"'out'.*1200"):
        vend(here(IN, short), READ_HERE_WRITE_THERE, durationSeconds=1201)


def test_a_target_that_two_chosen_grants_cover_goes_to_the_closer_one() -> None:
    wide = grant("s3://bkt/* READ", id="wide", source_ip=("192.0.2.0/24",))
    close = grant("s3://bkt/a/* READWRITE", id="close")
    targets = [
        {"target": "s3://bkt/b/x", "permission": "READ"},
        {"target": "s3://bkt/a/x", "permission": "WRITE"},
        {"target": "s3://bkt/a/y", "permission": "READ"},
    ]
    lent = policy(vend(here(wide, close), targets))
    bound = {
        one["Resource"]: "IpAddress" in one["Condition"]
        for one in lent["Statement"]
        if one["Action"] == "s3:GetObject"
    }
    assert bound == {"arn:aws:s3:::bkt/b/x": True, "arn:aws:s3:::bkt/a/y": False}


def test_equal_statements_of_two_grants_are_one() -> None:
    grants = here(IN, grant("s3://bkt/other/* READ", id="other"))
    targets = ["s3://bkt/in/x", "s3://bkt/other/x"]
    statements = policy(vend(grants, targets, permission="READ"))["Statement"]
    assert [one["Resource"] for one in statements] == [
        ["arn:aws:s3:::bkt/in/x", "arn:aws:s3:::bkt/other/x"],
        "arn:aws:s3:::bkt",
    ]


LIMITED = grant("s3://two/out/* WRITE", id="out", rate_limit=RateLimit(requests=2))


def test_a_session_counts_once_for_the_caller_and_once_under_each_grant() -> None:
    counts = Counts()
    vend(here(IN, LIMITED, LOG), AND_LOG, counts=counts)
    ((_, _, counters),) = counts.asked
    assert [(one.grant, one.added) for one in counters] == [("out", 1)]
    vend(here(IN, LIMITED, LOG), AND_LOG, counts=counts)
    with pytest.raises(TooManyRequests, match="'out'"):
        vend(here(IN, LIMITED, LOG), AND_LOG, counts=counts)


REFUSED: list[tuple[str, list[Grant], Sequence[object], type[VendingError], str]] = [
    ("a target that no grant covers", [IN], READ_HERE_WRITE_THERE, AccessDenied, "WRITE on s3://two/out/"),
    ("a fourth grant", [IN, OUT, LOG, grant("s3://bkt/a/* READ", id="fourth")], [*AND_LOG, {"target": "s3://bkt/a/x", "permission": "READ"}], SeveralGrants, "fourth, in, log, out"),
    ("a fourth bucket", [IN], [{"target": f"s3://bkt{n}/x", "permission": "READ"} for n in range(4)], SeveralGrants, "4 buckets"),
    ("a grant too short for credentials", [IN, grant("s3://two/out/* WRITE", id="out", max_duration=300)], READ_HERE_WRITE_THERE, PresignOnly, "'out'"),
    ("a grant that limits uploads", [IN, grant("s3://two/out/* WRITE", id="out", max_object_size=9)], READ_HERE_WRITE_THERE, PresignOnly, "'out'"),
    ("a policy that is too long", [IN, OUT], [{"target": f"s3://bkt/in/{'x' * 600}", "permission": "READ"}, {"target": f"s3://two/out/{'y' * 900}/*", "permission": "WRITE"}, {"target": f"s3://bkt/in/{'z' * 600}", "permission": "READ"}], PolicyTooLarge, f"first 2 of 3 targets would fit, up to s3://two/out/{'y' * 900}"),
    ("a target without a permission", [IN], ["s3://bkt/in/x"], InvalidRequest, "1 fault"),
]  # fmt: skip


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    ("sentence", "grants", "targets", "refused", "words"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_a_refusal_names_the_cause_and_calls_nobody(
    sentence: str,
    grants: list[Grant],
    targets: Sequence[object],
    refused: type[VendingError],
    words: str,
) -> None:
    sts = Sts()
    with pytest.raises(refused) as error:
        vend(here(*grants), targets, sts=sts)
    assert words in error.value.detail
    assert error.value.faults or refused is PresignOnly
    assert sts.asked == []


@pytest.mark.parametrize(
    ("members", "pointer", "words"),
    [
        ({"targets": [{"target": "s3://bkt/x"}]}, "/targets/0/permission", "is required"),
        ({"targets": [{"permission": "READ"}]}, "/targets/0/target", "is required"),
        ({"targets": [{"target": "x", "permission": "READ"}]}, "/targets/0/target", "s3://"),
        ({"targets": [{"target": "s3://b-1/x", "permission": "LIST"}]}, "/targets/0/permission", "READ"),
        ({"targets": [{"target": "s3://b-1/x", "permission": "READ", "a": 1}]}, "/targets/0/a", "unknown"),
        ({"targets": ["s3://b-1/x", "x"], "permission": "READ"}, "/targets/1", "s3://"),
        ({"targets": ["s3://b-1/x"]}, "/permission", "unless each of the targets has its own"),
        ({"target": "s3://b-1/x"}, "/permission", "is required"),
        ({"permission": "READ"}, "", "either"),
    ],
)  # fmt: skip
def test_a_fault_of_a_target_is_named(members: dict[str, object], pointer: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(CredentialsRequest, json.dumps(members))
    faults = {fault.pointer: fault.detail for fault in refused.value.faults}
    assert words in faults[pointer]


def test_a_target_without_a_permission_of_its_own_has_the_request_s() -> None:
    vended = vend(here(IN, LOG), ["s3://bkt/in/x", AND_LOG[2]], permission="READ")
    assert vended.narrowed.session.grants == ("in", "log")


def test_buckets_that_different_roles_lend_are_refused_and_named() -> None:
    other = location("two", role="arn:aws:iam::999999999999:role/Theirs", account="9" * 12)

    def load(_: object, buckets: Sequence[str]) -> Known:
        return Known((IN, OUT), (location("bkt"), other), NOTHING_DENIED)

    with pytest.raises(SeveralGrants, match="Different roles lend bkt and two") as refused:
        vend(load, READ_HERE_WRITE_THERE)
    assert [fault.pointer for fault in refused.value.faults] == ["/targets/1"]


@pytest.mark.parametrize(
    ("keys", "most"), [(1, 3), (31, 3), (32, 2), (48, 2), (49, 1), (MOST_KEYS, 1)]
)
def test_what_one_call_to_the_table_cannot_read_is_refused_before_it(keys: int, most: int) -> None:
    groups: Any = {"groups": [f"g{number}" for number in range(keys - 1)]}
    identity = WebIdentity("https://login.example.com", "a-subject", groups, "a-hash")
    assert len(identity.grantee_keys) == keys
    read: list[int] = []

    def load(grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        read.append(len(buckets) * (len(grantee_keys) + 1) + 2)
        return Known((), (), NOTHING_DENIED)

    for buckets in range(1, 5):
        targets = [f"s3://bkt{number}/x" for number in range(buckets)]
        body = parse(CredentialsRequest, json.dumps({"targets": targets, "permission": "READ"}))
        who = type(caller())("web-identity", identity, "192.0.2.7")
        with pytest.raises(AccessDenied if buckets <= most else SeveralGrants):
            vend_credentials(who, body, record(), lending(load, Sts().assume_role))
    assert len(read) == most
    assert max(read) <= 100


KEY = f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
OTHER_KEY = KEY.replace("0a1b", "ffff")


@pytest.mark.invariant(2)
@pytest.mark.parametrize("other", [None, OTHER_KEY])
def test_the_key_of_one_bucket_opens_no_object_of_another(other: str | None) -> None:
    def load(_: object, buckets: Sequence[str]) -> Known:
        return Known(
            (IN, OUT), (location(kms_key=other), location("two", kms_key=KEY)), NOTHING_DENIED
        )

    lent = policy(vend(load, READ_HERE_WRITE_THERE))
    for encrypted, may in [
        ("arn:aws:s3:::two/out/a", True),
        ("arn:aws:s3:::two", True),  # where the bucket has a key of its own
        ("arn:aws:s3:::bkt/in/a", False),
        ("arn:aws:s3:::bkt", False),
        ("arn:aws:s3:::twofold/out/a", False),
    ]:
        context = {
            "kms:ViaService": "s3.ap-northeast-1.amazonaws.com",
            "kms:EncryptionContext:aws:s3:arn": encrypted,
        }
        assert allows(lent, "kms:Decrypt", KEY, context) is may, encrypted


def test_where_all_buckets_have_the_same_key_it_needs_no_more_characters() -> None:
    def load(_: object, buckets: Sequence[str]) -> Known:
        places = (location(kms_key=KEY), location("two", kms_key=KEY))
        return Known((IN, OUT), places, NOTHING_DENIED)

    keys = [
        one["Condition"]
        for one in policy(vend(load, READ_HERE_WRITE_THERE))["Statement"]
        if one["Resource"] == KEY
    ]
    assert keys == [{"StringEquals": {"kms:ViaService": "s3.ap-northeast-1.amazonaws.com"}}] * 2


@pytest.mark.parametrize("denied", ["in", "out"])
def test_a_block_of_a_grant_takes_it_out_and_a_revocation_holds_the_session(denied: str) -> None:
    place = Place("grant", grant_part(denied))
    with pytest.raises(AccessDenied):
        vend(here(IN, OUT, denials=Denials.of([(place, None)])), READ_HERE_WRITE_THERE)
    with pytest.raises(JustRevoked):
        vend(here(IN, OUT, denials=Denials.of([(place, NOW)])), READ_HERE_WRITE_THERE)


@pytest.mark.parametrize("denied", ["in", "out"])
def test_a_grant_that_is_blocked_while_sts_answers_ends_the_session_before_it_is_lent(
    denied: str,
) -> None:
    blocked = Denials.of([(Place("grant", grant_part(denied)), None)])
    request = parse(CredentialsRequest, json.dumps({"targets": READ_HERE_WRITE_THERE}))
    effects_ = lending(here(IN, OUT), Sts().assume_role, load_denials=lambda: blocked)
    with pytest.raises(AccessDenied):
        vend_credentials(caller(), request, record(), effects_)


def test_the_record_has_every_grant() -> None:
    notes = record()
    vend(here(IN, OUT), READ_HERE_WRITE_THERE, notes=notes)
    assert notes.members["grants"] == ["in", "out"]
    assert "grant" not in notes.members
    assert notes.members["permission"] == "READ WRITE"


def test_an_explanation_names_every_grant_and_the_limits_of_all() -> None:
    body = parse(CredentialsRequest, json.dumps({"targets": READ_HERE_WRITE_THERE}))
    short = grant("s3://two/out/* WRITE", id="out", max_duration=1200)
    told: Any = explain(caller(), body, record(), effects(here(IN, short)))
    assert told["decision"] == "granted"
    assert "'in'" in told["reason"]
    assert "'out'" in told["reason"]
    assert told["limits"]["maxDurationSeconds"] == 1200


def check(grants: list[Grant], wanted: list[Target]) -> int:
    """How many questions the session of this document was asked; 0: it was refused."""
    needed = several.fewest(grants, wanted)
    targets = [{"target": one.text, "permission": one.permission} for one in wanted]
    try:
        vended = vend(here(*grants), targets)
    except AccessDenied:
        assert needed is None
        return 0
    except SeveralGrants:
        assert needed is not None
        assert needed > 3
        return 0
    except PolicyTooLarge:
        assert needed is not None
        return 0
    names, lent, asked = vended.narrowed.session.grants, policy(vended), 0
    assert len(names) == needed
    chosen = [one for one in grants if one.id in names]
    for bucket in BUCKETS:
        for key in KEYS:
            for action in sorted(READS | WRITES):
                for context in CONTEXTS:
                    allowed = allows(lent, action, f"arn:aws:s3:::{bucket}/{key}", context)
                    expected = several.may(chosen, wanted, action, bucket, key, context)
                    assert allowed is expected, (grants, wanted, action, bucket, key, context)
                    asked += 1
    return asked


@pytest.mark.invariant(2)
@pytest.mark.parametrize("block", BLOCKS, ids="block-{}".format)
def test_a_session_allows_what_one_of_its_grants_allows_and_nothing_else(block: int) -> None:
    vends = 0

    @seed(block)
    @settings(
        max_examples=700,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(documents(), several.requests)
    def prove(grants: list[Grant], wanted: list[Target]) -> None:
        nonlocal vends
        vends += bool(check(grants, wanted))

    prove()
    assert vends > 50
