"""pyiceberg's files on S3, by s3fs, as it comes."""

import os

from pyiceberg.io.fsspec import FsspecFileIO
from steps import BUCKET, run

files = FsspecFileIO({"s3.endpoint": os.environ["AWS_ENDPOINT_URL_S3"]})


def read(key: str) -> bytes:
    with files.new_input(f"s3://{BUCKET}/{key}").open() as file:
        return file.read()


run(read)
