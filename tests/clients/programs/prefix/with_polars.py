"""Polars, with its own object_store."""

import polars
from steps import BUCKET, NUMBERS, OBJECT_STORE, run


def read(key):
    return polars.read_parquet(f"s3://{BUCKET}/{key}", storage_options=OBJECT_STORE)["n"].to_list()


def write(key):
    table = polars.DataFrame({"n": NUMBERS})
    table.write_parquet(f"s3://{BUCKET}/{key}", storage_options=OBJECT_STORE)


run(read, write)
