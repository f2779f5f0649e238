"""What two execution environments hand out around a revocation, with clocks of their own.

All code is the real one: the reconciler, the decision, the caches, the signing sessions. The table,
IAM and STS are in memory, and time passes as the test says.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.effects import lending, presign_effects, upload_effects
from tests.support.make import NOW, USER_ARN, caller, grant, location, record
from tests.support.revoking import World
from tests.unit.denials.test_denials import by_iam
from vending.bodies.parse import parse
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import vend_credentials
from vending.decision.effects import Known
from vending.decision.reads import Reads
from vending.denials.denials import Denials
from vending.denials.revoked import KEPT_SECONDS, NEW_SESSIONS_AFTER
from vending.errors import AccessDenied, JustRevoked, Unavailable, VendingError
from vending.revocations.lift import lift
from vending.revocations.request import RevocationRequest
from vending.revocations.revoke import revoke
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions
from vending.uploads.request import UploadRequest
from vending.uploads.start import start_upload
from vending.urls.request import UrlsRequest
from vending.urls.vend import vend_urls

MINE = grant("s3://bkt/* READWRITE")
CALLER = caller()
URL = {"expiresIn": 900, "requests": [{"method": "GET", "target": "s3://bkt/a"}]}
CREDENTIALS = {"target": "s3://bkt/a", "permission": "READ"}
WHOSE: dict[str, dict[str, Any]] = {
    "caller": {"caller": {"iam": USER_ARN}},
    "grant": {"grantId": MINE.id},
    "all": {"all": True},
}


@dataclass
class Cloud:
    """The true time, and what everybody shares."""

    world: World = field(default_factory=World)
    passed: float = 0.0  # seconds since NOW
    number: int = 0
    issued: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # by session id

    @property
    def time(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def passes(self, seconds: float) -> None:
        self.passed += seconds
        self.world.time = self.time

    def asks(self, **members: object) -> float:
        """Revoke; when it was answered."""
        body = parse(RevocationRequest, json.dumps({"reason": "a test"} | members))
        answer = revoke(CALLER, body, record(), self.world.effects)
        assert answer["denialWritten"]
        return self.passed

    def denies(self, session_id: str) -> bool:
        """Whether IAM denies the session, once the policy has spread."""
        name, time = self.issued[session_id]
        return by_iam(self.world.policy, f"AROAEXAMPLE:{name}", time)


@dataclass
class Environment:
    """One execution environment: its clocks, its caches, and how slow its services are."""

    cloud: Cloud
    ahead: float = 0.0  # seconds by which its wall clock is wrong
    frozen: float = 0.0  # seconds for which its other clock stood still
    read_takes: float = 0.0
    sts_takes: float = 0.0

    def __post_init__(self) -> None:
        self.reads = Reads(self.read, self.read_denials, 10, self.clocks)
        self.sessions = SigningSessions(self.assume_role, self.new_id, self.now)

    def now(self) -> datetime:
        return self.cloud.time + timedelta(seconds=self.ahead)

    def clocks(self) -> tuple[float, float]:
        return self.cloud.passed - self.frozen, self.now().timestamp()

    def freezes(self, seconds: float) -> None:
        self.cloud.passes(seconds)
        self.frozen += seconds

    def read_denials(self) -> Denials:
        denials = Denials.decode(self.cloud.world.block)
        self.cloud.passes(self.read_takes)
        return denials

    def read(self, *_: object) -> Known:
        return Known((MINE,), (location(),), self.read_denials())

    def new_id(self) -> str:
        self.cloud.number += 1
        return f"{self.cloud.number:016}".translate(str.maketrans("0189", "abcd"))

    def assume_role(self, session: Session, session_id: str) -> Credentials:
        issued = self.cloud.time.replace(microsecond=0)
        self.cloud.passes(self.sts_takes)
        self.cloud.issued[session_id] = session.name(session_id), issued
        ends = issued + timedelta(seconds=session.duration)
        return Credentials("ASIAEXAMPLE", "a-secret", "a-token", ends)

    def url(self) -> str:
        """The session that signs a URL."""
        effects = presign_effects(
            self.reads.load_grants,
            self.sessions.lasting_until,
            now=self.now(),
            load_denials=self.reads.load_denials,
        )
        body = parse(UrlsRequest, json.dumps(URL))
        return vend_urls(CALLER, body, record(), effects).sessions[0].session_id

    def credentials(self) -> str:
        """The session of new credentials."""
        effects = lending(
            self.reads.load_grants,
            self.assume_role,
            now=self.now(),
            new_id=self.new_id,
            load_denials=self.reads.load_denials,
        )
        body = parse(CredentialsRequest, json.dumps(CREDENTIALS))
        return vend_credentials(CALLER, body, record(), effects).session_id


@pytest.mark.parametrize("whose", WHOSE)
def test_an_environment_that_has_not_heard_stops_within_a_second(whose: str) -> None:
    cloud = Cloud()
    first, second = Environment(cloud), Environment(cloud)
    cloud.passes(60)
    assert not cloud.denies(first.url())
    assert not cloud.denies(second.url())
    cloud.asks(kind="sessions", **WHOSE[whose])
    assert cloud.denies(second.url()), "at most a second long, it has not heard"
    cloud.passes(KEPT_SECONDS)
    for environment in (first, second):
        for ask in (environment.url, environment.credentials):
            with pytest.raises(JustRevoked) as error:
                ask()
            assert (error.value.status, error.value.code) == (503, "JustRevoked")
            assert 1 <= (error.value.retry_after or 0) <= NEW_SESSIONS_AFTER
    cloud.passes(NEW_SESSIONS_AFTER - KEPT_SECONDS)
    for environment in (first, second):
        for ask in (environment.url, environment.credentials):
            assert not cloud.denies(ask())


def test_who_waits_as_long_as_is_said_gets_a_url_that_works() -> None:
    cloud = Cloud()
    environment = Environment(cloud)
    cloud.passes(60.999)
    cloud.asks(kind="sessions", **WHOSE["caller"])
    with pytest.raises(JustRevoked) as error:
        environment.url()
    cloud.passes(error.value.retry_after or 0)
    assert not cloud.denies(environment.url())


def test_a_session_that_is_revoked_alone_is_replaced_at_once() -> None:
    cloud = Cloud()
    environment = Environment(cloud)
    before = environment.url()
    cloud.asks(kind="sessions", sessionId=before)
    cloud.passes(KEPT_SECONDS)
    after = environment.url()
    assert after != before
    assert cloud.denies(before)
    assert not cloud.denies(after)


def test_a_block_ends_with_a_wait_too_when_it_is_lifted() -> None:
    cloud = Cloud()
    environment = Environment(cloud)
    environment.url()
    cloud.asks(kind="block", **WHOSE["caller"])
    cloud.passes(KEPT_SECONDS)
    with pytest.raises(AccessDenied):
        environment.url()
    (id_,) = cloud.world.kept
    lift(CALLER, id_, record(), cloud.world.effects)
    cloud.passes(KEPT_SECONDS)
    with pytest.raises(JustRevoked):
        environment.url()
    cloud.passes(NEW_SESSIONS_AFTER)
    assert not cloud.denies(environment.url())


@pytest.mark.parametrize("ask", [Environment.url, Environment.credentials])
@pytest.mark.parametrize(("kind", "refusal"), [("sessions", JustRevoked), ("block", AccessDenied)])
def test_what_is_revoked_while_sts_answers_is_not_handed_out(
    ask: Any, kind: str, refusal: type[VendingError]
) -> None:
    cloud = Cloud()
    environment = Environment(cloud)
    assume_role = environment.assume_role

    def revoked_meanwhile(session: Session, session_id: str) -> Credentials:
        credentials = assume_role(session, session_id)
        cloud.asks(kind=kind, **WHOSE["caller"])
        cloud.passes(KEPT_SECONDS)
        return credentials

    environment.assume_role = environment.sessions.assume_role = revoked_meanwhile  # type: ignore[method-assign]
    with pytest.raises(refusal):
        ask(environment)


def test_an_upload_that_is_revoked_while_it_starts_is_ended() -> None:
    cloud, ended = Cloud(), list[str]()
    environment = Environment(cloud)
    signing = presign_effects(
        environment.reads.load_grants,
        environment.sessions.lasting_until,
        now=environment.now(),
        load_denials=environment.reads.load_denials,
    )

    def save(_: object) -> None:
        cloud.asks(kind="sessions", **WHOSE["caller"])
        cloud.passes(KEPT_SECONDS)

    effects = upload_effects(
        signing, lambda *_: "an-id", ended.append, save, lambda _: None, lambda: "a" * 16
    )
    body = {"target": "s3://bkt/in/a", "parts": 2, "expiresIn": 60}
    with pytest.raises(JustRevoked):
        start_upload(CALLER, parse(UploadRequest, json.dumps(body)), record(), effects)
    assert len(ended) == 1


def test_a_clock_that_is_ahead_hands_out_no_session_from_before() -> None:
    """It takes the wait for over; STS's own time says that it is not."""
    cloud = Cloud()
    environment = Environment(cloud, ahead=600)
    cloud.asks(kind="sessions", **WHOSE["caller"])
    for _ in range(NEW_SESSIONS_AFTER):
        with pytest.raises(JustRevoked):
            environment.url()
        cloud.passes(1)
    assert not cloud.denies(environment.url())


