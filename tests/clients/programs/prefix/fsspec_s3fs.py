"""s3fs, by fsspec's own functions."""

import fsspec
from steps import BODY, BUCKET, run


def read(key):
    with fsspec.open(f"s3://{BUCKET}/{key}", "rt") as file:
        return file.read()


def write(key):
    with fsspec.open(f"s3://{BUCKET}/{key}", "wt") as file:
        file.write(BODY)


run(read, write)
