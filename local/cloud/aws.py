"""Typed boto3 clients of the local cloud."""

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.session import get_session

from local.cloud.client import Credentials
from local.cloud.environments import REGION
from local.cloud.ministack import Cloud

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

# Path style, because names under localhost do not resolve everywhere; no proxy for 127.0.0.1.
CONFIG = Config(proxies={}, s3={"addressing_style": "path"})
MODELS = create_loader()  # of all sessions, or each would read them anew: 80 ms for every client


def session(credentials: Credentials, region: str = REGION) -> boto3.Session:
    """Return a boto3 session with these credentials only; it may use AWS too."""
    core = get_session()
    core.register_component("data_loader", MODELS)
    return boto3.Session(
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        region_name=region,
        botocore_session=core,
    )


def apigateway(cloud: Cloud) -> "APIGatewayClient":
    """Return an API Gateway client, as root."""
    return session(cloud.root).client("apigateway", endpoint_url=cloud.endpoint, config=CONFIG)


def cloudformation(cloud: Cloud) -> "CloudFormationClient":
    """Return a CloudFormation client, as root."""
    return session(cloud.root).client("cloudformation", endpoint_url=cloud.endpoint, config=CONFIG)


def dynamodb(cloud: Cloud) -> "DynamoDBClient":
    """Return a DynamoDB client, as root."""
    return session(cloud.root).client("dynamodb", endpoint_url=cloud.endpoint, config=CONFIG)


def iam(cloud: Cloud) -> "IAMClient":
    """Return an IAM client, as root."""
    return session(cloud.root).client("iam", endpoint_url=cloud.endpoint, config=CONFIG)


def functions(cloud: Cloud) -> "LambdaClient":
    """Return a Lambda client, as root."""
    return session(cloud.root).client("lambda", endpoint_url=cloud.endpoint, config=CONFIG)


def s3(cloud: Cloud, credentials: Credentials) -> "S3Client":
    """Return an S3 client with these credentials."""
    return session(credentials).client("s3", endpoint_url=cloud.endpoint, config=CONFIG)


def ssm(cloud: Cloud) -> "SSMClient":
    """Return an SSM client, as root."""
    return session(cloud.root).client("ssm", endpoint_url=cloud.endpoint, config=CONFIG)


def sts(cloud: Cloud, credentials: Credentials) -> "STSClient":
    """Return an STS client with these credentials."""
    return session(credentials).client("sts", endpoint_url=cloud.endpoint, config=CONFIG)
