"""Preflight looks at a local cloud on which a stack is deployed."""

import pytest

from local.cloud import aws, environments
from local.cloud.client import Credentials
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import Cloud
from local.stack.deploy import Stack
from tests.cloud.conftest import NewCaller
from tools.preflight import __main__ as program


@pytest.fixture
def look(
    cloud: Cloud,
    stack: Stack,  # so that one is there
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> "Look":
    """`look(configuration, *parameters, keys=…)`: what preflight prints."""
    return Look(cloud, monkeypatch, capsys)


class Look:
    def __init__(
        self,
        cloud: Cloud,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.cloud, self.monkeypatch, self.capsys = cloud, monkeypatch, capsys

    def __call__(
        self, configuration: str, *parameters: str, keys: Credentials | None = None
    ) -> str:
        cloud = self.cloud
        setting = environments.client(cloud.endpoint, cloud.directory, keys or cloud.root)
        for name, value in setting.items():
            if name.startswith(("AWS_", "NO_PROXY")):
                self.monkeypatch.setenv(name, value)
        arguments = ["--region", REGION, "--configuration", configuration, "--", *parameters]
        assert program.main(arguments) in (1, 2)  # it has no Service Quotas
        return self.capsys.readouterr().out


def test_names_of_another_stack_are_taken_and_a_prefix_helps(look: Look) -> None:
    shown = look("dev")
    assert "No stack is named s3vend-dev" in shown
    for one in ("Role AllowedAssumeS3Role", "User AssumeS3User", "ManagedPolicy S3VendCallers"):
        assert f"CHANGE: IAM::{one} exists already, and is not of this stack." in shown
    shown = look("dev", "NamePrefix=two-")
    assert "CHANGE" not in shown
    assert "No name that the stack gives is taken." in shown


def test_the_stack_itself_may_be_updated(look: Look) -> None:
    shown = look("prod", "AllowedBuckets=hogehoge-bucket", "ManageApiGatewayAccount=true")
    assert "this is an update" in shown
    assert "exists already" not in shown
    assert "API Gateway has a log role, or gets one." in shown


def test_somebody_without_policies_is_told_what_they_lack(
    look: Look, new_user: NewCaller, cloud: Cloud
) -> None:
    keys = new_user("Deployer", [])
    policy = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    aws.iam(cloud).attach_user_policy(UserName="Deployer", PolicyArn=policy)
    shown = look("dev", "NamePrefix=two-", keys=keys)
    assert f"arn:aws:iam::{ACCOUNT}:user/Deployer" in shown
    assert "iam:CreateRole" in shown or "permissions: SimulatePrincipalPolicy answers" in shown
