"""Which variables carry an identity, and so do not reach the command that `exec` runs."""

import pytest

from s3vend.cli.use.carried import carries_identity
from tests.client.tokens import raw, token

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
    *("AMAZON_ACCESS_KEY_ID", "AMAZON_SECRET_ACCESS_KEY", "AMAZON_SESSION_TOKEN"),
    *("EC2_ACCESS_KEY", "EC2_SECRET_KEY", "BOTO_PATH", "AWS_CREDENTIAL_PROFILES_FILE"),
    *("BUILDKITE_AGENT_TOKEN", "BUILDKITE_AGENT_JOB_API_TOKEN", "BUILDKITE_AGENT_JOB_API_SOCKET"),
    *("servicePrincipalKey", "ENDPOINT_AUTH_PARAMETER_X_ACCESSTOKEN", "SPIFFE_ENDPOINT_SOCKET"),
    *("AZCOPY_SPA_CLIENT_SECRET", "aws_secret_access_key"),
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
    "BUILDKITE_AGENT_NAME": "a-1",
    "MAVEN_OPTS": "-Xmx1g -Daws.region=eu-west-1",
    "A_WORD": "ASIANINFLUENCES",
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_a_name_that_carries_an_identity(name: str) -> None:
    assert carries_identity(name, "mine")


@pytest.mark.parametrize(("name", "value"), HARMLESS.items())
def test_other_variables_carry_none(name: str, value: str) -> None:
    assert not carries_identity(name, value)


@pytest.mark.parametrize(
    "value",
    [
        token("sts.amazonaws.com"),
        token(None),
        f"Bearer {token()}",
        f"bearer {token()}",
        f" {token()}\n",
        f"Authorization: Bearer {token()}",
        f'{{"parameters": {{"AccessToken": "{token()}"}}}}',
        f"https://x:{token()}@registry.example.com",
        raw({"alg": "EdDSA"}, {}),
        raw('{ "alg":"RS256"}', '{"aud": 1, "aud": 2}'),
    ],
)
def test_a_value_with_a_token_carries_one_under_any_name(value: str) -> None:
    """GitLab's jobs choose the names of their tokens; other CI systems have names of their own."""
    assert carries_identity("VAULT_ID_TOKEN", value)


@pytest.mark.parametrize(
    "value",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "https://ASIAIOSFODNN7EXAMPLE:secret@s3.amazonaws.com",
        "-Xmx1g -Daws.accessKeyId=a -Daws.secretAccessKey=b",
        "-Daws.secretKey=b",
        "-Daws.profile=admin",
        "-Daws.webIdentityTokenFile=/token",
    ],
)
def test_so_does_one_with_keys_of_aws(value: str) -> None:
    assert carries_identity("JAVA_TOOL_OPTIONS", value)
