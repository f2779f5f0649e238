"""CVE-2022-2385, aws-iam-authenticator: a parameter given twice, in other case, chose who one is.

Names were compared without case and the last value won, or the first: the order of a map decided.
One value passed the check, the other one was used.
https://nvd.nist.gov/vuln/detail/CVE-2022-2385
https://blog.lightspin.io/exploiting-eks-authentication-vulnerability-in-aws-iam-authenticator
"""

import json
from itertools import permutations

import pytest

from tests.support.tokens import KEY_ID, accept, claims, compact, sign
from vending.aws.api.authorization import AuthorizationRequest
from vending.aws.api.gateway import Request
from vending.bodies.strict_json import read_strictly
from vending.errors import InvalidRequest, TokenRefused

HEADER = {"alg": "RS256", "kid": KEY_ID}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ["Bearer a", "Bearer b"]},
        {"Authorization": ["Bearer a", "Bearer a"]},
        {"Authorization": ["Bearer a"], "authorization": ["Bearer b"]},
        {"authorization": ["Bearer a"], "AUTHORIZATION": ["Bearer b"]},
        {"Authorization": ["Bearer a"], "AuthorizatioN": ["Bearer a"]},
        {"Authorization": ["Bearer a", ""]},
        {"Authorization": [""], "authorization": ["Bearer a"]},
    ],
)
def test_a_token_given_twice_is_refused_in_whichever_order(headers: dict[str, list[str]]) -> None:
    for order in permutations(headers.items()):
        with pytest.raises(TokenRefused):
            AuthorizationRequest({"multiValueHeaders": dict(order)}).token()


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_a_token_given_once_is_taken_in_whichever_case(name: str) -> None:
    event = {"multiValueHeaders": {name: ["Bearer a"], "X-Authorization": ["Bearer b"]}}
    assert AuthorizationRequest(event).token() == "a"


def test_headers_without_all_their_values_are_not_looked_at() -> None:
    with pytest.raises(TokenRefused):
        AuthorizationRequest({"headers": {"Authorization": "Bearer a"}}).token()


@pytest.mark.parametrize("name", ["sub", "iss", "aud", "exp"])
def test_a_claim_given_twice_is_refused(name: str) -> None:
    usual = json.dumps(claims())
    for first in (True, False):
        again = f'"{name}": "root"'
        payload = f"{{{again}, {usual[1:]}" if first else f"{usual[:-1]}, {again}}}"
        with pytest.raises(TokenRefused) as error:
            accept(compact(HEADER, payload.encode()))
        assert error.value.reason == "Malformed"


@pytest.mark.parametrize("name", ["Sub", "SUB", "sUb", "sub ", "\u017fub"])
def test_a_claim_in_other_case_is_another_claim(name: str) -> None:
    for members in ({name: "root"} | claims(), claims() | {name: "root"}):
        assert accept(compact(HEADER, members)).subject == "alice"
    with pytest.raises(TokenRefused):
        accept(sign(claims(sub=None) | {name: "root"}))


@pytest.mark.parametrize("name", ["Alg", "ALG", "Kid", "KID"])
def test_a_member_of_the_header_in_other_case_is_another_member(name: str) -> None:
    for header in ({name: "none"} | HEADER, HEADER | {name: "none"}):
        assert accept(compact(header, claims())).subject == "alice"
    lacking = {one: value for one, value in HEADER.items() if one != name.lower()}
    with pytest.raises(TokenRefused):
        accept(compact(lacking | {name: HEADER[name.lower()]}, claims()))


@pytest.mark.parametrize(
    "given",
    [
        {"target": ["s3://a/x", "s3://b/x"]},
        {"target": ["s3://a/x", "s3://a/x"]},
        {"target": ["s3://a/x"], "Target": ["s3://b/x"]},
        {"Target": ["s3://a/x"]},
        {"target": ["s3://a/x"], "target ": ["s3://b/x"]},
        {"target": ["s3://a/x"], "target[]": ["s3://b/x"]},
        {"target": []},
    ],
)
def test_a_query_parameter_given_twice_is_refused(given: dict[str, list[str]]) -> None:
    for order in permutations(given.items()):
        with pytest.raises(InvalidRequest):
            Request({"multiValueQueryStringParameters": dict(order)}).query(("target",))


@pytest.mark.parametrize(
    "body",
    [
        '{"target": "s3://a/x", "target": "s3://b/x"}',
        '{"target": "s3://a/x", "t\\u0061rget": "s3://b/x"}',
        '{"targets": [{"bucket": "a", "bucket": "b"}]}',
    ],
)
def test_a_member_of_the_body_given_twice_is_a_fault(body: str) -> None:
    _, faults = read_strictly(body)
    assert [fault.detail for fault in faults] == ["appears twice"]
