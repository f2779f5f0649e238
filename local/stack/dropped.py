"""Restores what the local cloud drops from the template, and the address of the API there."""

from collections.abc import Mapping
from typing import Any

from local.cloud import aws
from local.cloud.ministack import Cloud
from local.stack import template


def put_gateway_responses(
    cloud: Cloud, source: Mapping[str, Any], api: str, stage: str, parameters: Mapping[str, str]
) -> None:
    """Put the template's gateway responses; a new deployment of the API makes them effective."""
    client = aws.apigateway(cloud)
    for response in template.gateway_responses(source, parameters):
        client.put_gateway_response(
            restApiId=api,
            responseType=response.kind,  # type: ignore[arg-type]  # a Literal of all kinds there
            statusCode=response.status,
            responseParameters=response.parameters,
            responseTemplates=response.templates,
        )
    client.create_deployment(restApiId=api, stageName=stage)


def put_boundaries(
    cloud: Cloud, source: Mapping[str, Any], stack: str, parameters: Mapping[str, str]
) -> None:
    """Put the permissions boundary of every role that has one, so that it is enforced."""
    resources = aws.cloudformation(cloud).describe_stack_resources(StackName=stack)
    names = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
    }
    for role, policy in template.boundaries(source, parameters).items():
        if role in names:  # its condition is true
            aws.iam(cloud).put_role_permissions_boundary(
                RoleName=names[role], PermissionsBoundary=names.get(policy, policy)
            )


def put_api_url(cloud: Cloud, stack: str, url: str, parameters: Mapping[str, str]) -> None:
    """Put the API's address on the local cloud, which the template cannot know."""
    ssm = aws.ssm(cloud)
    ssm.put_parameter(Name=f"/s3vend/{stack}/api-url", Value=url, Overwrite=True)
    if parameters["Sharing"] == "true":
        ssm.put_parameter(Name=f"/s3vend/{stack}/links-url", Value=url, Overwrite=True)
