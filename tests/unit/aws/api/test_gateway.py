"""Proxy events and responses: identity only from the request context, errors in one format."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.make import ACCOUNT, USER_ARN
from tests.support.tokens import ISSUER
from vending import errors
from vending.aws.api.gateway import Request, answer
from vending.aws.api.responses import SDKS, Answer
from vending.callers.caller import Caller
from vending.callers.identity import IamIdentity, WebIdentity
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
        "requestId": "a-clients-choice",
        "extendedRequestId": "a-request",
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
        lambda code, *, extra: reports.append((code, extra)),
    )
    return response["statusCode"], response["headers"], json.loads(response["body"]), reports


def raising(error: Exception) -> Callable[[Request], Answer]:
    def route(request: Request) -> Answer:
        raise error

    return route


@pytest.mark.invariant(8)
def test_the_caller_is_who_api_gateway_says() -> None:
    caller = Request(event()).caller()
    assert (caller.door, caller.identity.as_json()["arn"]) == ("iam", USER_ARN)
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


@pytest.mark.invariant(8)
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


@pytest.mark.invariant(8)
def test_headers_and_the_path_of_the_request_never_choose_door_or_caller() -> None:
    forged = event(
        path="/admin/changes",
        resource="/admin/changes",
        headers={"X-Amzn-Caller": "arn:aws:iam::123456789012:user/Root", "Authorization": "x"},
    )
    request = Request(forged)
    assert request.route == "POST /iam/credentials"
    assert request.caller().identity.as_json() == {"arn": USER_ARN}


@pytest.mark.invariant(8)
@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP"])
def test_no_header_chooses_the_address_that_a_grant_is_held_to(name: str) -> None:
    forged = event(headers={name: "198.51.100.9"}, multiValueHeaders={name: ["198.51.100.9"]})
    assert Request(forged).caller().source_ip == Request(event()).caller().source_ip != ""


def test_a_body_in_base64_is_decoded_and_anything_else_refused() -> None:
    text = '{"a": "é"}'
    encoded = base64.b64encode(text.encode()).decode()
    assert Request(event(body=encoded, isBase64Encoded=True)).body() == text
    assert Request(event(body=None)).body() == ""
    for bad in ("é", "a", base64.b64encode(b"\xff").decode()):
        with pytest.raises(InvalidRequest):
            Request(event(body=bad, isBase64Encoded=True)).body()


@pytest.mark.invariant(13)
@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"x": ["1"]}, "'x'"),
        ({"limit": ["1", "2"]}, "more than once"),
        ({"limit": []}, "more than once"),
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


def test_what_the_fast_encoder_does_not_take_is_answered_all_the_same() -> None:
    """An issuer's pinned JWKS may have any JSON in members that are not checked."""
    odd = {"whole": 2**64, "text": "\ud800", "price": 1}
    status, _, body, reports = answered(lambda _: {"jwks": odd})
    assert (status, body, reports) == (200, {"jwks": odd}, [])


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


@pytest.mark.invariant(10)
def test_a_fault_of_ours_tells_the_request_id_and_nothing_else() -> None:
    secret = "the-session-token"
    status, _, body, reports = answered(raising(ValueError(secret)))
    assert (status, body["code"], body["requestId"]) == (500, "InternalError", "a-request")
    assert secret not in json.dumps([body, reports])
    assert reports[0][1]["extendedRequestId"] == "a-request"
    assert reports[0][1]["causes"][0].startswith("ValueError at route:")


def test_a_route_that_the_function_does_not_have_is_a_fault_of_ours() -> None:
    status, _, body, _ = answered(lambda _: {}, context={"resourcePath": "/iam/other"})
    assert (status, body["code"]) == (500, "InternalError")


def test_every_error_of_the_contract_has_its_status() -> None:
    contract = {
        "InvalidRequest": 400,
        "ServiceRefused": 424,
        "RoleRefused": 424,
        "StorageRefused": 424,
        "DurationNotAllowed": 400,
        "PolicyTooLarge": 400,
        "SeveralGrants": 400,
        "AccessDenied": 403,
        "Blocked": 403,
        "PresignOnly": 403,
        "TooManyClaims": 403,
        "TooManyRequests": 429,
        "JustRevoked": 503,
        "NotFound": 404,
        "ChangeRunning": 409,
        "ShareOver": 410,
        "PreconditionFailed": 412,
        "TooLarge": 413,
        "Unavailable": 503,
        "InternalError": 500,
    }
    both = {("NotAuthenticated", 401), ("NotAuthenticated", 403)}  # for a token; for a signature
    bases = {errors.VendingError, errors.RequestFault, errors.Refusal, errors.ServiceFault}
    classes = {
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, errors.VendingError)
    }
    assert {(one.code, one.status) for one in classes - bases} == contract.items() | both
    assert errors.TokenRefused.status == 401
    assert all(one.__doc__ and one.title for one in classes - bases)


ALICE = WebIdentity(ISSUER, "alice", {"tenant": "acme", "groups": ["a", 1, True]}, "a-hash")
NOBODY = dict.fromkeys(IDENTITY) | {"sourceIp": "192.0.2.7"}


def outside(**changes: Any) -> dict[str, Any]:
    """A request context of the door web-identity."""
    return {
        "resourcePath": "/web-identity/credentials",
        "identity": NOBODY,
        "authorizer": {"caller": ALICE.encode(), "principalId": "p", "integrationLatency": 5},
    } | changes


