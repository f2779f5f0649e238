"""Which account and region a run on AWS takes, and what it says if there are none."""

from pathlib import Path

import pytest

from local.messages import LocalError
from tests.acceptance import account
from tests.unit.acceptance.conftest import NAME

IDENTITY = {"Account": "987654321098"}


class Answering:
    def get_caller_identity(self) -> dict[str, str]:
        return IDENTITY


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        ({"AWS_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-central-1"),
        ({"AWS_REGION": "eu-central-1", "AWS_PROFILE": "elsewhere"}, "eu-central-1"),
        ({"AWS_PROFILE": "elsewhere"}, "us-east-1"),
    ],
)
def test_the_region_is_the_one_that_the_aws_cli_would_take(
    variables: dict[str, str], region: str, signed_out: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile elsewhere]\nregion = us-east-1\n")
    signed_out.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in variables.items():
        signed_out.setenv(name, value)
    signed_out.setattr("boto3.Session.client", lambda *_, **__: Answering())
    assert account.here(tmp_path).region == region


@pytest.mark.parametrize(
    ("variables", "name", "words"),
    [
        ({}, None, "Set AWS_REGION to the region of the run, such as eu-central-1."),
        ({}, "foo", "'foo' is not a run: its name is like s3vend-acceptance-1a2b3c."),
        ({"AWS_REGION": "eu-centrl-1"}, None, "did you mean 'eu-central-1'?"),
        ({"AWS_REGION": "eu-central-1"}, NAME, "Check your credentials"),
        ({"AWS_REGION": "eu-central-1", "AWS_PROFILE": "missing"}, NAME, "Check your credentials"),
    ],
)
def test_a_run_without_a_place_or_credentials_says_what_to_do(
    variables: dict[str, str],
    name: str | None,
    words: str,
    signed_out: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for variable, value in variables.items():
        signed_out.setenv(variable, value)
    with pytest.raises(LocalError) as raised:
        account.here(tmp_path, name)
    assert words in str(raised.value)
