"""A whole service that lends SeaweedFS: the functions run on the local cloud, the objects are there.

SeaweedFS's STS makes the sessions and checks them at each request. It knows the keys of none of the
local cloud's roles, so what calls it for the functions signs with its root keys.
"""

import json
import os
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import boto3

from local.cloud import aws, environments
from local.cloud.ministack import Cloud
from local.cloud.ministack import running as running_cloud
from local.stack import seed
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET
from tests.backends.seaweedfs import ONCE, REGION, SeaweedFS, running
from tests.support.make import ACCOUNT, ROLE_ARN
from tests.support.running.server import Answers, answering
from tests.support.stack.policies import stack

CALLER = "arn:aws:iam::000000000000:user/root"  # as SeaweedFS calls who has its root keys
MOVER = "mover"  # the subject who may read and write everything in the bucket
NUMBERS = {"DurationSeconds"}
LIFETIME = 12 * 3600  # seconds of the mover's token: longer than any run
# Callers of these runs ask as fast as they can.
PARAMETERS = {"TrustAssumeS3User": "false", "ThrottlingRate": "10000", "ThrottlingBurst": "5000"}


def configuration(buckets: Sequence[str]) -> dict[str, Any]:
    """The template's role: trusted as there, and allowed what its boundary allows."""
    made = stack(AllowedBuckets=",".join(buckets))
    trust = made.properties("AllowedAssumeS3Role")["AssumeRolePolicyDocument"]["Statement"]
    [functions] = [one for one in trust if one["Sid"] == "VendingFunctions"]
    trusted = {**functions, "Principal": {"AWS": CALLER}, "Action": "sts:AssumeRole"}
    boundary = made.properties("AllowedAssumeS3RoleBoundary")["PolicyDocument"]
    key = b64encode(os.urandom(32)).decode()
    return {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "1h",
            "issuer": "sts",
            "signingKey": key,
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "roleStore": {"storeType": "memory"},
        "policies": [{"name": "Boundary", "document": boundary}],
        "roles": [
            {
                "roleName": ROLE_ARN.rpartition("/")[2],
                "roleArn": ROLE_ARN,
                "trustPolicy": {"Version": "2012-10-17", "Statement": [trusted]},
                "attachedPolicies": ["Boundary"],
            }
        ],
    }


class Sts(Protocol):
    """What sessions are asked of."""

    def assume_role(self, **asked: Any) -> Mapping[str, Any]:
        """Return a session, as boto3 does."""


class WithoutAccounts:
    """SeaweedFS's STS, which knows no ``aws:ResourceAccount``: it has to be there, and is left out.

    Everything else is sent as it is.
    """

    def __init__(self, sts: Any) -> None:
        self.sts = sts

    def assume_role(self, **asked: Any) -> Mapping[str, Any]:
        policy = json.loads(asked["Policy"])
        for statement in policy["Statement"]:
            equal = statement["Condition"]["StringEquals"]
            assert equal.pop("aws:ResourceAccount") == ACCOUNT
            if not equal:
                del statement["Condition"]["StringEquals"]
        answer: Mapping[str, Any] = self.sts.assume_role(**asked | {"Policy": json.dumps(policy)})
        return answer


def sts_of(weed: SeaweedFS) -> Any:
    """As its root, whom the role trusts."""
    return boto3.client(
        "sts",
        endpoint_url=weed.endpoint,
        region_name=REGION,
        aws_access_key_id=weed.root.access_key_id,
        aws_secret_access_key=weed.root.secret_access_key,
        config=ONCE,
    )


def _answer(told: Mapping[str, Any]) -> bytes:
    """An answer of AssumeRole."""
    keys, user = told["Credentials"], told["AssumedRoleUser"]
    members = {**keys, "Expiration": keys["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ")}

    def xml(name: str, inside: Mapping[str, str]) -> str:
        listed = "".join(f"<{one}>{escape(text)}</{one}>" for one, text in inside.items())
        return f"<{name}>{listed}</{name}>"

    result = xml("Credentials", members) + xml("AssumedRoleUser", user)
    return (
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<AssumeRoleResult>{result}</AssumeRoleResult></AssumeRoleResponse>"
    ).encode()


@contextmanager
def asking(sts: Sts) -> Iterator[str]:
    """The address at which the functions ask for sessions."""

    class Handler(Answers):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            assert form.pop("Action") == "AssumeRole"
            form.pop("Version")
            asked = {name: int(text) if name in NUMBERS else text for name, text in form.items()}
            self.answer(200, _answer(sts.assume_role(**asked)), Content_Type="text/xml")

    with answering(Handler) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Lent:
    """A service, and the storage that it lends."""

    cloud: Cloud
    stack: Stack
    endpoint: str  # of S3
    s3: Any  # a client with keys that may do everything

    def settings(self, home: Path) -> dict[str, str]:
        """The environment of the command, with a token of somebody who has the bucket."""
        return {
            **environments.NO_SETTINGS,
            "PATH": os.defpath,
            "HOME": str(home),
            "S3VEND_URL": self.stack.url,
            "S3VEND_TOKEN": self.cloud.issuer.token(
                {"sub": MOVER, "exp": int(time.time()) + LIFETIME}
            ),
            "NO_PROXY": "127.0.0.1",
        }


@contextmanager
def lent_by_seaweedfs(directory: Path) -> Iterator[tuple[Lent, SeaweedFS]]:
    """The service with SeaweedFS as its S3."""
    environments.forget_own()
    with (
        running(directory, configuration([BUCKET])) as weed,
        asking(WithoutAccounts(sts_of(weed))) as sts,
        running_cloud() as cloud,
    ):
        stack = deploy(
            cloud, built(), {**PARAMETERS, "S3Endpoint": weed.endpoint, "StsEndpoint": sts}
        )
        weed.s3(weed.root).create_bucket(Bucket=BUCKET)
        grant_the_bucket(cloud, stack)
        yield Lent(cloud, stack, weed.endpoint, weed.s3(weed.root)), weed


@contextmanager
def lent_by_the_local_cloud() -> Iterator[Lent]:
    """The service with the local cloud as its S3."""

    environments.forget_own()
    with running_cloud() as cloud:
        stack = deploy(cloud, built(), PARAMETERS)
        grant_the_bucket(cloud, stack)
        yield Lent(cloud, stack, cloud.endpoint, aws.s3(cloud, cloud.root))


def grant_the_bucket(cloud: Cloud, stack: Stack) -> None:
    administrator = seed.seed(cloud, stack).administrator
    issuer = seed.vending(cloud.issuer.url)["issuers"][0] | {"maxTokenLifetime": LIFETIME}
    grant = {
        "id": MOVER,
        "grantee": {"issuer": cloud.issuer.url, "subject": MOVER},
        "scope": f"s3://{BUCKET}/*",
        "permission": "READWRITE",
    }
    seed.apply(stack, {"version": 1, "issuers": [issuer], "grants": [grant]}, administrator)
