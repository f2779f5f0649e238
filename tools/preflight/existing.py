"""Checks of what exists already: the stack, names that are taken, API Gateway's log role."""

from collections.abc import Mapping
from typing import Final

from tools.preflight.account import Clients, ask, find
from tools.preflight.finding import Findings, change, good, note
from tools.preflight.planned import Planned

BUSY: Final = "_IN_PROGRESS"
DEAD: Final = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "CREATE_FAILED")
STUCK: Final = ("UPDATE_ROLLBACK_FAILED",)
# A stack that has a change set and nothing else.
EMPTY: Final = "REVIEW_IN_PROGRESS"
LENT: Final = "AllowedAssumeS3Role"  # what no other stack has


def stack(planned: Planned, client: Clients) -> Findings:
    """Whether the stack exists, and can be updated."""
    name = planned.place.stack
    found = find(lambda: client("cloudformation").describe_stacks(StackName=name)["Stacks"])
    if not found:
        yield good(f"No stack is named {name}: this is its first deployment.")
        return
    status = found[0]["StackStatus"]
    if status in DEAD:
        yield change(
            f"The stack {name} is in {status} and cannot be updated.",
            f"Delete it: sam delete --stack-name {name}",
        )
    elif status in STUCK:
        yield change(
            f"The stack {name} is in {status} and cannot be updated.",
            f"End its rollback: aws cloudformation continue-update-rollback --stack-name {name}",
        )
    elif status.endswith(BUSY) and status != EMPTY:
        yield change(f"The stack {name} is in {status}.", "Wait until it has ended.")
    elif status != EMPTY and LENT not in own(planned, client):
        yield change(
            f"The stack {name} exists, and is not of s3vend.",
            "Choose another stack_name in samconfig.toml.",
        )
    else:
        yield note(f"The stack {name} exists ({status}): this is an update.")


def names(planned: Planned, client: Clients) -> Findings:
    """Whether names that the stack gives are taken by somebody else."""
    ours = own(planned, client)
    taken = [
        f"{kind.removeprefix('AWS::')} {name}"
        for logical, kind, name in planned.names()
        if not _is_named(ours.get(logical, ""), name) and _exists(planned, client, kind, name)
    ]
    for one in taken:
        yield change(
            f"{one} exists already, and is not of this stack.",
            "Choose a NamePrefix (and another stack name for an SSM parameter or a dashboard), "
            "or delete it.",
        )
    if not taken:
        yield good("No name that the stack gives is taken.")


def _is_named(physical: str, name: str) -> bool:
    """Whether a resource of the stack has this name already, and not only its logical id."""
    return physical == name or physical.endswith(f":policy/{name}")


def own(planned: Planned, client: Clients) -> Mapping[str, str]:
    """Return what the stack has already: the physical ids by the logical ones."""
    name = planned.place.stack
    cloudformation = client("cloudformation")
    pages = find(
        lambda: list(cloudformation.get_paginator("list_stack_resources").paginate(StackName=name))
    )
    return {
        one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
        for page in pages or []
        for one in page["StackResourceSummaries"]
        if one["ResourceStatus"] != "DELETE_COMPLETE"
    }


def _exists(planned: Planned, client: Clients, kind: str, name: str) -> bool:
    arn = planned.arn(f"policy/{name}")
    calls = {
        "AWS::CloudWatch::Dashboard": lambda: client("cloudwatch").get_dashboard(
            DashboardName=name
        ),
        "AWS::IAM::ManagedPolicy": lambda: client("iam").get_policy(PolicyArn=arn),
        "AWS::IAM::Role": lambda: client("iam").get_role(RoleName=name),
        "AWS::IAM::User": lambda: client("iam").get_user(UserName=name),
        "AWS::SSM::Parameter": lambda: client("ssm").get_parameter(Name=name),
    }
    return find(calls[kind]) is not None


def log_role(planned: Planned, client: Clients) -> Findings:
    """Whether API Gateway can write access logs."""
    if planned.value("AccessLogs") != "true":
        yield good("AccessLogs is off, so API Gateway needs no log role.")
        return
    manages = planned.value("ManageApiGatewayAccount") == "true"
    arn = ask(lambda: client("apigateway").get_account()).get("cloudwatchRoleArn")
    exists = bool(arn) and find(lambda: client("iam").get_role(RoleName=_name(arn))) is not None
    if not manages and not exists:
        yield change(
            f"API Gateway's log role is {'a role that is gone' if arn else 'not set'} in this "
            "account and region, so AccessLogs=true fails.",
            'Add "ManageApiGatewayAccount=true", or let whoever owns the account set one.',
        )
    elif manages and exists and "ApiGatewayAccount" not in own(planned, client):
        yield note(
            f"ManageApiGatewayAccount=true replaces {arn}, which every API of the region uses.",
            "Leave the parameter out to keep it.",
        )
    else:
        yield good("API Gateway has a log role, or gets one.")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
