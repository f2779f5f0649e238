"""Events in, answers out: identity from the request context alone, errors in one shape."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.make import ACCOUNT, USER_ARN
from vending import errors
from vending.aws.gateway import Answer, Request, answer
from vending.errors import AccessDenied, Fault, InvalidRequest, NotAuthenticated, Unavailable

IDENTITY = {
    "userArn": USER_ARN,
    "caller": "AIDA2EXAMPLEEXAMPLE1",
    "accountId": ACCOUNT,
    "sourceIp": "192.0.2.7",
}


def event(**changes: Any) -> dict[str, Any]:
    context = {
        "httpMethod": "POST",
        "resourcePath": "/iam/credentials",
        "stage": "v1",
        "requestId": "a-request",
        "identity": IDENTITY,
    } | changes.pop("context", {})
    return {"body": "{}", "headers": {}, "requestContext": context} | changes


def answered(
    route: Callable[[Request], Answer], **changes: Any
) -> tuple[int, dict[str, str], dict[str, Any], list[Any]]:
    reports: list[Any] = []
    response: Any = answer(
        event(**changes),
        {"POST /iam/credentials": route},
        lambda code, members: reports.append((code, members)),
    )
    return response["statusCode"], response["headers"], json.loads(response["body"]), reports


def raising(error: Exception) -> Callable[[Request], Answer]:
    def route(request: Request) -> Answer:
        raise error

    return route


def test_the_caller_is_who_api_gateway_says() -> None:
    caller = Request(event()).caller()
    assert (caller.door, caller.principal.arn) == ("iam", USER_ARN)
    assert caller.source_ip == "192.0.2.7"


@pytest.mark.parametrize(
    "identity",
    [
        {},
        None,
        IDENTITY | {"userArn": None},
        IDENTITY | {"caller": None},
        IDENTITY | {"accountId": None},
        IDENTITY | {"sourceIp": None},
        IDENTITY | {"sourceIp": ""},
        IDENTITY | {"userArn": f"arn:aws:iam::{ACCOUNT}:root", "caller": ACCOUNT},
        IDENTITY | {"userArn": ["x"]},
    ],
)
def test_a_context_without_a_whole_identity_is_refused(identity: object) -> None:
    with pytest.raises(NotAuthenticated):
        Request(event(context={"identity": identity})).caller()


@pytest.mark.parametrize(
    "context",
    [
        {"stage": "test-invoke-stage"},
        {"stage": None},
        {"resourcePath": "/web-identity/credentials"},
        {"resourcePath": "/sts/{grantId}"},
        {"resourcePath": "/iamx/credentials"},
        {"resourcePath": "iam/credentials"},
        {"resourcePath": ""},
        {"resourcePath": None},
    ],
)
def test_only_a_door_of_the_deployed_stage_names_a_caller(context: dict[str, object]) -> None:
    with pytest.raises(NotAuthenticated):
        Request(event(context=context)).caller()


def test_an_event_without_a_context_is_refused() -> None:
    with pytest.raises(NotAuthenticated):
        Request({"body": "{}"}).caller()


def test_headers_and_the_path_of_the_request_never_choose_door_or_caller() -> None:
    forged = event(
        path="/admin/changes",
        resource="/admin/changes",
        headers={"X-Amzn-Caller": "arn:aws:iam::123456789012:user/Root", "Authorization": "x"},
    )
    request = Request(forged)
    assert request.route == "POST /iam/credentials"
    assert request.caller().principal.arn == USER_ARN


def test_a_body_in_base64_is_decoded_and_anything_else_refused() -> None:
    text = '{"a": "é"}'
    encoded = base64.b64encode(text.encode()).decode()
    assert Request(event(body=encoded, isBase64Encoded=True)).body() == text
    assert Request(event(body=None)).body() == ""
    for bad in ("é", "a", base64.b64encode(b"\xff").decode()):
        with pytest.raises(InvalidRequest):
            Request(event(body=bad, isBase64Encoded=True)).body()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"x": ["1"]}, "'x'"),
        ({"limit": ["1", "2"]}, "twice"),
        ({"limit": []}, "twice"),
        ({"Limit": ["1"]}, "'Limit'"),
    ],
)
def test_unknown_and_repeated_query_parameters_are_refused(
    parameters: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        Request(event(multiValueQueryStringParameters=parameters)).query(("limit",))


def test_query_parameters_are_read_once() -> None:
    request = Request(event(multiValueQueryStringParameters={"limit": ["5"]}))
    assert request.query(("limit", "nextToken")) == {"limit": "5"}
    assert Request(event(multiValueQueryStringParameters=None)).query() == {}


def test_an_answer_is_json_that_nobody_stores() -> None:
    status, headers, body, reports = answered(lambda request: {"answer": request.id})
    assert (status, body, reports) == (200, {"answer": "a-request"}, [])
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"


def test_a_refusal_is_a_problem_with_its_code_and_faults() -> None:
    error = AccessDenied("No grant.", faults=[Fault("/target", "not covered")], reason="secret")
    status, headers, body, reports = answered(raising(error))
    assert status == 403
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["Cache-Control"] == "no-store"
    assert body == {
        "type": "about:blank",
        "title": "Access denied",
        "status": 403,
        "detail": "No grant.",
        "code": "AccessDenied",
        "requestId": "a-request",
        "errors": [{"pointer": "/target", "detail": "not covered"}],
    }
    assert reports == []


def test_a_failure_behind_us_says_when_to_come_back_and_is_reported() -> None:
    status, headers, body, reports = answered(raising(Unavailable("Throttling")))
    assert (status, body["code"]) == (503, "Unavailable")
    assert int(headers["Retry-After"]) > 0
    assert "Throttling" not in json.dumps(body)
    assert reports[0][0] == "Unavailable"
    assert reports[0][1]["reason"] == "Throttling"


def test_a_fault_of_ours_tells_the_request_id_and_nothing_else() -> None:
    secret = "the-session-token"
    status, _, body, reports = answered(raising(ValueError(secret)))
    assert (status, body["code"], body["requestId"]) == (500, "InternalError", "a-request")
    assert secret not in json.dumps([body, reports])
    assert reports[0][1]["causes"][0].startswith("ValueError at route:")


def test_a_route_that_the_function_does_not_have_is_a_fault_of_ours() -> None:
    status, _, body, _ = answered(lambda _: {}, context={"resourcePath": "/iam/other"})
    assert (status, body["code"]) == (500, "InternalError")


def test_every_error_of_the_contract_has_its_status() -> None:
    contract = {
        "InvalidRequest": 400,
        "DurationNotAllowed": 400,
        "PolicyTooLarge": 400,
        "SeveralGrants": 400,
        "NotAuthenticated": 403,
        "AccessDenied": 403,
        "PresignOnly": 403,
        "NotFound": 404,
        "PreconditionFailed": 412,
        "TooLarge": 413,
        "Unavailable": 503,
        "InternalError": 500,
    }
    bases = {errors.VendingError, errors.RequestFault, errors.Refusal, errors.ServiceFault}
    classes = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.VendingError)
    }
    assert {one.code: one.status for one in classes - bases} == contract
    assert all(one.__doc__ and one.title for one in classes - bases)
