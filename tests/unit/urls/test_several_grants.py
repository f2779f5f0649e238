"""A batch of URLs under several grants: each is signed by the session of its own grant."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.evaluator import allows
from tests.narrowing.several import BUCKETS, HERE, KEYS, documents
from tests.support.effects import presign_effects
from tests.support.make import (
    ACCOUNT,
    NOW,
    Counts,
    Sts,
    caller,
    credentials,
    grant,
    knowing,
    location,
    record,
)
from tools.reference.record import schema
from vending.aws.api.responses import encode
from vending.callers.grantee_keys import MOST_KEYS
from vending.callers.identity import WebIdentity
from vending.decision.decide import MOST_SESSIONS
from vending.decision.effects import Known, LoadDenials, LoadGrants, Rates
from vending.denials.denials import NOTHING_DENIED, Denials, Place
from vending.denials.names import caller_part, grant_part
from vending.errors import (
    AccessDenied,
    Blocked,
    DurationNotAllowed,
    InvalidRequest,
    JustRevoked,
    PolicyTooLarge,
    RoleRefused,
    TooLarge,
    TooManyRequests,
    Unavailable,
    VendingError,
)
from vending.grants.grant import Grant
from vending.grants.rate_limit import RateLimit
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions
from vending.urls.compact import parse_urls
from vending.urls.vend import vend_presigned

IN = grant("s3://bkt/in/* READ", id="in")
OUT = grant("s3://two/out/* WRITE", id="out")
LOG = grant("s3://bkt/log/* READWRITE", id="log")
READ_HERE = {"method": "GET", "target": "s3://bkt/in/a"}
WRITE_THERE = {"method": "PUT", "target": "s3://two/out/b"}
LOGGED = {"method": "GET", "target": "s3://bkt/log/c"}
READ_HERE_TOO = {"method": "HEAD", "target": "s3://bkt/in/d"}


def here(*grants: Grant, **others: Any) -> LoadGrants:
    return knowing(*grants, buckets=("bkt", "two", "three"), **others)


class World:
    """Some grants, STS, the counters, and the sessions that are kept between requests."""

    def __init__(
        self,
        load: LoadGrants,
        load_denials: LoadDenials = lambda: NOTHING_DENIED,
        **stack: int,
    ) -> None:
        self.load, self.load_denials, self.stack = load, load_denials, RateLimit(**stack)
        self.sts, self.counts, self.notes = Sts(), Counts(), record()
        self.calls: list[Session] = []
        self.fails: dict[str, VendingError] = {}  # by grant
        self.lasts: dict[str, int] = {}  # seconds, by grant
        self.sessions = SigningSessions(
            self.assume_role, lambda: f"session{len(self.calls)}", lambda: NOW
        )

    def assume_role(self, session: Session, _: str) -> Credentials:
        (id_,) = session.grants
        self.calls.append(session)
        if id_ in self.fails:
            raise self.fails[id_]
        lent = credentials(self.lasts.get(id_, 3600))
        return replace(lent, access_key_id=f"ASIA{id_.upper()}", packed_policy_size=7)

    def vend(self, body: dict[str, Any], by: Any = None) -> dict[str, Any]:
        effects = presign_effects(
            self.load,
            self.sessions.lasting_until,
            counted=Rates(self.stack, self.counts.add, vends_uncounted=False),
            load_denials=self.load_denials,
        )
        self.notes = record()
        request = parse_urls(json.dumps({"expiresIn": 900} | body))
        vended = vend_presigned(by or caller(), request, self.notes, effects)
        answer: dict[str, Any] = json.loads(encode(vended.as_json()))
        return answer

    def urls(self, *requests: dict[str, Any]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = self.vend({"requests": requests})["urls"]
        return made

    def compact(self, *keys: str, **members: Any) -> dict[str, Any]:
        usual = {"format": "compact", "method": "GET", "prefix": "s3://bkt/", "keys": keys}
        return self.vend(usual | members)


def signer_of(url: str) -> str:
    """The grant whose session signed this URL."""
    [credential] = parse_qs(urlsplit(url).query)["X-Amz-Credential"]
    return credential.partition("/")[0].removeprefix("ASIA").lower()


def test_each_url_is_signed_by_the_session_of_its_grant_in_the_order_of_the_requests() -> None:
    world = World(here(IN, OUT, LOG))
    answer = world.vend({"requests": [READ_HERE, WRITE_THERE, LOGGED, READ_HERE_TOO]})
    urls = answer["urls"]
    assert [signer_of(one["url"]) for one in urls] == ["in", "out", "log", "in"]
    assert [one["method"] for one in urls] == ["GET", "PUT", "GET", "HEAD"]
    assert [urlsplit(one["url"]).path for one in urls] == ["/in/a", "/out/b", "/log/c", "/in/d"]
    assert urlsplit(urls[1]["url"]).hostname == "two.s3.ap-northeast-1.amazonaws.com"
    assert answer["sessionIds"] == ["session0", "session1", "session2"]
    assert [one["sessionId"] for one in urls] == ["session0", "session1", "session2", "session0"]
    assert "sessionId" not in answer
    assert [session.grants for session in world.calls] == [("in",), ("out",), ("log",)]


def test_one_grant_that_covers_everything_answers_alone_as_ever() -> None:
    world = World(here(IN, LOG, grant("s3://bkt/* READ", id="all")))
    answer = world.vend({"requests": [READ_HERE, LOGGED]})
    assert {signer_of(one["url"]) for one in answer["urls"]} == {"all"}
    assert answer["sessionId"] == "session0"
    assert answer.keys() == {"urls", "sessionId"}
    assert "sessions" not in world.notes.members
    assert world.notes.members["grant"] == "all"


def test_each_url_goes_to_its_closest_grant_though_fewer_would_do() -> None:
    wide = grant("s3://bkt/* READWRITE", id="wide")
    world = World(here(IN, wide, OUT))
    other = {"method": "GET", "target": "s3://bkt/other"}
    urls = world.urls(READ_HERE, other, WRITE_THERE)
    assert [signer_of(one["url"]) for one in urls] == ["in", "wide", "out"]


def test_a_session_that_is_kept_is_not_requested_again() -> None:
    world = World(here(IN, OUT, LOG))
    world.urls(READ_HERE, WRITE_THERE)
    world.urls(READ_HERE, LOGGED, WRITE_THERE)
    assert [session.grants for session in world.calls] == [("in",), ("out",), ("log",)]
    sessions: Any = world.notes.members["sessions"]
    assert [one["cached"] for one in sessions] == [True, False, True]
    assert world.notes.members["cached"] is False
    world.urls(READ_HERE, WRITE_THERE)
    assert (world.notes.members["cached"], world.notes.members["sessionCached"]) == (True, 1)


@pytest.mark.invariant(6)
def test_each_url_says_when_its_own_session_lets_it_expire() -> None:
    world = World(here(IN, OUT))
    world.lasts = {"in": 3600, "out": 300}
    first, second = world.urls(READ_HERE, WRITE_THERE)
    assert (first["expiresAt"], second["expiresAt"]) == (
        "2026-11-23T12:15:00Z",
        "2026-11-23T12:05:00Z",
    )
    assert parse_qs(urlsplit(second["url"]).query)["X-Amz-Expires"] == ["300"]
    assert world.notes.members["expiresAt"] == "2026-11-23T12:15:00Z"
    sessions: Any = world.notes.members["sessions"]
    assert [one["expiresAt"] for one in sessions] == [first["expiresAt"], second["expiresAt"]]


def test_buckets_that_different_roles_lend_are_one_batch() -> None:
    role = f"arn:aws:iam::{'9' * 12}:role/Theirs"
    places = (location("bkt"), location("two", role=role, external_id="x"))
    world = World(lambda _, __: Known((IN, OUT), places, NOTHING_DENIED))
    urls = world.urls(READ_HERE, WRITE_THERE)
    assert [signer_of(one["url"]) for one in urls] == ["in", "out"]
    assert [session.role_arn for session in world.calls][1] == role


def test_a_form_and_a_listing_are_signed_under_their_own_grants_too() -> None:
    world = World(here(IN, OUT, LOG))
    urls = world.urls(
        {"method": "POST", "target": "s3://two/out/*"},
        {"method": "LIST", "target": "s3://bkt/in/*"},
        {"method": "DELETE", "target": "s3://bkt/log/a"},
    )
    assert urls[0]["fields"]["x-amz-credential"].startswith("ASIAOUT/")
    assert signer_of(urls[1]["url"]) == "in"
    assert parse_qs(urlsplit(urls[1]["url"]).query)["prefix"] == ["in/"]
    assert signer_of(urls[2]["url"]) == "log"


def test_keys_of_the_compact_form_say_which_session_signed_each() -> None:
    world = World(here(IN, LOG))
    keys = ["in/a b", "log/x", "in/c"]
    answer = world.compact(*keys)
    assert answer.keys() == {"format", "base", "headers", "urls", "sessions"}
    made = [
        f"{answer['base']}{path}?{answer['sessions'][at]['query']}&X-Amz-Signature={signature}"
        for path, signature, at in answer["urls"]
    ]
    full = world.urls(*({"method": "GET", "target": f"s3://bkt/{key}"} for key in keys))
    assert made == [one["url"] for one in full]
    assert [one["sessionId"] for one in answer["sessions"]] == ["session0", "session1"]
    assert {one["expiresAt"] for one in answer["sessions"]} == {"2026-11-23T12:15:00Z"}


def test_keys_under_one_grant_are_answered_in_the_compact_form_as_ever() -> None:
    answer = World(here(IN, LOG)).compact("in/a", "in/b")
    assert answer.keys() == {"format", "base", "query", "headers", "urls", "expiresAt", "sessionId"}
    assert [len(one) for one in answer["urls"]] == [2, 2]


TYPED = grant("s3://two/out/* WRITE", id="out", max_object_size=10, content_types=("image/*",))
SHORT = grant("s3://two/out/* WRITE", id="out", max_duration=60)
LONG = grant(f"s3://two/out/{'?' * 600}/* WRITE", id="out")
ENDED = grant("s3://two/out/* WRITE", id="out", expires=NOW - timedelta(seconds=1))
REFUSED: list[tuple[str, Grant, dict[str, Any], type[VendingError], list[str]]] = [
    ("no grant", grant("s3://two/in/* WRITE", id="out"), WRITE_THERE, AccessDenied, ["/requests/1/target"]),
    ("a grant that has ended", ENDED, WRITE_THERE, AccessDenied, ["/requests/1/target"]),
    ("another permission", grant("s3://two/out/* READ", id="out"), WRITE_THERE, AccessDenied, ["/requests/1/target"]),
    ("limits of uploads", TYPED, WRITE_THERE, InvalidRequest, ["/requests/1/contentLength"]),
    ("a member that the grant forbids", OUT, WRITE_THERE | {"tags": {"a": "b"}}, InvalidRequest, ["/requests/1/tags"]),
    ("a shorter duration", SHORT, WRITE_THERE, DurationNotAllowed, ["/expiresIn"]),
    ("a policy that is too long", LONG, WRITE_THERE | {"target": f"s3://two/out/{'?' * 600}/b"}, PolicyTooLarge, []),
]  # fmt: skip


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    ("why", "out", "item", "refused", "pointers"), REFUSED, ids=[row[0] for row in REFUSED]
)
def test_what_one_grant_refuses_refuses_all_before_sts_is_called(
    why: str, out: Grant, item: dict[str, Any], refused: type[VendingError], pointers: list[str]
) -> None:
    world = World(here(IN, out), requests=9)
    with pytest.raises(refused) as error:
        world.urls(READ_HERE, item)
    assert [fault.pointer for fault in error.value.faults] == pointers
    assert (world.calls, world.counts.asked) == ([], [])


def test_the_limits_of_one_grant_are_not_those_of_another() -> None:
    world = World(here(TYPED, LOG))
    allowed = WRITE_THERE | {"contentType": "image/png", "contentLength": 10}
    plain = {"method": "PUT", "target": "s3://bkt/log/any"}
    assert [signer_of(one["url"]) for one in world.urls(plain, allowed)] == ["log", "out"]


@pytest.mark.invariant(12)
@pytest.mark.parametrize("error", [RoleRefused("AccessDenied"), Unavailable("Throttling")])
def test_when_sts_fails_for_the_second_session_nothing_is_vended(error: VendingError) -> None:
    world = World(here(IN, OUT))
    world.fails = {"out": error}
    with pytest.raises(type(error)):
        world.urls(READ_HERE, WRITE_THERE)
    sessions: Any = world.notes.members["sessions"]
    assert [one["sessionId"] for one in sessions] == ["session0", "session1"]
    assert not any("expiresAt" in one for one in sessions)
    assert "expiresAt" not in world.notes.members
    world.fails = {}
    assert world.urls(READ_HERE, WRITE_THERE)
    assert len(world.calls) == 3, "the first session is kept for the next request"


def test_a_session_that_has_ended_signs_nothing_for_anybody() -> None:
    world = World(here(IN, OUT))
    world.lasts = {"out": -1}
    with pytest.raises(Unavailable):
        world.urls(READ_HERE, WRITE_THERE)


@pytest.mark.invariant(9)
def test_a_kept_session_never_serves_another_grant_or_caller() -> None:
    twin = grant("s3://bkt/in/* READ", id="twin")  # the same policy
    world = World(here(IN, OUT))
    world.urls(READ_HERE, WRITE_THERE)
    world.load = here(twin, OUT)
    assert signer_of(world.urls(READ_HERE, WRITE_THERE)[0]["url"]) == "twin"
    other = caller(f"arn:aws:iam::{ACCOUNT}:user/AssumeS3User", unique_id="AIDA2EXAMPLEEXAMPLE2")
    before = len(world.calls)
    world.vend({"requests": [READ_HERE, WRITE_THERE]}, other)
    assert len(world.calls) == before + 2


def test_a_blocked_grant_is_as_if_it_did_not_exist_and_the_other_remains() -> None:
    blocked = Denials.of([(Place("grant", grant_part("out")), None)])
    world = World(here(IN, OUT, denials=blocked), lambda: blocked)
    with pytest.raises(AccessDenied) as refused:
        world.urls(READ_HERE, WRITE_THERE)
    assert [fault.pointer for fault in refused.value.faults] == ["/requests/1/target"]
    assert [signer_of(one["url"]) for one in world.urls(READ_HERE)] == ["in"]
    wider = World(here(IN, OUT, grant("s3://two/* WRITE", id="wide"), denials=blocked))
    assert [signer_of(one["url"]) for one in wider.urls(READ_HERE, WRITE_THERE)] == ["in", "wide"]


@pytest.mark.parametrize(
    ("place", "time", "refused"),
    [
        (Place("grant", grant_part("out")), NOW, JustRevoked),
        (Place("grant", grant_part("in")), NOW, JustRevoked),
        (Place("grant", grant_part("out")), None, AccessDenied),
        (Place("caller", caller_part(caller().identity)), None, Blocked),
        (Place("session", "session1"), None, JustRevoked),
        (Place("session", "session0"), None, JustRevoked),
    ],
)
def test_what_is_revoked_while_sts_is_asked_refuses_all(
    place: Place, time: datetime | None, refused: type[VendingError]
) -> None:
    world = World(here(IN, OUT), lambda: Denials.of([(place, time)]))
    with pytest.raises(refused):
        world.urls(READ_HERE, WRITE_THERE)
    assert len(world.calls) == 2
    other = World(here(IN, OUT), lambda: Denials.of([(Place("grant", grant_part("log")), None)]))
    assert other.urls(READ_HERE, WRITE_THERE)


def test_each_grant_is_charged_for_its_own_urls_and_the_caller_for_all() -> None:
    limit = RateLimit(requests=9, urls=9)
    world = World(here(replace(IN, rate_limit=limit), OUT, replace(LOG, rate_limit=limit)), urls=20)
    world.urls(READ_HERE, WRITE_THERE, LOGGED, READ_HERE_TOO)
    [(_, _, counters)] = world.counts.asked
    assert [(one.kind, one.grant, one.added) for one in counters] == [
        ("urls", None, 4),
        ("requests", "in", 1),
        ("urls", "in", 2),
        ("requests", "log", 1),
        ("urls", "log", 1),
    ]
    assert len({one.name for one in counters}) == 5


@pytest.mark.invariant(1)
def test_the_limit_of_one_grant_refuses_all_and_nothing_is_counted() -> None:
    limited = replace(OUT, rate_limit=RateLimit(urls=2))
    world = World(here(IN, limited), requests=9)
    world.urls(READ_HERE, WRITE_THERE, WRITE_THERE)
    before, calls = dict(world.counts.found), len(world.calls)
    with pytest.raises(TooManyRequests) as refused:
        world.urls(READ_HERE, WRITE_THERE)
    assert "under the grant 'out'" in refused.value.detail
    assert (world.counts.found, len(world.calls)) == (before, calls)
    assert world.urls(*[READ_HERE] * 5)
    with pytest.raises(InvalidRequest) as too_many:
        world.urls(READ_HERE, *[WRITE_THERE] * 3)
    assert "asks for 3 URLs; the limit is 2 URLs" in too_many.value.detail


TENS = [grant(f"s3://bkt/{n}/* READ", id=f"g{n}") for n in range(MOST_SESSIONS + 1)]


def gets(*targets: str) -> list[dict[str, Any]]:
    return [{"method": "GET", "target": target} for target in targets]


def test_as_many_grants_as_a_request_may_use_and_no_more() -> None:
    world = World(here(*TENS))
    most = [f"s3://bkt/{n}/x" for n in range(MOST_SESSIONS)]
    assert [signer_of(one["url"]) for one in world.urls(*gets(*most))] == [f"g{n}" for n in range(MOST_SESSIONS)]  # fmt: skip
    calls = len(world.calls)
    with pytest.raises(TooLarge) as refused:
        world.urls(*gets(*most, f"s3://bkt/{MOST_SESSIONS}/x", "s3://bkt/0/y"))
    assert [(fault.pointer, fault.detail) for fault in refused.value.faults] == [
        ("/requests/10/target", "needs the grant 'g10', number 11 of the request; the limit is 10")
    ]
    assert len(world.calls) == calls
    with pytest.raises(TooLarge) as refused:
        world.compact(*(f"{n}/x" for n in range(MOST_SESSIONS + 1)))
    assert [fault.pointer for fault in refused.value.faults] == ["/keys/10"]


@pytest.mark.parametrize(
    ("keys", "most"), [(1, 10), (8, 10), (9, 9), (48, 2), (49, 1), (MOST_KEYS, 1)]
)
def test_what_one_call_to_the_table_cannot_read_is_refused_before_it(keys: int, most: int) -> None:
    groups: Any = {"groups": [f"g{number}" for number in range(keys - 1)]}
    identity = WebIdentity("https://login.example.com", "a-subject", groups, "a-hash")
    assert len(identity.grantee_keys) == keys
    read: list[int] = []

    def load(grantee_keys: Sequence[str], buckets: Sequence[str]) -> Known:
        read.append(len(buckets) * (len(grantee_keys) + 1) + 2)
        return Known((), (), NOTHING_DENIED)

    for buckets in (most, most + 1):
        targets = [f"s3://bkt{number}/x" for number in range(buckets)]
        who = type(caller())("web-identity", identity, "192.0.2.7")
        with pytest.raises(AccessDenied if buckets <= most else TooLarge) as refused:
            World(load).vend({"requests": gets(*targets)}, who)
    assert len(read) == 1
    assert max(read) <= 100
    assert [fault.pointer for fault in refused.value.faults] == [f"/requests/{most}/target"]


def test_the_record_names_every_session_with_what_it_signed() -> None:
    world = World(here(IN, OUT))
    world.urls(READ_HERE, WRITE_THERE, READ_HERE_TOO)
    members = world.notes.members
    assert members["grants"] == ["in", "out"]
    assert (members["targetCount"], members["permission"]) == (3, "READ WRITE")
    assert members["targets"] == ["s3://bkt/in/a", "s3://two/out/b", "s3://bkt/in/d"]
    sessions: Any = members["sessions"]
    assert [(one["grant"], one["targets"], one["permission"]) for one in sessions] == [
        ("in", ["s3://bkt/in/a", "s3://bkt/in/d"], "READ"),
        ("out", ["s3://two/out/b"], "WRITE"),
    ]
    assert [one["sessionId"] for one in sessions] == ["session0", "session1"]
    assert [one["packedPolicySize"] for one in sessions] == [7, 7]
    assert {one["sourceIdentity"] for one in sessions} == {members["sourceIdentity"]}
    assert members["packedPolicySize"] == 7
    assert members.keys().isdisjoint({"sessionId", "roleSessionName", "grant", "roleArn"})
    properties = schema()["properties"]
    listed = properties["sessions"]["items"]["properties"]
    assert all(set(one) <= set(listed) for one in sessions)
    assert members.keys() <= properties.keys()


def test_the_record_lists_some_targets_of_every_session_and_stays_small() -> None:
    world = World(here(*TENS[:10]))
    world.urls(*gets(*(f"s3://bkt/{n % 10}/{n}" for n in range(100))))
    sessions: Any = world.notes.members["sessions"]
    assert [one["targetCount"] for one in sessions] == [10] * 10
    assert [len(one["targets"]) for one in sessions] == [2] * 10
    targets: Any = world.notes.members["targets"]
    assert len(targets) == 20


grants_and_keys = some.tuples(
    documents(),
    some.lists(
        some.tuples(
            some.sampled_from(["GET", "HEAD", "PUT", "DELETE"]),
            some.sampled_from(BUCKETS),
            some.sampled_from(KEYS),
        ),
        min_size=1,
        max_size=6,
    ),
)
ACTIONS = {"GET": "s3:GetObject", "HEAD": "s3:GetObject", "PUT": "s3:PutObject", "DELETE": "s3:DeleteObject"}  # fmt: skip


@pytest.mark.invariant(2)
@given(grants_and_keys)
def test_every_url_is_signed_by_a_session_that_allows_it_under_its_grant_alone(
    drawn: tuple[list[Grant], list[tuple[str, str, str]]],
) -> None:
    """Which grant that is, is found here by comparison with all of them."""
    grants, items = drawn
    world = World(here(*grants))
    wanted = [{"method": method, "target": f"s3://{b}/{key}"} for method, b, key in items]

    def covers(one: Grant, method: str, bucket: str, key: str) -> bool:
        needed = "READ" if method in ("GET", "HEAD") else "WRITE"
        scope = one.scope.unfilled
        return (
            one.permission in ("READWRITE", needed)
            and scope.bucket == bucket
            and key.startswith(scope.key)
        )

    of_each = [[one for one in grants if covers(one, *item)] for item in items]
    if not all(of_each):
        with pytest.raises(AccessDenied):
            world.urls(*wanted)
        assert not world.calls
        return
    ranked = sorted(grants, key=lambda one: (-len(one.scope.unfilled.key), one.id))
    alone = next((one for one in ranked if all(one in found for found in of_each)), None)
    expected = [alone or next(one for one in ranked if one in found) for found in of_each]
    urls = world.urls(*wanted)
    assert [signer_of(one["url"]) for one in urls] == [one.id for one in expected]
    assert len(world.calls) == len({one.id for one in expected})
    context = {"aws:ResourceAccount": ACCOUNT, "aws:SourceIp": HERE}
    context |= {"aws:CurrentTime": "2026-11-23T12:00:00Z"}
    policies = {session.grants[0]: json.loads(session.policy) for session in world.calls}
    for (method, bucket, key), by, url in zip(items, expected, urls, strict=True):
        parts = urlsplit(url["url"])
        assert (parts.netloc.split(".")[0], unquote(parts.path)) == (bucket, f"/{key}")
        assert allows(policies[by.id], ACTIONS[method], f"arn:aws:s3:::{bucket}/{key}", context)
        for other in BUCKETS:
            for name in KEYS:
                if not covers(by, method, other, name):
                    arn = f"arn:aws:s3:::{other}/{name}"
                    assert not allows(policies[by.id], ACTIONS[method], arn, context)
