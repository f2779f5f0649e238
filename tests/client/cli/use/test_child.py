"""The environment of the command that `exec` runs."""

import os

import pytest

from s3vend.cli.use import child

pytestmark = pytest.mark.usefixtures("nobody")

OTHER_WAYS = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SHARED_CREDENTIALS_FILE"),
    *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE"),
    *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
    "S3VEND_TOKEN",
)


def test_the_command_has_one_way_to_credentials_and_no_other() -> None:
    own = dict.fromkeys(OTHER_WAYS, "x") | {"HOME": "/h", "AWS_CONFIG_FILE": "/mine"}
    endpoint = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "u"}
    assert child.environment(own, endpoint, "eu-west-1", keep_config=False) == {
        "HOME": "/h",
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "u",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    kept = child.environment(own, endpoint, "eu-west-1", keep_config=True)
    assert kept["AWS_CONFIG_FILE"] == "/mine"
