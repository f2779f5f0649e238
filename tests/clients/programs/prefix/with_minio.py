"""minio-py. Without `region`, it asks the bucket for its region before every first request."""

from io import BytesIO

from minio import Minio
from minio.credentials import IamAwsProvider
from steps import BODY, BUCKET, REGION, URL, run

client = Minio(
    URL.removeprefix("http://"), credentials=IamAwsProvider(), region=REGION, secure=False
)


def read(key):
    answer = client.get_object(bucket_name=BUCKET, object_name=key)
    try:
        return answer.read().decode()
    finally:
        answer.close()


def write(key):
    client.put_object(
        bucket_name=BUCKET, object_name=key, data=BytesIO(BODY.encode()), length=len(BODY)
    )


run(read, write)
