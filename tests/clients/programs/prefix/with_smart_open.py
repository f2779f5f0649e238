"""smart_open, which uploads in parts."""

from smart_open import open as opened
from steps import BODY, BUCKET, run


def read(key):
    with opened(f"s3://{BUCKET}/{key}") as file:
        return file.read()


def write(key):
    with opened(f"s3://{BUCKET}/{key}", "w") as file:
        file.write(BODY)


run(read, write)
