"""Removes everything that a run has made on AWS, by the run's name; it can be repeated.

What a stack keeps on purpose (table, log groups, layers, the trail's bucket and key) goes too.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local.messages import LocalError, say, step
from tests.acceptance.scene import Ground
from tests.acceptance.stack import USER

PAUSE: Final = 2.0
STACK_SECONDS: Final = 1800.0
DELETABLE: Final = ("CREATE_IN_PROGRESS", "REVIEW_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
KEY_DAYS: Final = 7  # the shortest time that KMS waits before it deletes a key

type Removals = Iterator[tuple[str, Callable[[], object]]]  # what is removed, and how


class Removed(NamedTuple):
    """How many things a removal has found, and a sentence for each that may still be there."""

    found: int
    left: list[str]


def remove(ground: Ground) -> Removed:
    """Remove everything of the run in its account and region."""
    found, left = 0, []
    for title, removals in STEPS.items():
        with step(f"Removing {title}"):
            try:
                for what, act in removals(ground):
                    found += 1
                    try:
                        act()
                    except (ClientError, LocalError) as error:
                        left.append(f"{what}: {error}")
            except (BotoCoreError, ClientError) as error:
                left.append(f"{title}, which cannot be listed: {error}")
    return Removed(found, left)


def report(ground: Ground, removed: Removed) -> None:
    """Say what is still there, or that nothing is, and where."""
    for sentence in removed.left:
        say(f"LEFT: {sentence}")
    where = f"account {ground.account}, region {ground.region}"
    if removed.left:
        say(f"{len(removed.left)} things may be left in {where}.")
    elif removed.found:
        say(f"Everything is removed. The run was in {where}.")
    else:
        say(f"Nothing of {ground.name} is in {where}. If it should be, check RUN= and REGION=.")


def users(ground: Ground) -> Removals:
    """Remove the run's users; of the stack's user, only the keys."""
    iam = ground.client("iam")
    for page in iam.get_paginator("list_users").paginate():
        for user in page["Users"]:
            if user["UserName"].startswith(ground.prefix):
                yield user["UserName"], partial(_remove_user, ground, iam, user["UserName"])


def _remove_user(ground: Ground, iam: Any, name: str) -> None:
    for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    if name == ground.prefix + USER:
        return
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
        iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_user(UserName=name)


def stack(ground: Ground) -> Removals:
    """Delete the stack, if there is one."""
    if _status(ground, lambda _: True) is not None:
        yield ground.name, partial(delete_stack, ground)


def delete_stack(ground: Ground) -> None:
    """Delete the stack once nothing changes it any more. Raises LocalError if that fails."""
    cloudformation = ground.client("cloudformation")
    for _ in range(2):  # a second time: what was in use may be free now
        if _status(ground, lambda now: now in DELETABLE or not now.endswith("_PROGRESS")) is None:
            return
        cloudformation.delete_stack(StackName=ground.name)
        if _status(ground, lambda now: now == "DELETE_FAILED") is None:
            return
    events = cloudformation.describe_stack_events(StackName=ground.name)["StackEvents"]
    reasons = {
        f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}"
        for one in events
        if one["ResourceStatus"] == "DELETE_FAILED"
    }
    raise LocalError("; ".join(sorted(reasons)) or "it is not deleted after half an hour")


def _status(ground: Ground, until: Callable[[str], bool]) -> str | None:
    """Return the stack's status as soon as it is so; None if there is no stack."""
    deadline = time.monotonic() + STACK_SECONDS
    while True:
        try:
            [found] = ground.client("cloudformation").describe_stacks(StackName=ground.name)[
                "Stacks"
            ]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        status: str = found["StackStatus"]
        if status == "DELETE_COMPLETE":
            return None
        if until(status) or time.monotonic() > deadline:
            return status
        time.sleep(PAUSE)


