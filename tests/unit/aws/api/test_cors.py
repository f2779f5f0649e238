"""Which pages may read what the door web-identity answers, and what a preflight is told."""

import json
from typing import Any, Final

import pytest

from vending.aws.api import cors
from vending.aws.api.cors import answer_headers
from vending.aws.api.gateway import answer
from vending.errors import AccessDenied

APP, ADMIN, LOCAL = (
    "https://app.example.com",
    "https://console.example.com:8443",
    "http://localhost:5173",
)
LIST: Final = f"{APP},{ADMIN},{LOCAL}"
CREDENTIALS: Final = "/web-identity/credentials"
EXPOSED: Final = "Retry-After,x-amzn-RequestId,x-amz-apigw-id"


def event(
    *origins: str,
    path: str = CREDENTIALS,
    method: str = "POST",
    listed: str | None = LIST,
    name: str = "Origin",
) -> dict[str, Any]:
    return {
        "headers": {name: origins[-1]} if origins else {},
        "multiValueHeaders": {name: list(origins)} if origins else {},
        "stageVariables": None if listed is None else {"allowedOrigins": listed},
        "requestContext": {
            "httpMethod": method,
            "resourcePath": path,
            "stage": "v1",
            "extendedRequestId": "an-id",
            "requestId": "a-choice",
        },
        "body": "{}",
    }


def preflight(*origins: str, **changes: Any) -> dict[str, Any]:
    return cors.preflight(event(*origins, method="OPTIONS", **changes))


def sharing(headers: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k == "Vary" or k.startswith("Access-Control")}


@pytest.mark.parametrize("origin", [APP, ADMIN, LOCAL])
def test_a_page_of_each_listed_origin_may_ask(origin: str) -> None:
    response = preflight(origin)
    assert (response["statusCode"], response["body"]) == (204, "")
    assert response["headers"] == {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET,POST",
        "Access-Control-Allow-Headers": "authorization,content-type",
        "Access-Control-Max-Age": "3600",
        "Vary": "Origin",
        "Cache-Control": "no-store",
    }


@pytest.mark.parametrize("origin", [APP, ADMIN, LOCAL])
def test_a_page_of_each_listed_origin_may_read_answers(origin: str) -> None:
    assert answer_headers(event(origin)) == {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED,
        "Vary": "Origin",
    }


# What is not on the list, however much it looks like something that is.
OTHERS: Final = [
    ("null",),
    ("",),
    ("*",),
    ("any",),
    ("https://evil.example",),
    (f"{APP}.evil.example",),
    ("https://app.example.com@evil.example",),
    ("https://evilapp.example.com",),
    ("https://x.app.example.com",),
    ("https://example.com",),
    ("http://app.example.com",),
    (f"{APP}:443",),
    (f"{APP}:8443",),
    (f"{APP}/",),
    (f"{APP}.",),
    ("https://console.example.com",),
    ("https://console.example.com:84430",),
    ("http://localhost",),
    ("http://localhost:51730",),
    ("http://127.0.0.1:5173",),
    ("HTTPS://APP.EXAMPLE.COM",),
    ("https://App.example.com",),
    (f" {APP}",),
    (f"{APP} ",),
    (f"{APP},{ADMIN}",),
    (LIST,),
    (APP, "https://evil.example"),
    ("https://evil.example", APP),
    (APP, APP),
    (),
]


@pytest.mark.parametrize("origins", OTHERS, ids=repr)
def test_no_other_origin_is_told_anything(origins: tuple[str, ...]) -> None:
    assert answer_headers(event(*origins)) == {"Vary": "Origin"}
    response = preflight(*origins)
    assert response["statusCode"] == 403
    assert json.loads(response["body"])["code"] == "AccessDenied"
    assert sharing(response["headers"]) == {"Vary": "Origin"}
    assert not origins or not origins[0] or json.dumps(origins[0]) not in response["body"]


@pytest.mark.parametrize("listed", [None, ""])
@pytest.mark.parametrize("origins", [(APP,), ("null",), ("",), ()])
def test_without_a_list_there_is_no_cors(listed: str | None, origins: tuple[str, ...]) -> None:
    assert answer_headers(event(*origins, listed=listed)) == {}
    response = preflight(*origins, listed=listed)
    assert (response["statusCode"], sharing(response["headers"])) == (403, {})


@pytest.mark.parametrize("origins", [(APP,), ("null",), ("https://evil.example",), ()])
def test_any_origin_is_any_and_the_answer_depends_on_none(origins: tuple[str, ...]) -> None:
    assert answer_headers(event(*origins, listed="any")) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
    }
    response = preflight(*origins, listed="any")
    assert response["statusCode"] == 204
    assert response["headers"]["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in response["headers"]


@pytest.mark.invariant(8)
@pytest.mark.parametrize("listed", [LIST, "any"])
@pytest.mark.parametrize(
    "path",
    [
        *("/iam/credentials", "/admin/changes", "/admin/grants/{id}", "/sts/{grantId}"),
        *("/web-identity", "/web-identityx/credentials", "/iam/web-identity/credentials"),
    ],
)
def test_no_other_door_has_cors(path: str, listed: str) -> None:
    assert answer_headers(event(APP, path=path, listed=listed)) == {}
    response = preflight(APP, path=path, listed=listed)
    assert (response["statusCode"], sharing(response["headers"])) == (403, {})


def test_the_headers_name_may_have_any_case() -> None:
    assert preflight(APP, name="origin")["statusCode"] == 204


@pytest.mark.parametrize("listed", [LIST, "any", None])
def test_no_answer_lets_a_page_send_cookies(listed: str | None) -> None:
    told = [answer_headers(event(APP, listed=listed)), preflight(APP, listed=listed)["headers"]]
    assert not [headers for headers in told if "Access-Control-Allow-Credentials" in headers]


def granted(_: object) -> dict[str, object]:
    return {"granted": True}


def refused(_: object) -> dict[str, object]:
    raise AccessDenied("No grant.")


def broken(_: object) -> dict[str, object]:
    raise RuntimeError


@pytest.mark.parametrize(("route", "status"), [(granted, 200), (refused, 403), (broken, 500)])
def test_a_page_may_read_every_answer_of_a_function(route: Any, status: int) -> None:
    routes = {f"POST {CREDENTIALS}": route, "POST /iam/credentials": route}

    def response(path: str) -> dict[str, Any]:
        return answer(event(APP, path=path), routes, lambda *_, **__: None)

    at_the_door = response(CREDENTIALS)
    assert at_the_door["statusCode"] == status
    assert sharing(at_the_door["headers"]) == answer_headers(event(APP))
    assert at_the_door["headers"]["Cache-Control"] == "no-store"
    assert sharing(response("/iam/credentials")["headers"]) == {}
