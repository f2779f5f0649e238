"""What only IAM and STS themselves can show."""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.acceptance.acts import outside
from tests.acceptance.acts.gateway import MINUTES, records
from tests.acceptance.rows import Measured, shows
from tests.acceptance.scene import Scene
from tests.acceptance.waiting import within

TRAIL_MINUTES = 20 * 60.0  # CloudTrail's event history is up to a quarter of an hour late
REPORTS = {"permission": "READ"}
LONG = "l" * 80  # a part of a key that makes a long policy


@shows("an-hour")
def an_hour(scene: Scene) -> Measured:
    """Vend for the longest time that a chained role has."""
    body = {"target": scene.target("reports/*"), "durationSeconds": 3600, **REPORTS}
    answer = scene.ask("/iam/credentials", body)["credentials"]
    ends = datetime.fromisoformat(answer["expiration"])
    seconds = (ends - datetime.now(UTC)).total_seconds()
    lasts = "an hour" if 3500 < seconds <= 3600 else f"{seconds:.0f} s"
    return Measured(lasts, f"a session token of {len(answer['sessionToken'])} characters")


@shows("packed-policy")
def packed_policy(scene: Scene) -> Measured:
    """Vend a long policy, and read how much of STS's other limit it takes."""
    keys = [scene.target(f"reports/{number:02}{LONG}") for number in range(10)]
    answer = scene.send("POST", "/iam/credentials", {"targets": keys, **REPORTS})
    if answer.status != 200:
        return Measured(f"{answer.status} {answer.json.get('code')}", "")
    size = _record(scene, answer.json["vendId"]).get("packedPolicySize")
    return Measured("it fits" if isinstance(size, int) and size <= 100 else "none", f"{size} %")


@shows("times")
def times(scene: Scene) -> Measured:
    """Read how long STS took for a vend, and the table if its grants were not cached."""
    answer = scene.ask("/iam/credentials", {"target": scene.target("reports/*"), **REPORTS})
    record = _record(scene, answer["vendId"])
    sts = record.get("stsMs")
    if not isinstance(sts, int | float):
        return Measured("no time in the record", "")
    fast = "less than a second" if sts < 1000 else "a second or more"
    named = {"stsMs": "STS", "grantsMs": "table", "durationMs": "the request"}
    took = [f"{name} {record[key]:.0f} ms" for key, name in named.items() if key in record]
    return Measured(fast, ", ".join(took))


@shows("authorizer-time")
def authorizer_time(scene: Scene) -> Measured:
    """Read how long the authorizer took for a token, once it is warm."""
    token = outside.tenant(scene)
    vends = [outside.vend(scene, token, "tenants/acme/*").json["vendId"] for _ in range(5)]
    took = _record(scene, vends[-1]).get("authoriseMs")
    if not isinstance(took, int | float):
        return Measured("no time in the record", "")
    return Measured("below 50 ms" if took < 50 else "50 ms or more", f"{took:.1f} ms")


def _record(scene: Scene, vend_id: str) -> dict[str, Any]:
    """Return the record of a vend, once it has come to the log; empty if it does not."""
    within(MINUTES, lambda: bool(records(scene, "vendId", vend_id)))
    return next(iter(records(scene, "vendId", vend_id)), {})


def simulated(scene: Scene, role: str, action: str, resource: str, **context: str) -> str:
    """Return IAM's own decision on what a role of the stack may do."""
    entries = [
        {
            "ContextKeyName": name.replace("__", ":"),
            "ContextKeyValues": [value],
            "ContextKeyType": "stringList" if name == "dynamodb__LeadingKeys" else "string",
        }
        for name, value in context.items()
    ]
    answer = scene.ground.client("iam").simulate_principal_policy(
        PolicySourceArn=scene.ground.client("iam").get_role(RoleName=role)["Role"]["Arn"],
        ActionNames=[action],
        ResourceArns=[resource],
        ContextEntries=entries,
    )
    decision: str = answer["EvaluationResults"][0]["EvalDecision"]
    return decision


