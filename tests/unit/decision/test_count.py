"""Rate limits: what a request counts as, and which requests are refused."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.effects import effects, lending, presign_effects, upload_effects
from tests.support.make import (
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
from vending.bodies.parse import parse
from vending.callers.caller import Caller
from vending.callers.identity import WebIdentity
from vending.credentials.explain import explain, limits
from vending.credentials.request import CredentialsRequest
from vending.credentials.vend import vend_credentials
from vending.decision.count import Counted, count
from vending.decision.effects import Counter, Rates
from vending.errors import InvalidRequest, TooManyRequests, Unavailable, VendingError
from vending.grants.grant import Grant
from vending.grants.rate_limit import RateLimit
from vending.sessions.signing_sessions import SigningSessions
from vending.uploads.request import PartsRequest, UploadRequest
from vending.uploads.resume import end, resume, sign_parts
from vending.uploads.running import Running
from vending.uploads.start import UploadEffects, start_upload
from vending.uploads.upload import Upload
from vending.urls.compact import parse_urls
from vending.urls.signing import PresignEffects
from vending.urls.vend import vend_presigned

MIB = 1024**2


def limited(**limit: int) -> Grant:
    return grant("s3://bkt/* READWRITE", rate_limit=RateLimit(**limit))


class World:
    """Every way to vend, with counters in memory."""

    def __init__(self, granted: Grant, stack: Rates | None = None, **found: int) -> None:
        self.counts = Counts(**found)
        self.rates = stack or rates(self.counts)
        self.load = knowing(granted)
        self.sts = Sts()
        self.uploads: dict[str, Upload] = {}
        self.started: list[str] = []
        self.notes = record()

    def credentials(self) -> object:
        request = parse(CredentialsRequest, '{"target": "s3://bkt/a", "permission": "READ"}')
        return vend_credentials(
            caller(),
            request,
            self.notes,
            lending(self.load, self.sts.assume_role, counted=self.rates),
        )

    def urls(self, *targets: str, method: str = "GET", **members: object) -> object:
        requests = [{"method": method, "target": one, **members} for one in targets]
        return self._vend({"expiresIn": 60, "requests": requests})

    def compact(self, *keys: str) -> object:
        body = {"format": "compact", "method": "GET", "prefix": "s3://bkt/a/", "keys": keys}
        return self._vend({"expiresIn": 60, **body})

    def upload(self, **members: Any) -> Running:
        body = {"target": "s3://bkt/a", "expiresIn": 60, "parts": 3} | members
        request = parse(UploadRequest, json.dumps(body))
        return start_upload(caller(), request, self.notes, self._uploading())

    def parts(self, first: int, last: int) -> object:
        request = parse(PartsRequest, json.dumps({"from": first, "to": last, "expiresIn": 60}))
        return sign_parts(caller(), "anupload", request, self.notes, self._uploading())

    def completion(self) -> object:
        return resume(caller(), "anupload", 60, self.notes, self._uploading())

    def abort(self) -> object:
        return end(caller(), "anupload", 60, self.notes, self._uploading())

    def counted(self) -> dict[str, int]:
        """Everything that was added, without the grants' ids."""
        return {name.partition("#")[0]: number for name, number in self.counts.found.items()}

    def _vend(self, body: object) -> object:
        return vend_presigned(caller(), parse_urls(json.dumps(body)), self.notes, self._signing())

    def _signing(self) -> PresignEffects:
        sessions = SigningSessions(self.sts.assume_role, lambda: "asession", lambda: NOW)
        return presign_effects(self.load, sessions.lasting_until, counted=self.rates)

    def _uploading(self) -> UploadEffects:
        def save(upload: Upload) -> None:
            self.uploads[upload.id] = upload

        def start(url: str, headers: object) -> str:
            self.started.append(url)
            return "an-id"

        return upload_effects(
            self._signing(), start, self.started.append, save, self.uploads.get, lambda: "anupload"
        )


MANY = {"requests": 1000, "urls": 1000}


