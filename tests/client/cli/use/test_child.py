"""The environment of the command that `exec` runs."""

import os

import pytest

from s3vend.cli.use import child

ENDPOINT = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "u", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t"}
ONLY = {
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_CREDENTIAL_PROFILES_FILE": os.devnull,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "BOTO_CONFIG": os.devnull,
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    **ENDPOINT,
}


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_CREDENTIAL_PROFILES_FILE", "S3VEND_TOKEN"])
def test_no_variable_with_an_identity_reaches_the_command(name: str) -> None:
    assert child.environment({name: "mine"}, ENDPOINT, "eu-west-1") == ONLY


def test_other_variables_do() -> None:
    own = {"PATH": "/usr/bin", "AWS_CA_BUNDLE": "/ca.pem"}
    assert child.environment(own, ENDPOINT, "eu-west-1") == own | ONLY


def test_a_config_file_may_be_named() -> None:
    named = child.environment({}, ENDPOINT, "eu-west-1", {"AWS_CONFIG_FILE": "/c"})
    assert named == ONLY | {"AWS_CONFIG_FILE": "/c"}