def physical(scene: Scene, logical: str) -> str:
    """Return the physical id of a resource of the stack."""
    found = scene.ground.client("cloudformation").describe_stack_resource(
        StackName=scene.ground.name, LogicalResourceId=logical
    )
    name: str = found["StackResourceDetail"]["PhysicalResourceId"]
    return name


@shows("leading-keys")
def leading_keys(scene: Scene) -> str:
    """Ask IAM whether the vending function may count, and whether it may change a grant."""
    ground, role = scene.ground, physical(scene, "CredentialsFunctionRole")
    table = scene.stack.outputs["TableName"]
    arn = f"arn:{ground.partition}:dynamodb:{ground.region}:{ground.account}:table/{table}"
    own, other = (
        simulated(scene, role, "dynamodb:UpdateItem", arn, dynamodb__LeadingKeys=key)
        for key in ("rate#x", "grant#x")
    )
    return f"a counter: {own}; a grant: {other}"


@shows("boundary-kept")
def boundary_kept(scene: Scene) -> str:
    """Ask IAM whether the kill switch may write while the role has its boundary, and without."""
    role = physical(scene, "RevocationsFunctionRole")
    lent = scene.stack.outputs["RoleArn"]
    found = scene.ground.client("iam").get_role(RoleName=lent.rpartition("/")[2])["Role"]
    bounded = found["PermissionsBoundary"]["PermissionsBoundaryArn"]
    other = f"arn:{scene.ground.partition}:iam::aws:policy/AdministratorAccess"
    with_, without = (
        simulated(scene, role, "iam:PutRolePolicy", lent, iam__PermissionsBoundary=one)
        for one in (bounded, other)
    )
    return f"with it: {with_}; with another: {without}"


@shows("policy-in-use")
def policy_in_use(scene: Scene) -> str:
    """Try to delete a policy of the stack that a user has."""
    arn = scene.stack.outputs["AdministratorsPolicyArn"]
    try:
        scene.ground.client("iam").delete_policy(PolicyArn=arn)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "deleted"


@shows("table-settings")
def table_settings(scene: Scene) -> str:
    """Read how the table is encrypted, whether it can be restored, and whether items end."""
    client, name = scene.ground.client("dynamodb"), scene.stack.outputs["TableName"]
    encryption = client.describe_table(TableName=name)["Table"].get("SSEDescription", {})
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    ends = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    seen = {
        "encrypted": encryption.get("Status") == "ENABLED",
        "recoverable": recovery.get("PointInTimeRecoveryStatus") == "ENABLED",
        "with an end of items": ends.get("TimeToLiveStatus") == "ENABLED",
    }
    return ", ".join(name for name, is_so in seen.items() if is_so) or "none of it"


@shows("source-identity")
def source_identity(scene: Scene) -> Measured:
    """Find who is behind a session in CloudTrail's history."""
    client = scene.ground.client("cloudtrail")

    def seen() -> bool:
        pages = client.get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
        )
        for page in pages:
            for one in page["Events"]:
                event = json.loads(one["CloudTrailEvent"])
                request = event.get("requestParameters") or {}
                ours = request.get("roleArn") == scene.stack.outputs["RoleArn"]
                if ours and request.get("sourceIdentity") and not event.get("errorCode"):
                    return True
        return False

    took = within(TRAIL_MINUTES, seen)
    return Measured("not seen", "") if took is None else Measured("seen", f"{took / 60:.0f} min")


@shows("deployer-first")
def deployer_first(scene: Scene) -> str:
    """Tell how the deployer got on with the first deployment."""
    return scene.deployments["first"]


@shows("deployer-second")
def deployer_second(scene: Scene) -> str:
    """Tell how the deployer got on with the update."""
    return scene.deployments["second"]
