"""AWS credentials: they sign for the API, in a region that is known."""

import pytest

import s3vend
from tests.client.conftest import Serve


def test_aws_credentials_sign_for_the_api(serve: Serve, alone: pytest.MonkeyPatch) -> None:
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    for name, value in {
        "S3VEND_URL": served.url,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI",
        "AWS_SESSION_TOKEN": "session-token",
        "AWS_REGION": "eu-west-1",
    }.items():
        alone.setenv(name, value)
    one = s3vend.connect()
    assert one.ask("credentials", {"a": "ä"}) == {"fine": 1}
    headers = served.asked[0].headers
    assert served.asked[0].path == "/iam/credentials"
    assert "/eu-west-1/execute-api/aws4_request" in headers["authorization"]
    assert headers["x-amz-security-token"] == "session-token"
    assert "wJalr" not in repr(one)


def test_without_a_region_a_signature_is_not_guessed(alone: pytest.MonkeyPatch) -> None:
    alone.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    alone.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
    with pytest.raises(s3vend.SettingsError, match="AWS_REGION"):
        s3vend.connect(url="http://127.0.0.1:9")


def test_a_profile_of_aws_that_is_not_there_is_named(alone: pytest.MonkeyPatch) -> None:
    with pytest.raises(s3vend.IdentityError, match="nobody"):
        s3vend.connect(url="http://127.0.0.1:9", aws_profile="nobody")
