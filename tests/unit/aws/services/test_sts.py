"""AssumeRole: the request, and what becomes of answers and failures."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from tests.support.make import ROLE_ARN
from vending.aws.services.client import client
from vending.aws.services.sts import assume_role
from vending.errors import PolicyTooLarge, RoleRefused, Unavailable, VendingError
from vending.sessions.session import Session

POLICY = '{"Version":"2012-10-17","Statement":[]}'
SESSION = Session(ROLE_ARN, POLICY, 900, "alice", ("a-grant",), "alice-1234567890123")
LENT = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "a-secret",
    "SessionToken": "a-token",
    "Expiration": datetime(2030, 1, 1, tzinfo=UTC),
}


class Client:
    """A client with answers that the test sets; it notes its calls."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def assume_role(self, **asked: Any) -> Any:
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_everything_of_the_session_is_sent() -> None:
    stub = Client({"Credentials": LENT})
    lent = assume_role(stub, SESSION, "asession")
    assert stub.asked == [
        {
            "RoleArn": ROLE_ARN,
            "RoleSessionName": SESSION.name("asession"),
            "SourceIdentity": "alice-1234567890123",
            "Policy": POLICY,
            "DurationSeconds": 900,
        }
    ]
    assert (lent.access_key_id, lent.session_token) == ("ASIAEXAMPLE", "a-token")


def test_an_external_id_is_sent_where_the_role_asks_for_one() -> None:
    stub = Client({"Credentials": LENT, "PackedPolicySize": 7})
    lent = assume_role(stub, replace(SESSION, external_id="s3vend-1"), "asession")
    assert stub.asked[0]["ExternalId"] == "s3vend-1"
    assert lent.packed_policy_size == 7


@pytest.mark.invariant(7)
@pytest.mark.parametrize("token", [None, ""])
def test_credentials_without_a_session_token_are_not_lent(token: str | None) -> None:
    with pytest.raises(Unavailable):
        assume_role(Client({"Credentials": LENT | {"SessionToken": token}}), SESSION, "asession")


@pytest.mark.invariant(12)
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("PackedPolicyTooLarge", PolicyTooLarge),
        ("Throttling", Unavailable),
        ("AccessDenied", RoleRefused),
        ("RegionDisabledException", RoleRefused),
        ("ValidationError", RoleRefused),
        ("SignatureDoesNotMatch", Unavailable),
        ("ExpiredToken", Unavailable),
        ("InternalFailure", Unavailable),
    ],
)
def test_a_failure_of_sts_is_a_refusal_whatever_its_status(
    code: str, error: type[VendingError]
) -> None:
    failure: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    with pytest.raises(error) as refused:
        assume_role(Client(ClientError(failure, "AssumeRole")), SESSION, "asession")
    assert refused.value.reason in (code, f"RoleRefused: {code}", "PolicyTooLarge")


def test_a_timeout_is_a_refusal() -> None:
    with pytest.raises(Unavailable):
        assume_role(Client(ReadTimeoutError(endpoint_url="https://sts")), SESSION, "asession")


def test_a_real_client_takes_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        sts = client("sts", "ap-northeast-1")
        lent = assume_role(sts, SESSION, "asession")
        assert sts.meta.endpoint_url == "https://sts.ap-northeast-1.amazonaws.com"
    assert lent.session_token
    assert lent.expiration.tzinfo is not None
    assert json.loads(POLICY)


@pytest.mark.invariant(12)
@pytest.mark.parametrize("answer", [{}, None, {"Credentials": {"SessionToken": "a-token"}}])
def test_an_answer_without_credentials_is_a_failure_of_sts(answer: Any) -> None:
    with pytest.raises(Unavailable) as error:
        assume_role(Client(answer), SESSION, "asession")
    assert error.value.reason == "AnswerNotUnderstood"


@pytest.mark.invariant(10)
@pytest.mark.parametrize("code", ["", "<html>", "a" * 101, "no blanks", None])
def test_a_code_that_is_none_does_not_reach_the_record(code: object) -> None:
    response: Any = {"Error": {"Code": code}}
    with pytest.raises(Unavailable) as error:
        assume_role(Client(ClientError(response, "AssumeRole")), SESSION, "asession")
    assert error.value.reason in {"NoCode", "None"}
