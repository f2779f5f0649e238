from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningKeys

from local.cloud.client import SIGV4_DATE, Credentials, signed

URL = "http://127.0.0.1:4566/restapis/abc/v1/_user_request_/iam/grants?limit=2&nextToken=a%2Fb"
HEADERS = {"Content-Type": "application/json"}


def test_a_request_is_signed_as_botocore_signs_it() -> None:
    request = AWSRequest("POST", URL, dict(HEADERS), b'{"a": 1}')
    SigV4Auth(SigningKeys("AKIA1", "secret", "token"), "execute-api", "ap-northeast-1").add_auth(
        request
    )
    at = datetime.strptime(request.headers["X-Amz-Date"], SIGV4_DATE).replace(tzinfo=UTC)
    ours = signed(
        "POST",
        URL,
        b'{"a": 1}',
        HEADERS,
        Credentials("AKIA1", "secret", "token"),
        at,
        "execute-api",
        "ap-northeast-1",
    )
    assert ours == dict(request.headers.items())


def test_a_request_can_claim_another_time() -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    headers = signed(
        "GET", URL, b"", {}, Credentials("AKIA1", "secret"), at, "execute-api", "ap-northeast-1"
    )
    assert headers["X-Amz-Date"] == "20260102T030405Z"
    assert "/20260102/ap-northeast-1/execute-api/aws4_request" in headers["Authorization"]


def test_keys_do_not_show_in_messages() -> None:
    assert "hidden" not in repr(Credentials("AKIA1", "hidden-secret", "hidden-token"))
