"""The environment of the command that `exec` runs."""

import os

import pytest

from s3vend.cli.use import child
from tests.client.tokens import raw, token

ENDPOINT = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "u", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"}
ONLY = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BOTO_CONFIG": os.devnull,
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    **ENDPOINT,
}
IDENTITIES = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE"),
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
    *("AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    *("AWS_BEARER_TOKEN_BEDROCK", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO"),
    *("AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_SSO_CACHE", "AWS_SOMETHING_NEW", "S3VEND_TOKEN"),
    *("S3VEND_TOKEN_FILE", "S3VEND_PROFILE", "S3VEND_ADMIN_ACCESS_KEY_ID"),
    *("S3VEND_ADMIN_SECRET_ACCESS_KEY", "S3VEND_SOMETHING_NEW", "ACTIONS_ID_TOKEN_REQUEST_URL"),
    *("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "CI_JOB_JWT", "CI_JOB_JWT_V2"),
    *("BUILDKITE_AGENT_ACCESS_TOKEN", "SYSTEM_ACCESSTOKEN", "SYSTEM_OIDCREQUESTURI"),
    *("ARM_CLIENT_SECRET", "ARM_OIDC_REQUEST_TOKEN", "AZURE_CLIENT_SECRET"),
    *("AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT"),
    *("MSI_SECRET", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH"),
    *("CLOUDSDK_AUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "GCE_METADATA_HOST"),
    "GCLOUD_KEYFILE_JSON",
)
HARMLESS = {
    "PATH": "/usr/bin",
    "HOME": "/h",
    "GITHUB_SHA": "0123",
    "CI_PROJECT_ID": "1",
    "AWS_CA_BUNDLE": "/ca.pem",
    "AWS_MAX_ATTEMPTS": "9",
    "AWS_ENDPOINT_URL_S3": "https://s3.example.com",
    "S3VEND_URL": "https://vend.example.com/v1",
    "VERSION": "1.2.3",
    "HOST": "eyes.example.com",
    "SIGNED_WITH_A_SHARED_SECRET": raw({"alg": "HS256"}, {}),
    "ENCRYPTED": raw({"alg": "RSA-OAEP"}, {}) + ".a.b",
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_no_variable_with_an_identity_reaches_the_command(name: str) -> None:
    assert child.environment({name: "mine"}, ENDPOINT, "eu-west-1") == ONLY


def test_other_variables_do() -> None:
    assert child.environment(HARMLESS, ENDPOINT, "eu-west-1") == HARMLESS | ONLY


@pytest.mark.parametrize(
    "value",
    [
        token("sts.amazonaws.com"),
        token(None),
        f"Bearer {token()}",
        f" {token()}\n",
        raw({"alg": "EdDSA"}, {}),
        raw('{ "alg":"RS256"}', '{"aud": 1, "aud": 2}'),
    ],
)
def test_no_token_reaches_the_command_under_any_name(value: str) -> None:
    """GitLab's jobs choose the names of their tokens; other CI systems have names of their own."""
    assert child.environment({"VAULT_ID_TOKEN": value}, ENDPOINT, "eu-west-1") == ONLY


def test_a_config_file_may_be_named() -> None:
    named = child.environment({}, ENDPOINT, "eu-west-1", {"AWS_CONFIG_FILE": "/c"})
    assert named == ONLY | {"AWS_CONFIG_FILE": "/c"}