@pytest.mark.parametrize(
    ("ask", "urls"),
    [
        (lambda world: world.credentials(), None),
        (lambda world: world.urls("s3://bkt/a", "s3://bkt/b"), 2),
        (lambda world: world.urls("s3://bkt/a", method="POST"), 1),
        (lambda world: world.compact("x", "y", "z"), 3),
        (lambda world: world.upload(), 5),
        (lambda world: world.upload(parts=150), 102),
        (lambda world: world.upload(parts=150, checksumAlgorithm="SHA256"), 2),
    ],
)
def test_whatever_vends_counts_one_request_and_each_of_its_urls(ask: Any, urls: int | None) -> None:
    world = World(limited(**MANY))
    ask(world)
    assert len(world.counts.asked) == 1
    assert world.counted() == {"requests": 1} | ({} if urls is None else {"urls": urls})


@pytest.mark.parametrize(
    ("ask", "urls"),
    [
        (lambda world: world.parts(2, 3), 2),
        (lambda world: world.completion(), 1),
        (lambda world: world.abort(), 1),
    ],
)
def test_what_is_signed_for_a_running_upload_counts_too(ask: Any, urls: int) -> None:
    world = World(limited(**MANY))
    world.upload()
    ask(world)
    assert world.counted() == {"requests": 2, "urls": 5 + urls}


ASKS = [
    lambda world: world.credentials(),
    lambda world: world.urls("s3://bkt/a"),
    lambda world: world.compact("x"),
    lambda world: world.upload(),
    lambda world: world.parts(1, 1),
    lambda world: world.completion(),
    lambda world: world.abort(),
]


@pytest.mark.parametrize("ask", ASKS)
def test_without_a_limit_nothing_is_counted(ask: Any) -> None:
    world = World(grant("s3://bkt/* READWRITE"))
    world.upload()
    ask(world)
    assert world.counts.asked == []


@pytest.mark.invariant(1)
@pytest.mark.parametrize("ask", ASKS)
def test_beyond_a_limit_nothing_is_vended_and_sts_is_not_asked(ask: Any) -> None:
    world = World(limited(requests=2))
    world.upload()
    world.upload()
    asked, started = len(world.sts.asked), len(world.started)
    with pytest.raises(TooManyRequests):
        ask(world)
    assert (len(world.sts.asked), len(world.started)) == (asked, started)
    assert world.counted() == {"requests": 2}


def test_a_refused_request_counts_nothing() -> None:
    world = World(limited(requests=5))
    for refused in ("s3://bkt/a b/../c", "s3://other/a"):
        with pytest.raises(VendingError):
            world.urls(refused)
    with pytest.raises(VendingError):
        world.urls("s3://bkt/a", versionId="v")
    assert world.counts.asked == []


def test_the_error_says_the_limit_whose_it_is_and_when_the_minute_ends() -> None:
    counts = Counts()
    who, by = caller(), limited(urls=1200)
    count(who, [by], Counted(1000), record(), effects(knowing(), counted=rates(counts), now=NOW))
    later = NOW + timedelta(seconds=17, milliseconds=300)
    with pytest.raises(TooManyRequests) as refused:
        count(
            who, [by], Counted(201), record(), effects(knowing(), counted=rates(counts), now=later)
        )
    assert refused.value.detail == (
        "This request exceeds the limit of 1,200 URLs per minute under the grant 'a-grant'. Try again in 43 seconds."
    )
    assert (refused.value.retry_after, refused.value.reason) == (43, "GrantUrls")
    count(
        who, [by], Counted(200), record(), effects(knowing(), counted=rates(counts), now=later)
    )  # refused requests are not counted


def test_the_limit_that_is_named_is_the_one_that_would_be_passed() -> None:
    counts, by = Counts(), limited(requests=9, urls=9)
    count(
        caller(),
        [by],
        Counted(5),
        record(),
        effects(knowing(), counted=rates(counts, requests=9), now=NOW),
    )
    with pytest.raises(TooManyRequests) as refused:
        count(
            caller(),
            [by],
            Counted(5),
            record(),
            effects(knowing(), counted=rates(counts, requests=9), now=NOW),
        )
    assert refused.value.reason == "GrantUrls"


