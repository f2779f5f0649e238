"""Reads from the local cloud what a deployed function runs with: its settings and its role."""

from local.cloud import aws
from local.cloud.client import Credentials
from local.cloud.ministack import Cloud
from local.stack.deploy import NAME

SESSION_SECONDS = (
    12 * 3600
)  # more than AWS allows for such a session; the local cloud does not mind


def variables(cloud: Cloud, function: str) -> dict[str, str]:
    """Return the deployed function's environment variables, and the local cloud's address."""
    configuration = aws.functions(cloud).get_function_configuration(
        FunctionName=_physical(cloud, function)
    )
    return {**configuration["Environment"]["Variables"], "AWS_ENDPOINT_URL": cloud.endpoint}


def credentials(cloud: Cloud, function: str) -> Credentials:
    """Return a session of the deployed function's role, with the same permissions."""
    role = aws.functions(cloud).get_function_configuration(FunctionName=_physical(cloud, function))[
        "Role"
    ]
    answer = aws.sts(cloud, cloud.root).assume_role(
        RoleArn=role, RoleSessionName="invoke", DurationSeconds=SESSION_SECONDS
    )
    keys = answer["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _physical(cloud: Cloud, function: str) -> str:
    found = aws.cloudformation(cloud).describe_stack_resource(
        StackName=NAME, LogicalResourceId=function
    )
    return found["StackResourceDetail"]["PhysicalResourceId"]
