"""Deploys the stack of a run, with its bucket, its users and its grants."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from local.cloud import environments
from local.cloud.client import Credentials
from local.messages import LocalError, step
from local.stack import deploy as deploying
from local.stack import seed as seeding
from local.stack.build import ARCHITECTURE
from local.stack.deploy import ORIGINS, Stack
from local.stack.seed import OBJECTS
from tests.acceptance.rows import PLACE
from tests.acceptance.scene import Ground, Scene
from tests.acceptance.waiting import within

ADMINISTRATOR, STRANGER, USER = "Administrator", "Stranger", "AssumeS3User"
KNOWN_SECONDS: Final = 60.0  # for a new key to be known everywhere
FIRST: Final = {
    "Environment": "dev",
    "Architecture": ARCHITECTURE,
    "TrustAssumeS3User": "true",
    "Sharing": "true",
}
SECOND: Final = {"TrustAssumeS3User": "false"}
# Of the update on AWS: what a local cloud does not have, or only stores.
SECOND_ON_AWS: Final = {
    "Alarms": "true",
    "AuditTrail": "true",
    "Dashboard": "true",
    "DeploymentType": "AllAtOnce",
    "GradualDeployment": "true",
    "OwnWebAcl": "true",
    "Sharing": "false",  # a trace would have the tokens of links
    "SnapStart": "PublishedVersions",
    "Tracing": "true",
}


def parameters(ground: Ground, stage: str) -> dict[str, str]:
    """Return the stack's parameters in this stage of the run."""
    own = {
        "NamePrefix": ground.prefix,
        "AllowedBuckets": f"{ground.name}-*",
        "NeverLentBuckets": artifacts(ground),
    }
    values = FIRST | {"AllowedOrigins": ORIGINS} | (own if ground.prefix else {})
    if stage == "second":
        values |= SECOND | ({} if ground.endpoint else SECOND_ON_AWS)
    return values


def artifacts(ground: Ground) -> str:
    """Return the name of the bucket for what is deployed."""
    return f"{ground.name}-artifacts" if ground.prefix else deploying.ARTIFACTS


def deploy(ground: Ground, built: Path, stage: str, deployer: Credentials | None = None) -> Stack:
    """Create or update the stack: as the deployer, or as whoever set up.

    Raises LocalError with the last lines of SAM's output if that fails.
    """
    values = parameters(ground, stage)
    if ground.endpoint:
        return deploying.deploy(
            ground.cloud(), built, values, name=ground.name, artifacts=artifacts(ground)
        )
    make_bucket(ground, artifacts(ground))
    deploying.run_sam(
        built,
        values,
        name=ground.name,
        artifacts=artifacts(ground),
        region=ground.region,
        log=ground.directory / "sam-deploy.log",
        environment=environment(ground, deployer),
    )
    return find(ground)


def environment(ground: Ground, keys: Credentials | None) -> dict[str, str]:
    """Return the environment of a program that acts on AWS with these keys, or as we do."""
    region = {"AWS_REGION": ground.region, "AWS_DEFAULT_REGION": ground.region}
    usual = {**os.environ, **region, "PATH": environments.PATH, "SAM_CLI_TELEMETRY": "0"}
    if keys is None:
        return usual
    return {
        **{name: value for name, value in usual.items() if not name.startswith("AWS_")},
        **region,
        **environments.NO_SETTINGS,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
    }


def find(ground: Ground) -> Stack:
    """Return the stack that is deployed on AWS."""
    [described] = ground.client("cloudformation").describe_stacks(StackName=ground.name)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    return Stack(ground.name, outputs["ApiUrl"], outputs)


def seed(ground: Ground, stack: Stack) -> Scene:
    """Make the bucket, the users and the grants."""
    with step("Seeding bucket, keys and grants"):
        make_bucket(ground, ground.bucket)
        for key, body in OBJECTS.items():
            ground.client("s3").put_object(Bucket=ground.bucket, Key=key, Body=body)
        scene = Scene(
            ground,
            stack,
            access_key(ground, stack.outputs["UserName"]),
            new_user(ground, STRANGER),
            new_user(ground, ADMINISTRATOR, stack.outputs["AdministratorsPolicyArn"]),
        )
        for keys in (scene.user, scene.stranger, scene.administrator):
            await_key(ground, keys)
        apply(scene, document(ground))
        await_caller(scene)
    return scene


def make_bucket(ground: Ground, name: str) -> None:
    """Create a bucket, unless the run has it."""
    s3 = ground.client("s3")
    place: dict[str, Any] = {"LocationConstraint": ground.region}
    try:
        s3.create_bucket(
            Bucket=name,
            **({} if ground.region == "us-east-1" else {"CreateBucketConfiguration": place}),
        )
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return


def new_user(ground: Ground, name: str, *policies: str) -> Credentials:
    """Create an IAM user with these managed policies (ARNs); return its access key."""
    iam, whole = ground.client("iam"), f"{ground.prefix}{name}"
    iam.create_user(UserName=whole)
    for policy in policies:
        iam.attach_user_policy(UserName=whole, PolicyArn=policy)
    return access_key(ground, whole)


def access_key(ground: Ground, user: str) -> Credentials:
    """Create an access key for a user."""
    key = ground.client("iam").create_access_key(UserName=user)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def await_key(ground: Ground, keys: Credentials) -> None:
    """Wait until AWS knows a new key: IAM takes seconds."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while True:
        try:
            ground.client("sts", keys).get_caller_identity()
        except ClientError as error:
            if time.monotonic() > deadline:
                raise LocalError("A new access key is not known after a minute.") from error
            time.sleep(1)
        else:
            return


def await_caller(scene: Scene) -> None:
    """Wait until API Gateway knows the user. Raises LocalError if it does not."""
    if within(KNOWN_SECONDS, lambda: scene.send("GET", "/iam/identity").status == 200) is None:
        raise LocalError("API Gateway does not know the user after a minute.")


def document(ground: Ground) -> dict[str, Any]:
    """Return the grants of this run, with the pinned keys of its issuer."""
    user = f"arn:{ground.partition}:iam::{ground.account}:user/{ground.prefix}"
    text = (PLACE / "vending.yaml").read_text(encoding="utf-8")
    for word, value in {
        "BUCKET": ground.bucket,
        "REGION": ground.region,
        "ISSUER": ground.issuer.url,
        '"USER"': json.dumps(user + USER),
        '"STRANGER"': json.dumps(user + STRANGER),
    }.items():
        text = text.replace(word, value)
    made = seeding.loaded(text)
    made["issuers"][0]["jwks"] = json.loads(
        (ground.issuer.directory / "jwks.json").read_text(encoding="utf-8")
    )
    return made


def apply(scene: Scene, changes: Mapping[str, Any]) -> None:
    """Send a document to /admin/changes; wait while IAM does not know the administrator.

    Raises LocalError if it is refused.
    """
    deadline = time.monotonic() + (0 if scene.ground.endpoint else KNOWN_SECONDS)
    while True:
        answer = scene.send("POST", "/admin/changes", changes, scene.administrator)
        if answer.status == 200:
            return
        if answer.status != 403 or time.monotonic() > deadline:
            raise LocalError(f"/admin/changes answered {answer.status}:\n{answer.json}")
        time.sleep(2)