def test_the_stacks_limit_holds_over_all_grants_and_tells_of_no_grant() -> None:
    counts = Counts()
    stack = rates(counts, requests=2)
    for id_ in ("one", "two"):
        count(
            caller(),
            [grant("s3://bkt/* READ", id=id_)],
            Counted(),
            record(),
            effects(knowing(), counted=stack, now=NOW),
        )
    with pytest.raises(TooManyRequests) as refused:
        count(
            caller(),
            [grant("s3://bkt/* READ", id="three")],
            Counted(),
            record(),
            effects(knowing(), counted=stack, now=NOW),
        )
    assert refused.value.detail == (
        "This request exceeds the limit of 2 requests per minute for each caller. Try again in 60 seconds."
    )
    assert (refused.value.retry_after, refused.value.reason) == (60, "CallerRequests")


def test_the_limits_of_stack_and_grant_are_counted_in_one_call_that_adds_to_all_or_to_none() -> (
    None
):
    counts = Counts()
    stack = rates(counts, requests=9, urls=9)
    count(
        caller(),
        [limited(requests=1, urls=9)],
        Counted(3),
        record(),
        effects(knowing(), counted=stack, now=NOW),
    )
    [(_, _, counters)] = counts.asked
    assert [(one.kind, one.grant, one.added, one.most) for one in counters] == [
        ("requests", None, 1, 9),
        ("urls", None, 3, 9),
        ("requests", "a-grant", 1, 1),
        ("urls", "a-grant", 3, 9),
    ]
    assert len({one.name for one in counters}) == 4
    before = dict(counts.found)
    with pytest.raises(TooManyRequests) as refused:
        count(
            caller(),
            [limited(requests=1, urls=9)],
            Counted(3),
            record(),
            effects(knowing(), counted=stack, now=NOW),
        )
    assert refused.value.reason == "GrantRequests"
    assert counts.found == before


def test_each_caller_each_grant_and_each_minute_has_numbers_of_its_own() -> None:
    counts = Counts()
    again = caller("arn:aws:iam::123456789012:role/R", unique_id="AROA2EXAMPLEEXAMPLE1")
    for who in (caller(), again):
        for id_ in ("one", "two"):
            by = grant("s3://bkt/* READ", id=id_, rate_limit=RateLimit(requests=9))
            count(
                who,
                [by],
                Counted(),
                record(),
                effects(knowing(), counted=rates(counts), now=NOW + timedelta(seconds=59)),
            )
    count(
        caller(),
        [limited(requests=9)],
        Counted(),
        record(),
        effects(knowing(), counted=rates(counts), now=NOW + timedelta(minutes=1)),
    )
    assert len({who for who, _, _ in counts.asked}) == 2
    assert len({counters[0].name for _, _, counters in counts.asked}) == 3
    assert [minute for _, minute, _ in counts.asked] == [NOW] * 4 + [NOW + timedelta(minutes=1)]


def test_more_urls_than_any_minute_allows_are_refused_for_good_and_not_counted() -> None:
    world = World(limited(urls=2))
    with pytest.raises(InvalidRequest) as refused:
        world.urls("s3://bkt/a", "s3://bkt/b", "s3://bkt/c")
    assert "2 URLs per minute under the grant 'a-grant'" in refused.value.detail
    assert [(one.pointer, one.detail) for one in refused.value.faults] == [
        ("/requests", "at most 2 URLs are allowed")
    ]
    assert refused.value.retry_after is None
    with pytest.raises(InvalidRequest) as refused:
        world.compact("x", "y", "z")
    assert [one.pointer for one in refused.value.faults] == ["/keys"]
    assert world.counts.asked == []
    assert world.sts.asked == []


@pytest.mark.parametrize(("most", "parts"), [(2, 0), (12, 10), (102, 100), (500, 100)])
def test_an_upload_starts_with_as_many_parts_as_a_minute_allows(most: int, parts: int) -> None:
    started = World(limited(urls=most)).upload(parts=300).as_json()
    assert len(started["parts"]) == parts  # type: ignore[arg-type]
    counts = Counts()
    by_stack = World(limited(urls=5000), rates(counts, urls=most)).upload(parts=300).as_json()
    assert len(by_stack["parts"]) == parts  # type: ignore[arg-type]


def test_credentials_sign_what_they_like_so_a_limit_of_urls_counts_nothing_of_them() -> None:
    world = World(limited(urls=1))
    world.credentials()
    assert world.counts.asked == []


def failing(*_: object) -> None:
    raise Unavailable("ProvisionedThroughputExceededException")


