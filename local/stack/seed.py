"""Seeds a deployed stack on the local cloud with objects, access keys and grants."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.cloud import aws
from local.cloud.client import Credentials, call
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud
from local.messages import LocalError, step
from local.stack.deploy import Stack

BUCKET = "hogehoge-bucket"
OBJECTS = {
    "hoge.zip": b"PK\x05\x06" + bytes(18),  # the empty archive
    "reports/2026.csv": b"month,total\n2026-01,42\n",
    "reports/archive/2025.csv": b"month,total\n2025-01,41\n",
    "reports-private/secret.csv": b"month,salary\n2026-01,1000000\n",
    "tenants/acme/orders.csv": b"order,total\n1,10\n",
    "tenants/acme2/orders.csv": b"order,total\n2,20\n",
}
LOCAL_ISSUER = (
    "LOCAL_ISSUER"  # the placeholder in vending.yaml; the issuer's port changes each time
)
ADMINISTRATOR = "Administrator"
STRANGER = "Stranger"
VENDING = Path(__file__).parents[1] / "vending.yaml"


@dataclass(frozen=True, slots=True)
class Seeded:
    """Access keys of the memo's user, an administrator, and a user who may not call the API."""

    user: Credentials
    administrator: Credentials
    stranger: Credentials


class _Loader(yaml.SafeLoader):
    """Loads YAML and leaves times as text: JSON has no times, and the API parses them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def vending(issuer: str, path: Path = VENDING) -> dict[str, Any]:
    """Return a vending.yaml as a document for /admin/changes, with the local issuer's URL."""
    return loaded(path.read_text().replace(LOCAL_ISSUER, issuer))


def loaded(text: str) -> dict[str, Any]:
    """Return the text of a vending.yaml as a document."""
    document: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506  (a SafeLoader)
    return document


def seed(cloud: Cloud, stack: Stack) -> Seeded:
    """Upload the objects, create the access keys and apply the grants."""
    with step("Seeding bucket, keys and grants"):
        put_objects(cloud, OBJECTS)
        seeded = Seeded(
            access_key(cloud, stack.outputs["UserName"]),
            new_user(cloud, ADMINISTRATOR, stack.outputs["AdministratorsPolicyArn"]),
            new_user(cloud, STRANGER),
        )
        apply(stack, vending(cloud.issuer.url), seeded.administrator)
    return seeded


def put_objects(cloud: Cloud, objects: Mapping[str, bytes]) -> None:
    """Create the bucket with these objects."""
    s3 = aws.s3(cloud, cloud.root)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    for key, body in objects.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)


def new_user(cloud: Cloud, name: str, *policies: str) -> Credentials:
    """Create an IAM user with these managed policies (ARNs); return its access key."""
    iam = aws.iam(cloud)
    iam.create_user(UserName=name)
    for policy in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=policy)
    return access_key(cloud, name)


def access_key(cloud: Cloud, user: str) -> Credentials:
    """Create an access key for a user."""
    key = aws.iam(cloud).create_access_key(UserName=user)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def apply(stack: Stack, document: Mapping[str, Any], administrator: Credentials) -> None:
    """Send a document to /admin/changes. Raises LocalError if it is refused."""
    answer = call("POST", f"{stack.url}/admin/changes", document, administrator)
    if answer.status != 200:
        raise LocalError(f"/admin/changes answered {answer.status}:\n{answer.json}")
