"""boto3, as it comes."""

import boto3
from botocore.config import Config
from steps import BUCKET, run

s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
run(lambda key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
