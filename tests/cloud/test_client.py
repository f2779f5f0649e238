"""The Python client against the real service: both doors, renewal, refusals, a service that is gone."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import s3vend
from local.cloud.client import Credentials
from local.cloud.ministack import Cloud, free_port
from local.stack.deploy import Stack
from local.stack.seed import BUCKET, OBJECTS
from s3vend.service.connect import Service
from tests.support.troubles import Proxy, proxied

if TYPE_CHECKING:
    import boto3

REPORTS, REPORT = f"s3://{BUCKET}/reports/*", "reports/2026.csv"
EXPORTER = "104857600123456789012"
PATHS = Config(s3={"addressing_style": "path"})
READ = {"target": REPORTS, "permission": "READ"}


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The settings of nobody."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def token(cloud: Cloud) -> str:
    return cloud.issuer.token({"sub": EXPORTER})


@pytest.fixture
def exporter(stack: Stack, seeded: object, token: str) -> Service:
    """Somebody outside AWS who may read the reports."""
    return s3vend.connect(url=stack.url, token=token)


def read(session: "boto3.Session", cloud: Cloud, key: str) -> bytes:
    s3 = session.client("s3", endpoint_url=cloud.endpoint, config=PATHS)
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def test_a_session_reads_what_was_granted_and_nothing_else(exporter: Service, cloud: Cloud) -> None:
    session = s3vend.session(REPORTS, permission="READ", service=exporter)
    assert session.region_name == "ap-northeast-1"
    assert read(session, cloud, REPORT) == OBJECTS[REPORT]
    with pytest.raises(ClientError, match=r"AccessDenied|403"):
        read(session, cloud, "reports-private/secret.csv")


def test_aws_credentials_come_in_through_their_own_door(
    stack: Stack, user: Credentials, cloud: Cloud, nothing_set: pytest.MonkeyPatch
) -> None:
    nothing_set.setenv("AWS_ACCESS_KEY_ID", user.access_key_id)
    nothing_set.setenv("AWS_SECRET_ACCESS_KEY", user.secret_access_key)
    nothing_set.setenv("AWS_REGION", "ap-northeast-1")
    nothing_set.setenv("S3VEND_URL", stack.url)
    lent = s3vend.credentials([REPORTS], permission="READ")
    assert lent.matched_grant_targets == (REPORTS,)
    assert read(s3vend.session(REPORTS), cloud, REPORT) == OBJECTS[REPORT]
    assert s3vend.connect().read("identity")["arn"].endswith("AssumeS3User")


def test_a_profile_pins_the_identity(
    stack: Stack, seeded: object, token: str, tmp_path: Path, nothing_set: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(token)
    (tmp_path / "s3vend").mkdir()
    (tmp_path / "s3vend/config").write_text(
        f"[exporter]\nurl = {stack.url}\ntoken_file = {tmp_path}/token\n"
    )
    nothing_set.setenv("S3VEND_PROFILE", "exporter")
    nothing_set.setenv("S3VEND_TOKEN", "of.somebody.else")
    assert s3vend.connect().read("identity")["subject"] == EXPORTER


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"exp": 1000}, "S3VEND_TOKEN expired at 1970-01-01T00:16:40"),
        ({"aud": "https://other.example.com"}, "must be for the audience"),
    ],
)
def test_a_wrong_token_says_whose_it_was_and_what_to_do(
    stack: Stack,
    cloud: Cloud,
    claims: dict[str, object],
    said: str,
    nothing_set: pytest.MonkeyPatch,
) -> None:
    secret = cloud.issuer.token({"sub": EXPORTER} | claims)
    nothing_set.setenv("S3VEND_TOKEN", secret)
    with pytest.raises(s3vend.NotAuthenticated, match=said) as refused:
        s3vend.credentials(REPORTS, service=s3vend.connect(url=stack.url))
    assert secret not in str(refused.value)
    assert refused.value.problem.request_id


def test_no_grant_says_who_asked_and_whom_to_ask(exporter: Service) -> None:
    with pytest.raises(s3vend.AccessDenied) as refused:
        s3vend.session(f"s3://{BUCKET}/reports-private/*", service=exporter)
    assert (refused.value.code, refused.value.status) == ("AccessDenied", 403)
    for text in ("the token from token=", "Ask the service's operator for a grant", "requestId"):
        assert text in str(refused.value)


def test_a_wrong_member_is_named_by_its_pointer(exporter: Service) -> None:
    with pytest.raises(s3vend.InvalidRequest) as refused:
        s3vend.credentials("s3://Not_A_Bucket/x", service=exporter)
    assert refused.value.problem.faults[0].pointer == "/target"


def test_a_service_that_is_down_is_named(token: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    service = s3vend.connect(url=f"{url}/v1", token=token)
    with pytest.raises(s3vend.Unreachable, match=rf"{url} .*refuses connections: .*tried 2 times"):
        s3vend.credentials(REPORTS, service=service)


@pytest.fixture
def short(stack: Stack, cloud: Cloud) -> Iterator[Proxy]:
    """The service behind a proxy that says of each session that it ends in two seconds."""

    def shortened(body: bytes) -> bytes:
        answer = json.loads(body)
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        answer["credentials"]["expiration"] = end
        return json.dumps(answer).encode()

    with proxied(cloud.endpoint, rewrite=shortened) as proxy:
        yield proxy


def test_a_session_of_seconds_is_renewed_under_many_threads_and_no_request_fails(
    stack: Stack, seeded: object, cloud: Cloud, short: Proxy, token: str
) -> None:
    url = stack.url.replace(cloud.endpoint, short.url)
    session = s3vend.session(REPORTS, service=s3vend.connect(url=url, token=token))
    keys, failed = set(), []
    s3 = session.client("s3", endpoint_url=cloud.endpoint, config=PATHS)
    lent = session.get_credentials()
    assert lent is not None
    until = time.monotonic() + 5

    def work() -> None:
        while time.monotonic() < until:
            try:
                s3.get_object(Bucket=BUCKET, Key=REPORT)["Body"].read()
                keys.add(lent.get_frozen_credentials().access_key)
            except Exception as error:  # noqa: BLE001 - any at all
                failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    assert 2 <= len(keys) == short.requests <= 5
