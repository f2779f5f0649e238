"""Limits for each caller on the local cloud: many at once, and not one too many."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.cloud import aws
from local.cloud.client import Answer, Call, Credentials
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import Apply, NewCaller
from vending.ids import short_hash

SCOPE = "s3://hogehoge-bucket/limited/*"
LIMIT = {"requests": 10, "urls": 30}
ASKED, AT_ONCE = 24, 4

type Minutes = Callable[[str], list[dict[str, int]]]


@pytest.fixture(scope="module")
def limited(apply: Apply, new_user: NewCaller) -> dict[str, Credentials]:
    """Two users whom grants of their own let read, so many times in a minute."""
    users = {name: new_user(name) for name in ("LimitedOne", "LimitedTwo")}
    grants = [
        {
            "id": name,
            "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:user/{name}"},
            "scope": SCOPE,
            "permission": "READ",
            "rateLimit": LIMIT,
        }
        for name in users
    ]
    apply({"version": 1, "grants": grants})
    return users


@pytest.fixture(scope="module")
def minutes(cloud: Cloud, stack: Stack) -> Minutes:
    """`minutes(name)`: what is counted of a user, in each minute."""
    dynamodb = aws.session(cloud.root).client(
        "dynamodb", endpoint_url=cloud.endpoint, config=aws.CONFIG
    )

    def counted(name: str) -> list[dict[str, int]]:
        place = f"rate#{short_hash(f'arn:aws:iam::{ACCOUNT}:user/{name}', 16)}"
        found = dynamodb.query(
            TableName=stack.outputs["TableName"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": place}},
        )
        return [
            {key.partition("#")[0]: int(value["N"]) for key, value in item.items() if "#" in key}
            for item in found["Items"]
        ]

    return counted


def at_once(ask: Callable[[int], Answer]) -> list[Answer]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(ask, range(ASKED)))


def held(answers: list[Answer], counted: list[dict[str, int]], kind: str, each: int) -> None:
    """Whether what was vended is what was counted, up to the limit and no further."""
    vended = [one for one in answers if one.status == 200]
    refused = [one for one in answers if one.status != 200]
    assert {(one.status, one.json["code"]) for one in refused} == {(429, "TooManyRequests")}
    assert all(1 <= int(one.headers["retry-after"]) <= 60 for one in refused)
    assert len(vended) * each == sum(one[kind] for one in counted)
    most = LIMIT[kind] // each * each
    # Where the clock's minute ended in between there are two, and one of them is full.
    assert all(one[kind] <= most for one in counted)
    assert max(one[kind] for one in counted) == most


def test_requests_of_both_functions_at_once_get_exactly_what_a_minute_has(
    call: Call, limited: dict[str, Credentials], minutes: Minutes
) -> None:
    bodies: list[tuple[str, dict[str, Any]]] = [
        ("/iam/credentials", {"target": SCOPE, "permission": "READ"}),
        (
            "/iam/presigned-urls",
            {"expiresIn": 60, "requests": [{"method": "GET", "target": SCOPE[:-1] + "a"}]},
        ),
    ]

    def ask(number: int) -> Answer:
        path, body = bodies[number % 2]
        return call("POST", path, body, limited["LimitedOne"])

    held(at_once(ask), minutes("LimitedOne"), "requests", 1)


def test_urls_at_once_get_exactly_what_fits_whole_and_another_caller_has_its_own(
    call: Call, limited: dict[str, Credentials], minutes: Minutes
) -> None:
    urls = [{"method": "GET", "target": SCOPE[:-1] + str(number)} for number in range(4)]

    def ask(_: int) -> Answer:
        body = {"expiresIn": 60, "requests": urls}
        return call("POST", "/iam/presigned-urls", body, limited["LimitedTwo"])

    held(at_once(ask), minutes("LimitedTwo"), "urls", 4)


def test_more_than_any_minute_allows_is_refused_for_good(
    call: Call, limited: dict[str, Credentials]
) -> None:
    keys = [str(number) for number in range(LIMIT["urls"] + 1)]
    body = {"format": "compact", "method": "GET", "prefix": SCOPE[:-1], "keys": keys}
    answer = call("POST", "/iam/presigned-urls", body | {"expiresIn": 60}, limited["LimitedTwo"])
    assert (answer.status, answer.json["code"]) == (400, "InvalidRequest")
    assert answer.json["errors"] == [{"pointer": "/keys", "detail": "at most 30 URLs are allowed"}]


def test_a_caller_sees_its_limit(call: Call, limited: dict[str, Credentials]) -> None:
    keys = limited["LimitedOne"]
    [grant] = call("GET", "/iam/grants", None, keys).json["grants"]
    body = {"target": SCOPE, "permission": "READ"}
    explained = call("POST", "/iam/explanations", body, keys).json
    assert grant["rateLimit"] == explained["limits"]["rateLimit"] == LIMIT
