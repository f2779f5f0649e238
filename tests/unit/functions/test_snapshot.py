"""What a function has in memory before its first request, which SnapStart copies."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.make import ROLE_ARN

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.stem for path in (ROOT / "functions").glob("*.py"))
LENT = {
    "AccessKeyId": "ASIAOFTHECONTAINER",
    "SecretAccessKey": "a-secret",
    "Token": "a-token",
    "Expiration": "2100-01-01T00:00:00Z",
}


class Lambda(BaseHTTPRequestHandler):
    """Serves the container's credentials at one path, and an empty table at all others."""

    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.answer({} if self.path != "/keys" else LENT)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"Responses": {}, "Items": []})

    def answer(self, body: object) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The server's address, and the requests that it gets."""
    asked: list[tuple[str, str]] = []
    handler = type("Handler", (Lambda,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def run(code: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process with a function's environment, but without credentials."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join((str(ROOT / "layers"), str(ROOT / "functions"))),
        "HOME": "/nonexistent",
        "AWS_REGION": "ap-northeast-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOTO_DISABLE_CRT": "true",
        "TABLE_NAME": "grants",
        "ROLE_ARN": ROLE_ARN,
        "GRANTS_CACHE_SECONDS": "10",
        "RATE_LIMIT_REQUESTS": "0",
        "RATE_LIMIT_URLS": "0",
        "RATE_LIMIT_FAILURE": "refuse",
        "S3_ENDPOINT": "",
        "STS_ENDPOINT": "",
        "ALLOW_LOCAL_ISSUERS": "false",
        "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
        "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
        "METRICS_NAMESPACE": "s3vend/s3vend",
        "SHARING": "false",
        "LINKS_URL_PARAMETER": "/s3vend/s3vend/links-url",
        "LOG_GROUPS": "a-log",
        "DENIAL_POLICY_NAME": "S3VendDenials",
        "HISTORY_DAYS": "400",
        "TRACED": "false",
        **more,
    }
    return subprocess.run(  # noqa: S603 - this Python and the code below
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )


def container(address: str) -> dict[str, str]:
    """The environment of a function with SnapStart: no credentials, but their endpoint."""
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/keys", "AWS_ENDPOINT_URL": address}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_starts_without_credentials_and_asks_nobody_for_any(function: str) -> None:
    with served() as (address, asked):
        done = run(f"import {function}", **container(address))
    assert (done.returncode, done.stderr) == (0, "")
    assert asked == []


CALLS = dict.fromkeys(FUNCTIONS, "dynamodb.list_tables()")
del CALLS["preflights"]  # it calls nothing
CALLS["audit"] = "cloudwatch.describe_log_groups()"  # its only client
CALLS["shares"] = "environment.dynamodb.list_tables()"


@pytest.mark.parametrize("function", CALLS)
def test_credentials_are_sought_at_the_first_call_and_signed_with(function: str) -> None:
    call = f"import {function} as f; f.{CALLS[function]}; f.{CALLS[function]}"
    with served() as (address, asked):
        done = run(call, **container(address))
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path, _ in asked] == ["/keys", "/", "/"]
    assert all(LENT["AccessKeyId"] in header for _, header in asked[1:])


def test_clients_of_one_function_share_their_credentials() -> None:
    call = """
from vending.aws.services.client import client
sts, dynamodb = (client(service, "ap-northeast-1") for service in ("sts", "dynamodb"))
dynamodb.list_tables()
print(sts.generate_presigned_url("get_caller_identity"))
"""
    with served() as (address, asked):
        done = run(call, **container(address))
    assert (done.returncode, done.stderr) == (0, "")
    assert [path for path, _ in asked] == ["/keys", "/"]
    assert LENT["AccessKeyId"] in done.stdout


@pytest.mark.parametrize("function", sorted({*FUNCTIONS} - {"authorizer", "sts"}))
def test_only_who_takes_tokens_starts_with_what_verifies_them(function: str) -> None:
    done = run(f"import sys, {function}; print('jwt' in sys.modules)")
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_call_without_credentials_fails_and_nothing_is_sent_unsigned() -> None:
    call = """
from access import dynamodb
from vending.aws.table.issuers import issuers
from vending.errors import Unavailable
try:
    issuers(dynamodb, "grants")
except Unavailable as error:
    print(error.reason)
"""
    with served() as (address, asked):
        done = run(call, AWS_ENDPOINT_URL=address)
    assert (done.stdout, done.stderr) == ("NoCredentialsError\n", "")
    assert asked == []
