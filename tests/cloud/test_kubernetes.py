"""The manifests of docs/kubernetes.md against the real service: what their containers get."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import urllib3

from local.cloud import processes
from local.cloud.ministack import ROOT, Cloud, free_port
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS
from tests.cloud.conftest import Apply
from tests.kubernetes import cluster
from tests.kubernetes.pod import ENDPOINT, URL, Container, container, filled, of_kind, project

KEY = "reports/2026.csv"
READ = """
import boto3, botocore.utils
botocore.utils.ContainerMetadataFetcher.TIMEOUT_SECONDS = 30  # this machine may be busy
s3 = boto3.client("s3")
print(s3.get_object(Bucket="{bucket}", Key="{key}")["Body"].read().decode(), end="")
"""
BY_CRT = """
from awscrt import auth, io
group = io.EventLoopGroup(1)
provider = auth.AwsCredentialsProvider.new_default_chain(
    io.ClientBootstrap(group, io.DefaultHostResolver(group))
)
print(provider.get_credentials().result(30).access_key_id)
"""
SECONDS = 120.0  # far more than anything here takes


class Ended(NamedTuple):
    code: int
    out: str
    err: str


type Run = Callable[..., Ended]


@pytest.fixture(scope="module", autouse=True)
def granted(apply: Apply) -> None:
    apply(cluster.grants())


@pytest.fixture
def values(stack: Stack) -> dict[str, str]:
    """What differs here from the manifests: the address of the service, and the port."""
    return {URL: stack.url, ENDPOINT: f"127.0.0.1:{free_port()}"}


@pytest.fixture
def bare(cloud: Cloud, tmp_path: Path) -> dict[str, str]:
    """What every container has here: this interpreter, and the local cloud's S3."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "client/src"),
        "HOME": str(tmp_path / "no-home"),
        "AWS_ENDPOINT_URL_S3": cloud.endpoint,
    }


def volumes(one: Container, directory: Path) -> dict[str, str]:
    """Directories in the place of the mounts: texts to replace."""
    for name in one.mounts:
        (directory / name).mkdir(exist_ok=True, parents=True)
    return {path: str(directory / name) for name, path in one.mounts.items()}


def run(program: str, environment: Mapping[str, str]) -> Ended:
    ended = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-c", program],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def read(environment: Mapping[str, str], key: str = KEY) -> Ended:
    return run(READ.format(bucket=BUCKET, key=key), environment)


@contextmanager
def sidecar(
    directory: Path, values: Mapping[str, str], bare: Mapping[str, str], token: str
) -> Iterator[processes.Child]:
    """The sidecar's container, from the moment at which its probe succeeds."""
    one = container("sidecar", "s3vend")
    places = {**values, **volumes(one, directory)}
    (directory / "endpoint").chmod(0o777)  # as an emptyDir
    project(directory / "token", token)
    port = places[ENDPOINT].rpartition(":")[2]
    settings = {**bare, **one.environment(places)}
    command = [sys.executable, "-m", "s3vend", *one.arguments(places), f"--port={port}"]
    log = directory / "log"
    child = processes.spawn(command, log=log, environment=settings, directory=directory)
    python, *probe = one.probe(places)
    assert python == "python3"
    try:
        deadline = time.monotonic() + SECONDS
        while True:
            asked = subprocess.run(  # noqa: S603 - the probe of our own manifest
                [sys.executable, *probe, f"--port={port}"],
                env=settings,
                capture_output=True,
                check=False,
            )
            if asked.returncode == 0:
                break
            assert child.poll() is None, log.read_text()
            assert time.monotonic() < deadline, asked.stderr
        yield child
    finally:
        processes.end(child.pid, child)


def app(directory: Path, values: Mapping[str, str], bare: Mapping[str, str]) -> dict[str, str]:
    one = container("sidecar", "app")
    return {**bare, **one.environment({**values, **volumes(one, directory)})}


@pytest.fixture
def by_token(
    tmp_path: Path, values: Mapping[str, str], bare: Mapping[str, str]
) -> Callable[[str], dict[str, str]]:
    """`by_token(token)`: the environment of the app of token.yaml, where it has this token."""

    def view(token: str) -> dict[str, str]:
        one = container("token", "app")
        places = {**values, **volumes(one, tmp_path)}
        project(tmp_path / "s3vend", token)
        return {**bare, **one.environment(places)}

    return view