def kms_keys(ground: Ground) -> Removals:
    """Let KMS delete the keys that the stack keeps."""
    kms = ground.client("kms")
    for key in _made(ground, "AWS::KMS::Key"):
        yield f"key {key}", partial(_let_go, kms, key)


def _made(ground: Ground, kind: str) -> Iterator[str]:
    """Yield the physical ids of a type, of all stacks that have or had this name."""
    cloudformation = ground.client("cloudformation")
    for page in cloudformation.get_paginator("list_stacks").paginate():
        for stack_ in page["StackSummaries"]:
            if stack_["StackName"] != ground.name:
                continue
            listed = cloudformation.get_paginator("list_stack_resources")
            for resources in listed.paginate(StackName=stack_["StackId"]):
                for one in resources["StackResourceSummaries"]:
                    if one["ResourceType"] == kind and one.get("PhysicalResourceId"):
                        yield one["PhysicalResourceId"]


def _let_go(kms: Any, key: str) -> None:
    try:
        state = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except kms.exceptions.NotFoundException:
        return
    if state != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=KEY_DAYS)


def policies(ground: Ground) -> Removals:
    """Delete the deployer's policies; those of the stack are gone by now."""
    iam = ground.client("iam")
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        for one in page["Policies"]:
            if one["PolicyName"].startswith(ground.prefix):
                yield one["PolicyName"], partial(iam.delete_policy, PolicyArn=one["Arn"])


def functions(ground: Ground) -> Removals:
    """Delete the run's own functions and their role, and the versions of the stack's layer."""
    client, iam = ground.client("lambda"), ground.client("iam")
    for page in client.get_paginator("list_functions").paginate():
        for one in page["Functions"]:
            name = one["FunctionName"]
            if name.startswith(ground.prefix):
                yield name, partial(client.delete_function, FunctionName=name)
    for page in iam.get_paginator("list_roles").paginate():
        for one in page["Roles"]:
            if one["RoleName"].startswith(ground.prefix):
                yield one["RoleName"], partial(_remove_role, iam, one["RoleName"])
    layer = f"{ground.name}-vending"
    for page in client.get_paginator("list_layer_versions").paginate(LayerName=layer):
        for one in page["LayerVersions"]:
            number = one["Version"]
            remove_version = partial(client.delete_layer_version, VersionNumber=number)
            yield f"{layer}:{number}", partial(remove_version, LayerName=layer)


def _remove_role(iam: Any, name: str) -> None:
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def tables(ground: Ground) -> Removals:
    """Delete the table, which the stack keeps."""
    dynamodb = ground.client("dynamodb")
    for page in dynamodb.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            if name.startswith(ground.prefix):
                yield name, partial(dynamodb.delete_table, TableName=name)


def logs(ground: Ground) -> Removals:
    """Delete the log groups, which the stack keeps; their names contain the run's."""
    client = ground.client("logs")
    for page in client.get_paginator("describe_log_groups").paginate():
        for one in page["logGroups"]:
            if ground.name in (name := one["logGroupName"]):
                yield name, partial(client.delete_log_group, logGroupName=name)


def buckets(ground: Ground) -> Removals:
    """Empty and delete the buckets: versions, markers of deletions, unfinished uploads."""
    s3 = ground.client("s3")
    for one in s3.list_buckets()["Buckets"]:
        if one["Name"].startswith(ground.prefix):
            yield one["Name"], partial(_remove_bucket, s3, one["Name"])


def _remove_bucket(s3: Any, name: str) -> None:
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for one in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=name, Key=one["Key"], UploadId=one["UploadId"])
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
    s3.delete_bucket(Bucket=name)


# In this order: keys before the stack's user, the stack before what it uses.
STEPS: Final[dict[str, Callable[[Ground], Removals]]] = {
    "the run's users and access keys": users,
    "the stack": stack,
    "KMS keys, which KMS keeps for seven days": kms_keys,
    "policies": policies,
    "functions and layers": functions,
    "the table": tables,
    "log groups": logs,
    "buckets": buckets,
}
