"""What many write themselves: a function that asks STS and signs one URL, with boto3."""

import json
import os
from typing import Any

import boto3

sts = boto3.client("sts")


def handler(event: dict[str, Any], _: object) -> dict[str, object]:
    """One AssumeRole with a session policy for the key, one URL."""
    asked = json.loads(event["body"])
    bucket, key = asked["bucket"], asked["key"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/{key}",
            }
        ],
    }
    lent = sts.assume_role(
        RoleArn=os.environ["ROLE_ARN"], RoleSessionName="home-made", Policy=json.dumps(policy)
    )["Credentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=lent["AccessKeyId"],
        aws_secret_access_key=lent["SecretAccessKey"],
        aws_session_token=lent["SessionToken"],
    )
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": key}, ExpiresIn=900
    )
    print(json.dumps({"level": "INFO", "message": "signed", "bucket": bucket, "key": key}))  # noqa: T201
    return {"statusCode": 200, "body": json.dumps({"url": url})}