def test_an_sdk_reads_with_the_pod_s_token(by_token: Callable[[str], dict[str, str]]) -> None:
    settings = by_token(cluster.token(of_kind("token", "Pod")))
    assert read(settings) == (0, OBJECTS[KEY].decode(), "")
    assert "AccessDenied" in read(settings, "hoge.zip").err


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"sub": "system:serviceaccount:reports:default"}, 403),
        ({"sub": "system:serviceaccount:reports2:reader"}, 403),
        ({"aud": ["sts.amazonaws.com"]}, 401),
        ({"aud": ["https://kubernetes.default.svc"]}, 401),
        ({"iss": "https://oidc.eks.ap-northeast-1.amazonaws.com/id/ANOTHER"}, 401),
    ],
)
def test_another_s_token_gets_nothing(
    more: Mapping[str, Any], status: int, by_token: Callable[[str], dict[str, str]]
) -> None:
    ended = read(by_token(cluster.token(of_kind("token", "Pod"), **more)))
    assert f"Received non 200 response {status} from container metadata" in ended.err


def test_a_namespace_has_its_own_prefix_by_a_claim_of_the_token(
    stack: Stack, cloud: Cloud, by_token: Callable[[str], dict[str, str]]
) -> None:
    settings = by_token(cluster.token(of_kind("token", "Pod")))
    name = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    own = settings[name].replace("reports%2F", "namespaces%2Freports%2F")
    theirs = settings[name].replace("reports%2F", "namespaces%2Freports2%2F")
    assert own != settings[name]
    ended = read({**settings, name: own}, "namespaces/reports/none")
    assert "NoSuchKey" in ended.err
    assert "Received non 200 response 403" in read({**settings, name: theirs}).err


def test_the_sidecar_lends_to_a_program_that_has_no_token(
    tmp_path: Path, values: dict[str, str], bare: dict[str, str]
) -> None:
    pod = of_kind("sidecar", "Pod")
    with sidecar(tmp_path, values, bare, cluster.token(pod)):
        settings = app(tmp_path, values, bare)
        assert read(settings) == (0, OBJECTS[KEY].decode(), "")
        assert "AccessDenied" in read(settings, "hoge.zip").err
        without = tmp_path / "without"
        without.write_text("guessed")
        wrong = {**settings, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(without)}
        assert "Received non 200 response 403" in read(wrong).err
    assert not list((tmp_path / "endpoint").rglob("token"))


def test_the_credentials_code_of_mountpoint_takes_them_from_the_sidecar(
    tmp_path: Path, values: dict[str, str], bare: dict[str, str]
) -> None:
    """Mountpoint is built on the AWS CRT, as awscrt is."""
    one = container("mountpoint", "mountpoint")
    with sidecar(tmp_path, values, bare, cluster.token(of_kind("mountpoint", "Pod"))):
        places = {**values, **{path: str(tmp_path / name) for name, path in one.mounts.items()}}
        ended = run(BY_CRT, {**bare, **one.environment(places)})
    assert re.fullmatch(r"ASIA\w+\n", ended.out), ended.err


def test_two_pods_have_endpoints_of_their_own(
    tmp_path: Path, stack: Stack, bare: dict[str, str]
) -> None:
    pods = {}
    for name, account in (("one", "reader"), ("other", "default")):
        pods[name] = (
            tmp_path / name,
            {URL: stack.url, ENDPOINT: f"127.0.0.1:{free_port()}"},
            f"system:serviceaccount:reports:{account}",
        )
    manifest = of_kind("sidecar", "Pod")
    directory, values, subject = pods["one"]
    with sidecar(directory, values, bare, cluster.token(manifest, sub=subject)):
        directory, values, subject = pods["other"]
        with (
            pytest.raises(AssertionError, match="AccessDenied"),
            sidecar(directory, values, bare, cluster.token(manifest, sub=subject)),
        ):
            pass


def test_external_secrets_gets_the_members_of_its_template(
    values: dict[str, str], bare: dict[str, str]
) -> None:
    """What the operator does with the two manifests, step by step; it is not here itself."""
    webhook = of_kind("external-secrets", "Webhook")["spec"]
    target = of_kind("external-secrets", "ExternalSecret")["spec"]["target"]
    token = cluster.token(of_kind("token", "Pod"))
    headers = {
        name: filled(text, {"{{ .s3vend.token }}": token})
        for name, text in webhook["headers"].items()
    }
    answer = urllib3.request("GET", filled(webhook["url"], values), headers=headers)
    assert answer.status == 200
    found = {f"{{{{ .{name} }}}}": text for name, text in answer.json().items()}
    secret = {name: filled(text, found) for name, text in target["template"]["data"].items()}
    assert "{{" not in str(secret)
    settings = {**bare, **secret, "AWS_REGION": "ap-northeast-1"}
    assert read(settings).out == OBJECTS[KEY].decode()
