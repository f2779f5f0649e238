"""boto3, as it comes: a download of many ranges and an upload of many parts."""

import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

BUCKET, LARGE, TARGET = (os.environ[name] for name in ("BUCKET", "LARGE", "TARGET"))
PARTS, BYTES = int(os.environ["PARTS"]), int(os.environ["BYTES"])

s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
ranges = TransferConfig(multipart_threshold=BYTES, multipart_chunksize=BYTES, max_concurrency=4)
s3.download_file(BUCKET, LARGE, "large", Config=ranges)
with open("large", "rb") as file:
    found = file.read()

upload = s3.create_multipart_upload(Bucket=BUCKET, Key=TARGET)["UploadId"]


def part(number):
    body = found[(number - 1) * BYTES : number * BYTES]
    told = s3.upload_part(Bucket=BUCKET, Key=TARGET, UploadId=upload, PartNumber=number, Body=body)
    return {"ETag": told["ETag"], "PartNumber": number}


with ThreadPoolExecutor(4) as pool:
    parts = list(pool.map(part, range(1, PARTS + 1)))
s3.complete_multipart_upload(
    Bucket=BUCKET, Key=TARGET, UploadId=upload, MultipartUpload={"Parts": parts}
)
sys.stdout.write(json.dumps({"sha256": hashlib.sha256(found).hexdigest()}))
