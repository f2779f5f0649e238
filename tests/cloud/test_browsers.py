"""Web pages at the web-identity door: preflights and answers over HTTP, as browsers see them."""

from collections.abc import Iterator

import pytest

from local.cloud.client import Answer, Call, call
from local.cloud.ministack import Cloud, running
from local.stack.build import built
from local.stack.deploy import ORIGINS, Stack, deploy
from local.stack.seed import BUCKET, Seeded
from tests.acceptance.acts import outside
from tests.unit.template.test_browsers import PATHS

LISTED = ORIGINS.split(",")
OTHERS = [
    *("null", "https://evil.example", "https://app.example.com.evil.example"),
    *("https://app.example.com:8443", "http://app.example.com", "http://localhost:80800"),
]
EXPOSED = "Retry-After,x-amzn-RequestId,x-amz-apigw-id"


def ask(url: str, path: str, origin: str, method: str = "POST") -> Answer:
    """A preflight, as a browser sends it."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return call("OPTIONS", url + path, headers=headers)


def sharing(answer: Answer) -> dict[str, str]:
    return {
        name: value
        for name, value in answer.headers.items()
        if name == "vary" or name.startswith("access-control-")
    }


@pytest.mark.parametrize("path", PATHS)
def test_a_listed_page_may_ask_for_every_path(path: str, stack: Stack) -> None:
    answer = ask(stack.url, path.replace("{id}", "0123456789abcdef"), LISTED[0])
    assert answer.status == 204
    assert sharing(answer) == {
        "access-control-allow-origin": LISTED[0],
        "access-control-allow-methods": "GET,POST",
        "access-control-allow-headers": "authorization,content-type",
        "access-control-max-age": "3600",
        "vary": "Origin",
    }


def test_each_origin_of_the_list_is_named(stack: Stack) -> None:
    for origin in LISTED:
        answer = ask(stack.url, PATHS[0], origin)
        assert answer.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("origin", OTHERS)
def test_no_other_page_may_ask(origin: str, stack: Stack) -> None:
    answer = ask(stack.url, PATHS[0], origin)
    assert (answer.status, answer.json["code"]) == (403, "AccessDenied")
    assert sharing(answer) == {"vary": "Origin"}


@pytest.mark.invariant(8)
@pytest.mark.parametrize(
    "path", ["/iam/credentials", "/admin/changes", "/admin/grants", "/sts/reports", "/", "/x"]
)
def test_no_preflight_is_answered_at_another_door(path: str, stack: Stack) -> None:
    answer = ask(stack.url, path, LISTED[0])
    assert answer.status == 403  # browsers then send nothing, whatever the headers say
    assert "access-control-allow-headers" not in answer.headers


@pytest.mark.parametrize(("origin", "named"), [(LISTED[0], LISTED[0]), (OTHERS[1], None)])
def test_a_page_reads_grants_refusals_and_nothing_if_it_is_another(
    origin: str, named: str | None, cloud: Cloud, seeded: Seeded, call: Call
) -> None:
    token = cloud.issuer.token(outside.GOOGLE_SHAPED)
    headers = {"Origin": origin, "Authorization": f"Bearer {token}"}
    body = {"target": f"s3://{BUCKET}/nothing/*", "permission": "READ"}
    granted = call("GET", "/web-identity/grants", headers=headers)
    refused = call("POST", "/web-identity/credentials", body, headers=headers)
    assert (granted.status, refused.status) == (200, 403)
    for answer in (granted, refused):
        assert answer.headers.get("access-control-allow-origin") == named
        assert answer.headers.get("access-control-expose-headers") == (EXPOSED if named else None)
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers


def test_a_page_reads_that_its_token_is_refused(call: Call) -> None:
    headers = {"Origin": LISTED[0], "Authorization": "Bearer expired"}
    answer = call("GET", "/web-identity/grants", headers=headers)
    assert (answer.status, answer.json["code"]) == (401, "NotAuthenticated")
    assert answer.headers["access-control-allow-origin"] == "*"  # there are several
    assert answer.headers["access-control-expose-headers"] == EXPOSED


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """The URL of a stack without the parameter."""
    with running() as cloud:
        yield deploy(cloud, built(), {"AllowedOrigins": ""}).url


@pytest.mark.invariant(8)
def test_without_the_parameter_no_preflight_is_answered(plain: str) -> None:
    for path in PATHS:
        answer = ask(plain, path.replace("{id}", "0123456789abcdef"), LISTED[0])
        assert (answer.status, sharing(answer)) == (403, {})
    headers = {"Origin": LISTED[0], "Authorization": "Bearer expired"}
    answer = call("GET", f"{plain}/web-identity/grants", headers=headers)
    assert (answer.status, sharing(answer)) == (401, {})
