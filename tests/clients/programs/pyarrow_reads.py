"""PyArrow (the AWS SDK for C++), as it comes."""

import os

from pyarrow.fs import S3FileSystem
from steps import BUCKET, run

files = S3FileSystem(
    endpoint_override=os.environ["AWS_ENDPOINT_URL_S3"], force_virtual_addressing=False
)


def read(key: str) -> bytes:
    with files.open_input_file(f"{BUCKET}/{key}") as file:
        return file.read()


run(read)
