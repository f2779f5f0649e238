"""The answers of the open route: their headers, and what they do not say."""

import json
from typing import Any

import pytest

from tests.support.make import NOW
from vending.aws.api import gateway
from vending.aws.web.form import read_fields
from vending.aws.web.pages import page, redirect, wire_for
from vending.errors import AccessDenied, Fault, InvalidRequest, TooLarge, TooManyRequests
from vending.shares.opening import views

URL = "https://bkt.s3.ap-northeast-1.amazonaws.com/a?X-Amz-Signature=abc"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ABOUT = views.About("Ann", None, NOW, None)


def event(content_type: str = FORM, **headers: str) -> dict[str, Any]:
    named = {"Content-Type": content_type} | headers
    return {
        "multiValueHeaders": {name: [value] for name, value in named.items()},
        "requestContext": {"httpMethod": "POST", "resourcePath": "/s/{token}", "stage": "v1"},
    }


def answer(route: Any, content_type: str = FORM, **headers: str) -> dict[str, Any]:
    made = event(content_type, **headers)
    routes = {"POST /s/{token}": route}
    reported: list[Any] = []
    wires = {"POST /s/{token}": wire_for(made)}
    return gateway.answer(made, routes, lambda *a, **k: reported.append((a, k)), wires=wires)


def refuse(error: Exception) -> Any:
    def route(_: Any) -> Any:
        raise error

    return route


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    "route",
    [
        lambda _: page(views.Password()),
        lambda _: redirect(URL),
        refuse(AccessDenied("x")),
        refuse(RuntimeError("x")),
        lambda _: page(views.Message("over")),
    ],
    ids=["page", "redirect", "refusal", "fault", "message"],
)
def test_every_answer_keeps_referrers_frames_caches_and_robots_away(
    route: Any,
) -> None:
    headers = answer(route)["headers"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.invariant(10)
@pytest.mark.parametrize("route", [lambda _: {"plan": "a"}, refuse(AccessDenied("x"))])
def test_so_does_every_answer_to_a_script(route: Any) -> None:
    headers = answer(route, JSON)["headers"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_use_is_a_redirect_that_browsers_do_not_repeat_as_a_post() -> None:
    given = answer(lambda _: redirect(URL))
    assert (given["statusCode"], given["headers"]["Location"], given["body"]) == (303, URL, "")


def test_the_buckets_origin_may_be_a_forms_target_only_on_its_page() -> None:
    shown = answer(lambda _: page(views.File(ABOUT, "a", None, "https://bkt.s3.example")))
    assert (
        "form-action 'self' https://bkt.s3.example" in shown["headers"]["Content-Security-Policy"]
    )
    asks = answer(lambda _: page(views.Password()))
    assert "https" not in asks["headers"]["Content-Security-Policy"]


def test_a_script_hears_of_an_error_what_a_page_would_say() -> None:
    error = AccessDenied("s3://bkt/secret", faults=[Fault("/x", "secret")], reason="NoGrant")
    given = answer(refuse(error), JSON)
    assert given["statusCode"] == 403
    assert given["headers"]["Content-Type"] == "application/problem+json"
    assert "secret" not in given["body"]
    assert json.loads(given["body"])["code"] == "AccessDenied"


def test_who_tries_too_often_hears_when_to_come_back() -> None:
    for kind in (FORM, JSON):
        given = answer(refuse(TooManyRequests("x", retry_after=77)), kind)
        assert (given["statusCode"], given["headers"]["Retry-After"]) == (429, "77")


def test_a_page_speaks_the_language_of_its_reader() -> None:
    given = answer(lambda _: page(views.Done()), **{"Accept-Language": "ja"})
    assert '<html lang="ja">' in given["body"]
    assert given["headers"]["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ("do=download", {"do": "download"}),
        ("do=list&after=", {"do": "list", "after": ""}),
        ("a=%E5%90%8D+%2B", {"a": "名 +"}),
        ("", {}),
    ],
)
def test_a_form_is_read_as_browsers_write_it(body: str, fields: dict[str, str]) -> None:
    assert read_fields(event(), body) == fields


@pytest.mark.parametrize("body", ["a=1&a=2", "a=%ff", "a", "=&=", "&".join("abcdefghijkl")])
def test_any_other_form_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequest):
        read_fields(event(), body)


def test_a_form_is_small_and_of_its_type() -> None:
    with pytest.raises(TooLarge):
        read_fields(event(), "a=" + "x" * 70_000)
    for kind in ("text/plain", "multipart/form-data", ""):
        with pytest.raises(InvalidRequest):
            read_fields(event(kind), "do=download")