type Step = tuple[str, int, float]

steps = some.lists(
    some.tuples(
        some.sampled_from(["url", "credentials", "passes", "freezes", "sessions", "block", "lift"]),
        some.integers(0, 1),
        some.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 2.0, 3.0, 11.0, 900.0]),
    ),
    min_size=4,
    max_size=25,
)
skews = some.sampled_from([0.0, -1.5, 0.75, 3.0, 30.0, -30.0])
slowness = some.sampled_from([0.0, 0.0, 0.25, 0.75, 1.5])


@given(
    steps, some.tuples(skews, skews), some.tuples(slowness, slowness), some.sampled_from([*WHOSE])
)
def test_a_second_after_the_answer_nothing_is_handed_out_that_is_dead(
    schedule: list[Step],
    ahead: tuple[float, float],
    slow: tuple[float, float],
    whose: str,
) -> None:
    cloud = Cloud()
    environments = [Environment(cloud, skew, 0.0, *slow) for skew in ahead]
    answered = -1000.0
    for action, number, seconds in schedule:
        environment = environments[number]
        if action in ("url", "credentials"):
            try:
                session = getattr(environment, action)()
            except (JustRevoked, AccessDenied, Unavailable):
                continue
            if cloud.denies(session):
                assert cloud.passed < answered + KEPT_SECONDS
        elif action in ("sessions", "block"):
            answered = cloud.asks(kind=action, **WHOSE[whose])
        elif action == "lift":
            for kept in cloud.world.kept.values():
                if kept.kind == "block" and not kept.lifted:
                    lift(CALLER, kept.id, record(), cloud.world.effects)
                    answered = cloud.passed
                    break
        elif action == "freezes":
            environment.freezes(seconds)
        else:
            cloud.passes(seconds)
