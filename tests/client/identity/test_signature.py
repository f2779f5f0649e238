"""AWS credentials: they sign for the API, in a region that is known."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from hashlib import sha1
from pathlib import Path

import pytest

import s3vend
from tests.client.conftest import Asked, Reply, Serve


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


PROCESS = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("credential_process = echo very-secret", "JSONDecodeError"),
        ("credential_process = echo '[\"very-secret\"]'", "AttributeError"),
        (
            f"credential_process = echo '{json.dumps(PROCESS | {'Expiration': 'very-secret'})}'",
            "ParserError",
        ),
        ("credential_process = echo 'very-secret", "ValueError"),
        ("credential_process = /nowhere/program", "FileNotFoundError: /nowhere/program"),
        (
            "role_arn = arn:aws:iam::111122223333:role/r\nweb_identity_token_file = /nowhere/token",
            "FileNotFoundError: /nowhere/token",
        ),
    ],
)
def test_a_program_or_file_that_does_not_work_is_an_error_without_what_it_said(
    alone: pytest.MonkeyPatch, tmp_path: Path, line: str, says: str
) -> None:
    alone.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text(f"[profile p]\nregion = eu-west-1\n{line}\n")
    with pytest.raises(s3vend.IdentityError, match="does not work") as refused:
        s3vend.connect(url="http://127.0.0.1:9", aws_profile="p").read("identity")
    assert f"({says})" in str(refused.value)
    assert "very-secret" not in str(refused.value)


SSO = """
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Reports
region = eu-west-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
"""


@pytest.fixture
def signed_in(alone: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, datetime], None]:
    """`signed_in(portal, until)`: what `aws configure sso` and `aws sso login` leave."""

    def sign_in(portal: str, until: datetime) -> None:
        cache = tmp_path / ".aws/sso/cache"
        cache.mkdir(parents=True)
        (tmp_path / ".aws/config").write_text(SSO)
        token = {"accessToken": "of-sso", "expiresAt": until.strftime("%Y-%m-%dT%H:%M:%SZ")}
        (cache / f"{sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token))  # noqa: S324 - as the AWS CLI names it
        alone.setenv("AWS_ENDPOINT_URL_SSO", portal)
        for provider in ("credentials.SSOProvider", "tokens.SSOTokenProvider"):  # read at import
            alone.setattr(f"botocore.{provider}._SSO_TOKEN_CACHE_DIR", str(cache))

    return sign_in


SignedIn = Callable[[str, datetime], None]
HOUR = timedelta(hours=1)


def portal(asked: Asked) -> Reply:
    """Identity Center's answer with keys for the role, to whoever has its token."""
    assert asked.headers["x-amz-sso_bearer_token"] == "of-sso"
    assert asked.path == "/federation/credentials?role_name=Reports&account_id=111122223333"
    keys = {"accessKeyId": "ASIASSO", "secretAccessKey": "s", "sessionToken": "of-the-role"}
    return 200, {}, {"roleCredentials": {**keys, "expiration": int(9e12)}}


@pytest.mark.parametrize("how", ["--aws-profile", "AWS_PROFILE"])
def test_who_signed_in_with_identity_center_signs_without_boto3_or_the_aws_cli(
    how: str, serve: Serve, signed_in: SignedIn, alone: pytest.MonkeyPatch
) -> None:
    signed_in(serve(portal).url, datetime.now(timezone.utc) + HOUR)
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    if how == "AWS_PROFILE":
        alone.setenv(how, "dev")
    service = s3vend.connect(url=served.url, aws_profile="dev" if how.startswith("--") else None)
    assert service.ask("identity", {}) == {"fine": 1}
    assert served.asked[0].headers["x-amz-security-token"] == "of-the-role"
    assert service.identity.name == "AWS profile dev (sso)"


@pytest.mark.parametrize(
    ("until", "status", "says"),
    [
        (-HOUR, 200, "not signed in, or no longer .* Run aws sso login --profile dev"),
        (HOUR, 401, "not signed in, or no longer .* Run aws sso login --profile dev"),
        (HOUR, 403, "may not use this permission set"),
        (HOUR, 404, "cannot be renewed .ResourceNotFoundException."),
    ],
)
def test_who_is_not_signed_in_is_told_the_command_that_signs_in(
    until: timedelta, status: int, says: str, serve: Serve, signed_in: SignedIn
) -> None:
    names = {401: "Unauthorized", 403: "Forbidden", 404: "ResourceNotFound"}
    headers = {"x-amzn-ErrorType": f"{names.get(status)}Exception"}
    refusing = serve(lambda asked: (status, headers, {"message": "no"}))
    signed_in(refusing.url, datetime.now(timezone.utc) + until)
    with pytest.raises(s3vend.IdentityError, match=says) as refused:
        s3vend.connect(url="http://127.0.0.1:9", aws_profile="dev").ask("identity", {})
    assert "of-sso" not in str(refused.value)


def test_who_never_signed_in_is_told_so(alone: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(SSO)
    with pytest.raises(s3vend.IdentityError, match="Run aws sso login --profile dev"):
        s3vend.connect(url="http://127.0.0.1:9", aws_profile="dev").ask("identity", {})
