"""A release on a local cloud, as the page deploys it, and whether something else is found there."""

import io
import json
import re
import shlex
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import s3vend
from local.cloud import aws, environments
from local.cloud.client import caller
from local.cloud.ministack import Cloud, running
from local.stack import seed
from local.stack.build import ARCHITECTURE
from local.stack.deploy import Stack, deploy
from s3vend.cli.app import app
from tests.support.pages import pages

VERSION = s3vend.__version__
TYPED, SHOWN, _ = (one for one in pages()["docs/releases.md"].blocks if one.section == "What runs")
NAME = f"s3vend-stack-{VERSION}-{ARCHITECTURE}"


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    environments.forget_own()
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def stack(cloud: Cloud, release: Path, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The archive, unpacked and deployed with `sam deploy`; nothing is built."""
    to = tmp_path_factory.mktemp("unpacked")
    shutil.unpack_archive(release / f"{NAME}.zip", to)
    (to / NAME / "samconfig.toml").unlink()  # it has SAM find a bucket; the local cloud names one
    return deploy(cloud, to / NAME / "template.yaml", {"TrustAssumeS3User": "true"})


def doctor(
    cloud: Cloud, release: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, dict[str, Any]]:
    """The exit code, and the findings by what was checked, of the page's command."""
    result = run_doctor(cloud, release, monkeypatch, "-o", "json")
    return result.exit_code, {one["check"]: one for one in json.loads(result.stdout)["checks"]}


def run_doctor(cloud: Cloud, release: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> Any:
    for name, value in environments.client(cloud.endpoint, cloud.directory, cloud.root).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(release)
    result = CliRunner().invoke(app, [*shlex.split(TYPED.text)[1:], *more], prog_name="s3vend")
    assert result.exit_code in (0, 1), result.output
    return result


def lambdas(cloud: Cloud, stack: Stack) -> dict[str, str]:
    pages = aws.cloudformation(cloud).describe_stack_resources(StackName=stack.name)
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in pages["StackResources"]
        if one["ResourceType"] == "AWS::Lambda::Function"
    }


def test_it_lends_what_is_granted(cloud: Cloud, stack: Stack) -> None:
    seed.put_objects(cloud, seed.OBJECTS)
    user = seed.access_key(cloud, stack.outputs["UserName"])
    policy = stack.outputs["AdministratorsPolicyArn"]
    administrator = seed.new_user(cloud, seed.ADMINISTRATOR, policy)
    seed.apply(stack, seed.vending(cloud.issuer.url), administrator)
    wanted = {"target": "s3://hogehoge-bucket/reports/*", "permission": "READ"}
    assert caller(stack.url)("POST", "/iam/credentials", wanted, user).status == 200
    who = caller(stack.url)("GET", "/iam/identity", None, user)
    assert who.json["version"] == VERSION


def test_the_doctor_finds_the_release_in_what_runs(
    cloud: Cloud, stack: Stack, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = doctor(cloud, release, monkeypatch)
    assert code == 0, found
    assert found.keys() == {"release", *lambdas(cloud, stack)}
    assert {one["level"] for one in found.values()} == {"ok"}
    shown = ".*".join(map(re.escape, SHOWN.text.strip().split("…")))
    out = run_doctor(cloud, release, monkeypatch).stdout.strip()
    assert re.fullmatch(shown, out, re.DOTALL), out


def test_a_layer_that_somebody_changed_is_found(
    cloud: Cloud, stack: Stack, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever may publish layers would: the same layer with one module more."""
    client, function = aws.functions(cloud), lambdas(cloud, stack)["CredentialsFunction"]
    with zipfile.ZipFile(release / f"{NAME}.zip") as archive:
        layer = io.BytesIO(archive.read(f"{NAME}/layer.zip"))
    with zipfile.ZipFile(layer, "a") as opened:
        opened.writestr("python/sitecustomize.py", "")
    published = client.publish_layer_version(
        LayerName="s3vend-vending", Content={"ZipFile": layer.getvalue()}
    )
    client.update_function_configuration(
        FunctionName=function, Layers=[published["LayerVersionArn"]]
    )
    assert doctor(cloud, release, monkeypatch)[0] == 0, "nothing calls $LATEST"
    version = client.publish_version(FunctionName=function)["Version"]
    client.update_alias(FunctionName=function, Name="live", FunctionVersion=version)
    code, found = doctor(cloud, release, monkeypatch)
    assert code == 1
    wrong = [name for name, one in found.items() if one["level"] == "fail"]
    assert wrong == ["CredentialsFunction"]
    assert published["LayerVersionArn"] in found["CredentialsFunction"]["detail"]


def test_code_that_somebody_changed_is_found_too_where_few_requests_meet_it(
    cloud: Cloud, stack: Stack, release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, function = aws.functions(cloud), lambdas(cloud, stack)["AccessFunction"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as opened:
        opened.writestr("access.py", "def handler(event, context): return {}")
    client.update_function_code(FunctionName=function, ZipFile=code.getvalue())
    version = client.publish_version(FunctionName=function)["Version"]
    client.update_alias(
        FunctionName=function,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {version: 0.01}},
    )
    exit_code, found = doctor(cloud, release, monkeypatch)
    assert exit_code == 1
    assert f"version {version} runs other code" in found["AccessFunction"]["detail"]
