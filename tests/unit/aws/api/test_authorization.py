"""API Gateway's requests to the authorizer, and the answers."""

import json
import re
from typing import Any

import pytest

from tests.support.tokens import ISSUER
from vending.aws.api.authorization import AuthorizationRequest, allow
from vending.callers.identity import WebIdentity
from vending.errors import TokenRefused

METHOD_ARN = "arn:aws:execute-api:ap-northeast-1:123456789012:abcde12345/v1/GET/web-identity/grants"


def event(*, headers: Any = None, **changes: Any) -> dict[str, Any]:
    """A REQUEST event; each of ``headers`` has a list of values."""
    context = {
        "httpMethod": "GET",
        "resourcePath": "/web-identity/grants",
        "requestId": "a-request",
        "identity": {"sourceIp": "192.0.2.7"},
    }
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "multiValueHeaders": {"Authorization": ["Bearer a.b.c"]} if headers is None else headers,
        "requestContext": context,
    } | changes


def test_the_event_tells_what_is_asked() -> None:
    asked = AuthorizationRequest(event())
    assert asked.ids == {"requestId": "a-request"}
    assert asked.route == "GET /web-identity/grants"
    assert asked.source_ip == "192.0.2.7"
    assert asked.token() == "a.b.c"


@pytest.mark.parametrize(
    ("value", "token"),
    [
        ("Bearer a.b.c", "a.b.c"),
        ("bearer a.b.c", "a.b.c"),
        ("BEARER a.b.c", "a.b.c"),
        ("Bearer   a.b.c", "a.b.c"),
        ("a.b.c", "a.b.c"),
        # Text that is not a token is returned as it is; the verification refuses it.
        ("Bearer Bearer a.b.c", "Bearer a.b.c"),
        ("Bearera.b.c", "Bearera.b.c"),
        (" a.b.c", " a.b.c"),
        (" Bearer a.b.c", " Bearer a.b.c"),
        ("a.b.c ", "a.b.c "),
        ("a.b.c\n", "a.b.c\n"),
        ("Bearer\ta.b.c", "Bearer\ta.b.c"),
        ("Bearer: a.b.c", "Bearer: a.b.c"),
        ("Basic YTpi", "Basic YTpi"),
        ("Bearer a.b.c, Bearer d.e.f", "a.b.c, Bearer d.e.f"),
        ("Bearer", "Bearer"),
        ("Bearer ", ""),
        (" ", " "),
    ],
)
def test_a_token_comes_with_bearer_or_without(value: str, token: str) -> None:
    assert AuthorizationRequest(event(headers={"Authorization": [value]})).token() == token


@pytest.mark.parametrize("name", ["authorization", "AUTHORIZATION", "AuThOrIzAtIoN"])
def test_the_header_has_its_name_in_any_letters(name: str) -> None:
    assert (
        AuthorizationRequest(event(headers={"Accept": ["x"], name: ["a.b.c"]})).token() == "a.b.c"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Accept": ["Bearer a.b.c"]},
        {"X-Authorization": ["Bearer a.b.c"]},
        {"Authorization": []},
        {"Authorization": [""]},
        {"Authorization": ["Bearer a.b.c", "Bearer a.b.c"]},
        {"Authorization": ["Bearer a.b.c", ""]},
        {"Authorization": ["Bearer a.b.c"], "authorization": ["Bearer d.e.f"]},
    ],
)
def test_there_is_one_token_or_none_is_read(headers: dict[str, list[str]]) -> None:
    with pytest.raises(TokenRefused) as error:
        AuthorizationRequest(event(headers=headers)).token()
    assert error.value.reason == "Missing"


def test_a_token_is_read_from_the_headers_alone() -> None:
    elsewhere = event(
        headers={},
        multiValueQueryStringParameters={"Authorization": ["a.b.c"], "access_token": ["a.b.c"]},
        authorizationToken="a.b.c",
        body="a.b.c",
    )
    for one in (elsewhere, elsewhere | {"multiValueHeaders": None}):
        with pytest.raises(TokenRefused):
            AuthorizationRequest(one).token()


@pytest.mark.parametrize("context", [None, {}, {"identity": None}])
def test_an_event_without_a_context_has_nothing_to_tell(context: object) -> None:
    asked = AuthorizationRequest(event(requestContext=context))
    assert (asked.ids, asked.source_ip) == ({"requestId": ""}, "")


def test_one_request_is_let_through_with_who_asks_as_one_text() -> None:
    alice = WebIdentity(ISSUER, "alice", {"tenant": "é", "groups": ["a", 1, True]}, "a-hash")
    answer: dict[str, Any] = allow(AuthorizationRequest(event()), alice, 1.23456)
    assert answer.keys() == {"principalId", "policyDocument", "context"}
    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": METHOD_ARN},
        ],
    }
    assert answer["context"].keys() == {"caller", "authoriseMs"}
    assert answer["context"]["authoriseMs"] == 1.235
    assert WebIdentity.read(answer["context"]["caller"]) == alice
    assert re.fullmatch("[a-z2-7]{13}", answer["principalId"])
    assert "alice" not in answer["principalId"]
    assert json.dumps(answer)


def test_a_subject_is_the_same_principal_whatever_its_token() -> None:
    def principal(issuer: str, subject: str, token: str) -> object:
        return allow(AuthorizationRequest(event()), WebIdentity(issuer, subject, {}, token), 0)[
            "principalId"
        ]

    assert principal(ISSUER, "alice", "one") == principal(ISSUER, "alice", "two")
    assert principal(ISSUER, "alice", "one") != principal(ISSUER, "bob", "one")
    assert principal(ISSUER, "alice", "one") != principal(f"{ISSUER}/", "alice", "one")