@pytest.mark.invariant(12)
def test_while_counting_fails_nothing_is_vended() -> None:
    world = World(limited(requests=9), Rates(RateLimit(), failing, vends_uncounted=False))
    with pytest.raises(Unavailable):
        world.credentials()
    assert world.sts.asked == []
    assert world.notes.members["rateLimitFailure"] == "ProvisionedThroughputExceededException"


def test_an_operator_may_choose_to_vend_uncounted_and_the_record_says_so() -> None:
    world = World(limited(requests=9), Rates(RateLimit(), failing, vends_uncounted=True))
    world.credentials()
    assert len(world.sts.asked) == 1
    assert world.notes.members["rateLimitFailure"] == "ProvisionedThroughputExceededException"
    with pytest.raises(InvalidRequest):  # refused without looking at a counter
        World(limited(urls=1), Rates(RateLimit(), failing, vends_uncounted=True)).compact("a", "b")


def test_an_explanation_shows_the_limits_and_counts_nothing() -> None:
    request = parse(CredentialsRequest, '{"target": "s3://bkt/a", "permission": "READ"}')
    told = explain(
        caller(),
        request,
        record(),
        effects(knowing(limited(urls=5)), counted=rates(requests=7)),
    )
    shown: Any = told["limits"]
    assert (shown["rateLimit"], shown["callerRateLimit"]) == ({"urls": 5}, {"requests": 7})
    assert limits((), effects(knowing())).keys() & {"rateLimit", "callerRateLimit"} == set()


def test_a_grant_shows_its_limit_to_its_caller() -> None:
    seen = limited(urls=5).as_seen(location().scope)
    assert seen["rateLimit"] == {"urls": 5}


def outcome(by: Grant, asked: Counted, stack: Rates, now: datetime) -> str:
    try:
        count(caller(), [by], asked, record(), effects(knowing(), counted=stack, now=now))
    except (InvalidRequest, TooManyRequests) as refused:
        return f"{type(refused).__name__} {refused.retry_after}"
    return "vended"


some_limit = st.builds(RateLimit, st.none() | st.integers(1, 5), st.none() | st.integers(1, 9))


@given(
    own=some_limit,
    stack=some_limit,
    asks=st.lists(st.tuples(st.integers(0, 10), st.integers(0, 130)), max_size=30),
)
def test_in_no_minute_is_more_vended_than_a_limit_says_and_nothing_is_refused_without_need(
    own: RateLimit, stack: RateLimit, asks: list[tuple[int, int]]
) -> None:
    by = grant("s3://bkt/* READ", rate_limit=own or None)
    minutes: dict[datetime, Counts] = {}

    def add(who: str, minute: datetime, counters: Sequence[Counter]) -> Mapping[str, int] | None:
        return minutes.setdefault(minute, Counts()).add(who, minute, counters)

    counted = Rates(stack, add, vends_uncounted=False)
    vended: dict[int, list[int]] = {}
    for urls, seconds in sorted(asks, key=lambda ask: ask[1]):
        got = vended.setdefault(seconds // 60, [])
        expected = "vended"
        for limit in (own, stack):
            if limit.requests is not None and len(got) + 1 > limit.requests:
                expected = f"TooManyRequests {60 - seconds % 60}"
            if limit.urls is not None and urls and sum(got) + urls > limit.urls:
                expected = f"TooManyRequests {60 - seconds % 60}"
        if any(limit.urls is not None and urls > limit.urls for limit in (own, stack)):
            expected = "InvalidRequest None"
        assert outcome(by, Counted(urls), counted, NOW + timedelta(seconds=seconds)) == expected
        got += [urls] if expected == "vended" else []


@pytest.mark.invariant(16)
def test_subjects_with_the_same_caller_claims_count_as_one() -> None:
    def asked_by(subject: str, **claims: str) -> str:
        counts = Counts()
        identity = WebIdentity("https://ci.example.com", subject, claims, "a-hash", tuple(claims))
        who = Caller("web-identity", identity, "192.0.2.7")
        count(
            who,
            [limited(requests=1)],
            Counted(),
            record(),
            effects(knowing(), counted=rates(counts)),
        )
        return counts.asked[0][0]

    assert asked_by("main", id="1") == asked_by("other", id="1")
    assert len({asked_by("main", id="1"), asked_by("main", id="2"), asked_by("main")}) == 3
    assert asked_by("main") != asked_by("other")
