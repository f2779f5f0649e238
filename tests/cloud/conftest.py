"""One local cloud with one seeded stack for all tests of this directory, and who calls it."""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.cloud import aws, environments, processes
from local.cloud.client import Answer, Call, Credentials, caller
from local.cloud.environments import ACCOUNT
from local.cloud.ministack import Cloud, running
from local.stack import seed as seeding
from local.stack.build import built
from local.stack.deploy import Stack, deploy
from local.stack.seed import BUCKET, Seeded
from tests.cloud.witness import Witness, watching
from tests.support.contract import Contract, is_of_the_local_cloud

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OTHER_ACCOUNT = "210987654321"
OTHER_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/Partner"  # it need not be there

type LeftRunning = Callable[..., list[str]]
type NewCaller = Callable[..., Credentials]
type Apply = Callable[[Mapping[str, Any]], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back at the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_secrets.py")


@pytest.fixture(scope="session")
def witness() -> Iterator[Witness]:
    """What goes over the wire, from before the first key is made."""
    with watching() as seen:
        yield seen


@pytest.fixture(scope="session")
def left_running() -> LeftRunning:
    """`left_running(text, …)`: processes with one of these in command line or environment."""

    def left(*texts: str) -> list[str]:
        found = []
        for process in processes.living():
            try:
                place = Path(f"/proc/{process.pid}")
                known = (place / "cmdline").read_bytes() + (place / "environ").read_bytes()
            except OSError:  # it is not ours, or has ended since it was listed
                continue
            if any(text.encode() in known for text in texts):
                found.append(f"{process.pid} {known[:200]!r}")
        return found

    return left


@pytest.fixture(scope="session")
def cloud(witness: Witness) -> Iterator[Cloud]:
    """The cloud that the tests share; what needs another state starts its own."""
    environments.forget_own()
    with running() as cloud:
        yield cloud


@pytest.fixture(scope="session")
def stack(cloud: Cloud) -> Stack:
    """The stack as in dev, one more role to assume, the dashboard, and quick to hear of changes."""
    parameters = {
        "TrustAssumeS3User": "true",
        "AssumableRoleArns": OTHER_ROLE,
        "Dashboard": "true",
        "AuditTrail": "true",
        "GrantsCacheSeconds": "2",
    }
    return deploy(cloud, built(), parameters)


@pytest.fixture(scope="session")
def seeded(cloud: Cloud, stack: Stack) -> Seeded:
    """The keys of who is there from the beginning, once local/vending.yaml is applied."""
    return seeding.seed(cloud, stack)


@pytest.fixture(scope="session")
def user(seeded: Seeded) -> Credentials:
    """AssumeS3User."""
    return seeded.user


@pytest.fixture(scope="session")
def administrator(seeded: Seeded) -> Credentials:
    """Somebody with the administrators' policy, and nothing else."""
    return seeded.administrator


@pytest.fixture(scope="session")
def stranger(seeded: Seeded) -> Credentials:
    """Somebody with a grant, but without any policy."""
    return seeded.stranger


@pytest.fixture(scope="session")
def call(stack: Stack, seeded: Seeded) -> Call:  # seeded: so that there are grants to ask for
    """`call(method, path, body, credentials, headers=…, at=…)` → `(status, headers, json)`.

    Whatever comes back is held against openapi.yaml.
    """
    ask, contract = caller(stack.url), Contract.read(closed=True)

    def held(method: str, path: str, body: object = None, *args: Any, **more: Any) -> Answer:
        answer = ask(method, path, body, *args, **more)
        if not is_of_the_local_cloud(answer):
            contract.check(method, path, body, answer)
        return answer

    return held


@pytest.fixture(scope="session")
def logged_vend(call: Call, user: Credentials, administrator: Credentials) -> str:
    """The `vendId` of credentials whose audit record has come to the log."""
    target = {"target": f"s3://{BUCKET}/reports/*", "permission": "READ"}
    vend_id: str = call("POST", "/iam/credentials", target, user).json["vendId"]
    for _ in range(50):
        if call("GET", f"/admin/vends/{vend_id}", None, administrator).status == 200:
            return vend_id
        time.sleep(0.1)
    raise AssertionError(f"no record of {vend_id} came to the log")


@pytest.fixture(scope="session")
def s3(cloud: Cloud) -> "S3Client":
    """S3 as the root user: what is really there."""
    return aws.s3(cloud, cloud.root)


@pytest.fixture(scope="session")
def apply(stack: Stack, administrator: Credentials) -> Apply:
    """`apply({"version": 1, "grants": […]})`: adds to what is granted; a refusal is an error."""
    return lambda document: seeding.apply(stack, document, administrator)


@pytest.fixture(scope="session")
def new_user(cloud: Cloud, stack: Stack) -> NewCaller:
    """`new_user(name=…, policies=[…])`: an IAM user's keys; by default with the callers' policy."""
    numbers = itertools.count(1)

    def new(name: str | None = None, policies: list[str] | None = None) -> Credentials:
        attached = [stack.outputs["CallersPolicyArn"]] if policies is None else policies
        return seeding.new_user(cloud, name or f"Caller{next(numbers)}", *attached)

    return new


@pytest.fixture(scope="session")
def new_role(cloud: Cloud, stack: Stack) -> NewCaller:
    """`new_role(name=…, session=…, policies=[…])`: the same for a session of a new role."""
    numbers = itertools.count(1)
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        },
    }

    def new(
        name: str | None = None, session: str = "session", policies: list[str] | None = None
    ) -> Credentials:
        attached = [stack.outputs["CallersPolicyArn"]] if policies is None else policies
        iam = aws.iam(cloud)
        role = iam.create_role(
            RoleName=name or f"CallerRole{next(numbers)}",
            AssumeRolePolicyDocument=json.dumps(trust),
        )["Role"]
        for policy in attached:
            iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=policy)
        keys = aws.sts(cloud, cloud.root).assume_role(RoleArn=role["Arn"], RoleSessionName=session)
        return Credentials(
            keys["Credentials"]["AccessKeyId"],
            keys["Credentials"]["SecretAccessKey"],
            keys["Credentials"]["SessionToken"],
        )

    return new
