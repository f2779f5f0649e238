"""Network calls counted between the functions and their services, and what goes on without them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import sleep
from typing import Any

import pytest

from local.cloud.ministack import Cloud
from tests.cloud.conftest import Apply
from tests.faults import faults
from tests.faults.environments import BUCKET, GRANT, Environment, Outcome, event, running
from tests.faults.proxy import between, to
from tests.faults.run import lane

READ, SESSION, COUNT, NOTE = "BatchGetItem", "AssumeRole", "UpdateItem", "PutItem"


@contextmanager
def asking(
    cloud: Cloud, route: str, cache_seconds: int = 300, *, sharing: bool = False
) -> Iterator[Environment]:
    with (
        between(to(cloud.endpoint)) as proxy,
        running(cloud, route, proxy, cache_seconds=cache_seconds, sharing=sharing) as environment,
    ):
        yield environment


@pytest.fixture(scope="module", autouse=True)
def granted(apply: Apply) -> None:
    limited = {
        "id": "faults-limited",
        "grantee": GRANT["grantee"],
        "scope": f"s3://{BUCKET}/faults/limited/*",
        "permission": "READ",
        "rateLimit": {"requests": 3},
    }
    apply({"version": 1, "grants": [GRANT, limited]})


@pytest.fixture(scope="module")
def urls(cloud: Cloud) -> Iterator[Environment]:
    with asking(cloud, "presigned-urls") as environment:
        yield environment


def with_body(sent: dict[str, Any], text: str, other: str) -> dict[str, Any]:
    return sent | {"body": sent["body"].replace(text, other)}


def but_denials(seen: Sequence[str]) -> list[str]:
    """Without the read of the denials, which are a second old now and then."""
    assert seen.count(READ) <= 1
    return [one for one in seen if one != READ]


def test_urls_cost_two_calls_first_and_then_none(urls: Environment) -> None:
    asked = event("presigned-urls", "WARM")
    for seen in ([SESSION], [], []):
        outcome = urls.ask(asked)
        assert (outcome.status, but_denials(outcome.seen)) == (200, seen)


def test_a_refusal_costs_one_call_at_most(urls: Environment) -> None:
    other = with_body(event("presigned-urls", "REFUSED"), "faults/a", "others/a")
    elsewhere = with_body(other, BUCKET, "elsewhere")
    for _ in range(2):
        outcome = urls.ask(elsewhere)
        assert (outcome.status, but_denials(outcome.seen)) == (403, [])
    outcome = urls.ask(other)
    assert (outcome.status, outcome.seen) in [(403, [READ]), (403, [])]
    outcome = urls.ask(with_body(other, "expiresIn", "expiresAfter"))
    assert (outcome.status, outcome.seen) == (400, [])


def test_a_rate_limit_costs_one_call_more_and_beyond_it_none_follows(urls: Environment) -> None:
    asked = with_body(event("presigned-urls", "LIMITED"), "faults/a", "faults/limited/a")
    outcomes = [urls.ask(asked) for _ in range(8)]
    first, *warm = [one for one in outcomes if one.status == 200]
    assert but_denials(first.seen) == [COUNT, SESSION]
    assert all(but_denials(one.seen) == [COUNT] for one in warm)
    beyond = [one for one in outcomes if one.status == 429]
    assert beyond, "eight requests are in two minutes at most, of three each"
    assert all(but_denials(one.seen) == [COUNT] and not one.lends for one in beyond)
    assert all(one.headers["Retry-After"].isdecimal() for one in beyond)


def test_credentials_cost_two_calls_first_and_then_one(cloud: Cloud) -> None:
    asked = event("credentials", "WARM")
    with asking(cloud, "credentials") as environment:
        for _ in range(3):
            outcome = environment.ask(asked)
            assert (outcome.status, but_denials(outcome.seen)) == (200, [SESSION])


def test_where_there_are_links_a_caller_is_noted_once_and_none_is_refused_for_it(
    cloud: Cloud,
) -> None:
    with asking(cloud, "credentials", sharing=True) as environment:
        environment.proxy.faults = {NOTE: faults.reset}
        lost = environment.ask(event("credentials", "WARM"))
        assert (lost.status, lost.lends) == (200, True)
        assert NOTE in lost.seen
        environment.proxy.faults = {}
        for seen in ([SESSION, NOTE], [SESSION]):
            outcome = environment.ask(event("credentials", "WARM"))
            assert (outcome.status, but_denials(outcome.seen)) == (200, seen)


@pytest.mark.invariant(12)
def test_a_session_that_is_still_good_signs_while_sts_is_down(urls: Environment) -> None:
    asked = event("presigned-urls", "AHEAD")
    urls.proxy.faults = {SESSION: faults.ends_in(seconds=916)}
    assert urls.ask(asked).status == 200
    urls.proxy.faults = {SESSION: faults.reset}
    # It can sign for 900 seconds more during 16: in the last four STS is asked for the next.
    outcome = next(one for one in again(urls, asked) if SESSION in one.seen or one.status != 200)
    assert (outcome.status, but_denials(outcome.seen)) == (200, [SESSION, SESSION])
    assert but_denials(urls.ask(asked).seen) == []
    assert urls.ask(event("presigned-urls", "NEW")).status == 503
    outcome = next(one for one in again(urls, asked) if one.status != 200)
    assert (outcome.status, outcome.lends) == (503, False)
    urls.proxy.faults = {}
    assert urls.ask(asked).status == 200


def again(environment: Environment, asked: dict[str, Any]) -> Iterator[Outcome]:
    while True:
        sleep(0.1)
        yield environment.ask(asked)


@pytest.mark.invariant(12)
def test_grants_that_are_too_old_are_not_used_though_a_session_is_there(cloud: Cloud) -> None:
    asked = event("presigned-urls", "OLD")
    with asking(cloud, "presigned-urls", cache_seconds=2) as environment:
        assert environment.ask(asked).seen == [READ, SESSION]
        environment.proxy.faults = {READ: faults.reset}
        outcome = environment.ask(asked)
        # The denials may be a second old already.
        assert (outcome.status, outcome.seen) in [(200, []), (503, [READ, READ])]
        sleep(2)
        outcome = environment.ask(asked)
        assert (outcome.status, outcome.seen, outcome.lends) == (503, [READ, READ], False)
        environment.proxy.faults = {}
        assert environment.ask(asked).seen == [READ]


@pytest.mark.invariant(12)
def test_keys_of_an_issuer_that_were_good_stay_while_it_is_down(cloud: Cloud, apply: Apply) -> None:
    with lane(cloud, apply, "authorizer", [], ["one", "other"]) as door:
        assert door.ask("one").status == 200
        door.issuer_proxy.faults = dict.fromkeys(("openid-configuration", "keys"), faults.reset)
        outcome = door.ask("one")
        assert (outcome.status, door.issuer_proxy.taken()[2:]) == (200, [])
        assert door.ask("other").status == 503