def test_at_the_web_identity_door_the_caller_is_who_the_authorizer_says() -> None:
    caller = Request(event(context=outside())).caller()
    assert (caller.door, caller.identity, caller.source_ip) == ("web-identity", ALICE, "192.0.2.7")


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        {"principalId": "alice"},
        {"caller": None},
        {"caller": ""},
        {"caller": 7},
        {"caller": True},
        {"caller": ["x"]},
        {"caller": {"issuer": ISSUER, "subject": "alice", "claims": {}, "tokenHash": "h"}},
        {"Caller": ALICE.encode()},
        {"caller": ALICE.encode()[:-1]},
        {"caller": f"[{ALICE.encode()}]"},
        {"caller": "null"},
        {"caller": "alice"},
        {"caller": USER_ARN},
        {"caller": json.dumps({"issuer": ISSUER, "subject": "alice"})},
        {"claims": {"iss": ISSUER, "sub": "alice"}},
    ],
)
def test_a_context_without_the_authorizers_whole_word_is_refused(authorizer: object) -> None:
    with pytest.raises(NotAuthenticated, match="Send a token"):
        Request(event(context=outside(authorizer=authorizer))).caller()
    absent = outside()
    del absent["authorizer"]
    with pytest.raises(NotAuthenticated):
        Request(event(context=absent)).caller()


def test_an_iam_identity_at_the_web_identity_door_is_nobodys() -> None:
    signed = outside(identity=IDENTITY)
    assert Request(event(context=signed)).caller().identity == ALICE
    with pytest.raises(NotAuthenticated):
        Request(event(context=signed | {"authorizer": {}})).caller()


@pytest.mark.parametrize("path", ["/iam/credentials", "/admin/changes"])
def test_an_authorizers_word_at_another_door_is_nobodys(path: str) -> None:
    caller = Request(event(context=outside(resourcePath=path, identity=IDENTITY))).caller()
    assert isinstance(caller.identity, IamIdentity)
    assert caller.identity.as_json() == {"arn": USER_ARN}
    with pytest.raises(NotAuthenticated, match="Sign as"):
        Request(event(context=outside(resourcePath=path))).caller()


@pytest.mark.parametrize(
    "changes",
    [
        {"stage": "test-invoke-stage"},
        {"stage": None},
        {"identity": None},
        {"identity": NOBODY | {"sourceIp": None}},
        {"identity": NOBODY | {"sourceIp": ""}},
        {"resourcePath": "/web-identity"},
        {"resourcePath": "/web-identityx/credentials"},
        {"resourcePath": "/web_identity/credentials"},
        {"resourcePath": "/sts/{grantId}"},
    ],
)
def test_only_the_web_identity_door_of_the_deployed_stage_names_a_subject(
    changes: dict[str, object],
) -> None:
    with pytest.raises(NotAuthenticated):
        Request(event(context=outside(**changes))).caller()


def test_no_header_names_a_subject() -> None:
    forged = event(
        context=outside(authorizer={}),
        headers={"Authorization": f"Bearer {ALICE.encode()}", "caller": ALICE.encode()},
        caller=ALICE.encode(),
        authorizer={"caller": ALICE.encode()},
    )
    with pytest.raises(NotAuthenticated):
        Request(forged).caller()


def answered_for_sdks(error: Exception) -> tuple[int, dict[str, str], dict[str, Any], list[Any]]:
    reports: list[Any] = []
    response: Any = answer(
        event(),
        {"POST /iam/credentials": raising(error)},
        lambda code, *, extra: reports.append((code, extra)),
        wires={"GET /x": SDKS, "POST /iam/credentials": SDKS},
    )
    return response["statusCode"], response["headers"], json.loads(response["body"]), reports


def test_a_refusal_is_what_the_sdks_read_on_their_routes() -> None:
    faults = [Fault("/target", "not covered"), Fault("/x", "no such member")]
    error = AccessDenied("No grant.", faults=faults, reason="secret")
    status, headers, body, reports = answered_for_sdks(error)
    assert status == 403
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert body == {
        "code": "AccessDenied",
        "message": "No grant. /target: not covered /x: no such member (request a-request)",
    }
    assert reports == []


def test_a_failure_behind_us_tells_the_sdks_to_come_back() -> None:
    status, headers, body, reports = answered_for_sdks(Unavailable("Throttling"))
    assert (status, body["code"], set(body)) == (503, "Unavailable", {"code", "message"})
    assert int(headers["Retry-After"]) > 0
    assert "Throttling" not in json.dumps(body)
    assert reports[0][0] == "Unavailable"


def test_a_fault_of_ours_tells_the_sdks_nothing_either() -> None:
    status, _, body, reports = answered_for_sdks(ValueError("the-session-token"))
    assert (status, body["code"]) == (500, "InternalError")
    assert body["message"] == "Something went wrong here. (request a-request)"
    assert "the-session-token" not in json.dumps([body, reports])


def test_other_routes_answer_problems() -> None:
    response: Any = answer(
        event(),
        {"POST /iam/credentials": raising(AccessDenied("No grant."))},
        lambda *_, **__: None,
        wires={"GET /iam/credentials": SDKS, "POST /web-identity/credentials": SDKS},
    )
    assert response["headers"]["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("told", "took"),
    [("0.412", 0.412), (7, 7.0), (None, None), ("", None), ("fast", None), ("-1", None), ("nan", None), ("inf", None), ([], None)],
)  # fmt: skip
def test_what_the_authorizer_took_is_a_number_or_nothing(told: object, took: float | None) -> None:
    authorizer = {"caller": ALICE.encode(), "authoriseMs": told}
    caller = Request(event(context=outside(authorizer=authorizer))).caller()
    assert caller.authorise_ms == took


def test_what_the_authorizer_took_makes_nobody_another_caller() -> None:
    def caller(told: str) -> Caller:
        authorizer = {"caller": ALICE.encode(), "authoriseMs": told}
        return Request(event(context=outside(authorizer=authorizer))).caller()

    assert caller("1") == caller("2")
