"""Functions of the artifact in processes that serve one request at a time, each behind a proxy."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from local.cloud import environments
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import ROOT, Cloud
from local.stack import deployed
from local.stack.build import built
from tests.faults.answering import ANSWERED
from tests.faults.proxy import Proxy

USER = "Faults"
BUCKET = "hogehoge-bucket"
GRANT = {
    "id": "faults",
    "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:user/{USER}"},
    "scope": f"s3://{BUCKET}/faults/*",
    "permission": "READWRITE",
}
FUNCTIONS = {
    "credentials": "CredentialsFunction",
    "presigned-urls": "PresignedUrlsFunction",
    "multipart-uploads": "PresignedUrlsFunction",
    "grants": "AccessFunction",
    "authorizer": "AuthorizerFunction",
}
MODULES = {
    "CredentialsFunction": "credentials",
    "PresignedUrlsFunction": "presigned_urls",
    "AccessFunction": "access",
    "AuthorizerFunction": "authorizer",
}
BODIES: dict[str, object] = {
    "credentials": {"target": f"s3://{BUCKET}/faults/a", "permission": "READ"},
    "presigned-urls": {
        "expiresIn": 900,
        "requests": [{"method": "GET", "target": f"s3://{BUCKET}/faults/a"}],
    },
    "multipart-uploads": {
        "target": f"s3://{BUCKET}/faults/b",
        "expiresIn": 900,
        "size": 10_000_000,
    },
}
SECRETS = ("SecretAccessKey", "secretAccessKey", "X-Amz-Signature", "sessionToken")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What API Gateway got, what the services saw, and how long it took."""

    status: int
    seconds: float
    seen: list[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    records: tuple[Mapping[str, Any], ...] = ()

    @property
    def lends(self) -> bool:
        """Whether anything in it opens anything."""
        return any(secret in self.body for secret in SECRETS)


@dataclass(slots=True)
class Environment:
    """A process, and what stands between it and its services."""

    process: subprocess.Popen[str]
    proxy: Proxy

    def ask(self, event: Mapping[str, Any]) -> Outcome:
        """One request, from beginning to end."""
        assert self.process.stdin
        assert self.process.stdout
        self.proxy.taken()
        began, records = monotonic(), []
        self.process.stdin.write(json.dumps(event) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith(ANSWERED):
                break
            records.append(json.loads(line))
        else:
            raise RuntimeError("the environment has ended")
        took, said = monotonic() - began, json.loads(line.removeprefix(ANSWERED))
        audit = tuple(one for one in records if one.get("record") == "audit")
        if "error" in said:  # as the gateway responses have it
            status = 401 if said["error"] == "Unauthorized" else 503
            return Outcome(status, took, self.proxy.taken(), {"Retry-After": "5"}, "", audit)
        answer = said["answer"]
        status, body = answer.get("statusCode", 200), answer.get("body", "")
        return Outcome(status, took, self.proxy.taken(), answer.get("headers", {}), body, audit)


@contextmanager
def running(
    cloud: Cloud, route: str, proxy: Proxy, *, cache_seconds: int = 0, sharing: bool = False
) -> Iterator[Environment]:
    """The function of a route, with its role's own keys, whose services are the proxy.

    With ``sharing`` it also notes that a caller was seen, if the stack has links.
    """
    function = FUNCTIONS[route]
    artifact = built()
    keys = deployed.credentials(cloud, function)
    places = (artifact.with_name(function), artifact.with_name("VendingLayer") / "python")
    variables = {
        **deployed.variables(cloud, function),
        **environments.NO_SETTINGS,
        "AWS_ENDPOINT_URL": proxy.url,
        "STS_ENDPOINT": proxy.url,
        "S3_ENDPOINT": proxy.url,
        "GRANTS_CACHE_SECONDS": str(cache_seconds),
        **({} if sharing else {"SHARING": "false"}),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token or "",
        "NO_PROXY": "127.0.0.1",
        "PATH": environments.PATH,
        "HOME": str(cloud.directory / "tmp"),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, places)),
    }
    # Without the packages of this environment, and without the place of the program itself.
    program = (
        sys.executable,
        "-S",
        "-P",
        str(ROOT / "tests/faults/answering.py"),
    )
    process = subprocess.Popen(  # noqa: S603 - this Python
        (*program, MODULES[function]),
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Environment(process, proxy)
    finally:
        process.kill()
        process.communicate()


def event(route: str, caller: str) -> dict[str, Any]:
    """What API Gateway sends for a request of the user; each ``caller`` is a new one of its name."""
    sent: dict[str, Any] = json.loads((ROOT / f"events/{route}.json").read_text())
    sent["requestContext"]["identity"] |= {
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/{USER}",
        "user": f"AIDA{caller:0>16}",
        "caller": f"AIDA{caller:0>16}",
    }
    return sent | ({"body": json.dumps(BODIES[route])} if route in BODIES else {})


def door(token: str) -> dict[str, Any]:
    """What API Gateway asks of the authorizer."""
    sent: dict[str, Any] = json.loads((ROOT / "events/authorizer.json").read_text())
    return sent | {"multiValueHeaders": {"Authorization": [f"Bearer {token}"]}}
